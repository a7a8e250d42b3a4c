import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { type Address, type EgressPolicy, isInAllowedNetwork } from './policy.ts'

/** The kinds of the address library, in words. A kind that is missing here is refused all the same. */
const KINDS: Readonly<Record<string, string>> = {
  unspecified: 'an unspecified address',
  broadcast: 'the broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address',
  loopback: 'a loopback address',
  carrierGradeNat: "an address of a carrier's shared network (100.64.0.0/10)",
  private: 'a private address',
  uniqueLocal: 'a private address (unique local)',
  deprecatedSiteLocal: 'a private address (site-local)',
  benchmarking: 'an address for benchmarks',
  ipv4Mapped: 'an IPv4 address in IPv6 form',
  rfc6145: 'an IPv4 address in IPv6 form',
  rfc6052: 'an IPv4 address behind NAT64',
  '6to4': 'a 6to4 address',
  teredo: 'a Teredo address',
}

/** Public by number, but a cloud's own service answers there: Azure's platform address. */
const METADATA = new Set(['168.63.129.16', '169.254.169.254', '100.100.100.200', 'fd00:ec2::254'])

const NAT64 = ipaddr.parseCIDR('64:ff9b::/96') as [ipaddr.IPv6, number]
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3') as [ipaddr.IPv6, number]

/**
 * Why we do not connect to an address, or null: we may. Only public unicast addresses pass, and
 * whatever is in the operator's networks. Forms that carry an IPv4 address (mapped, NAT64) are
 * judged by that one; NAT64's well-known prefix passes when it leads to a public address, for
 * networks that have IPv6 only.
 * @param ip as `node:net` and the resolver write it; odd numerals are refused
 */
export function checkAddress(ip: string, policy: EgressPolicy): string | null {
  if (isIP(ip) === 0) return `${ip} is not an IP address`
  const address = ipaddr.parse(ip)
  if (isInAllowedNetwork(address, policy)) return null
  const embedded = embeddedAddress(address)
  if (embedded && isInAllowedNetwork(embedded, policy)) return null
  const kind = refusedKind(address, embedded)
  return kind === null ? null : `${ip} is ${kind}`
}

/** The IPv4 address inside an IPv4-mapped or NAT64 (well-known prefix) address. */
function embeddedAddress(address: Address): ipaddr.IPv4 | null {
  if (!(address instanceof ipaddr.IPv6)) return null
  if (!address.isIPv4MappedAddress() && !address.match(NAT64)) return null
  return new ipaddr.IPv4(address.toByteArray().slice(12))
}

function refusedKind(address: Address, embedded: ipaddr.IPv4 | null): string | null {
  if (METADATA.has(address.toString())) return "a cloud's metadata service"
  if (address instanceof ipaddr.IPv6) {
    if (address.match(NAT64) && embedded) {
      const inner = refusedKind(embedded, null)
      return inner === null ? null : `NAT64 of ${embedded.toString()}, ${inner}`
    }
    if (embedded) return `${KINDS.ipv4Mapped} (${embedded.toString()})`
    // Everything assigned for public use is in 2000::/3: this also stops ::/96 and what is yet unassigned.
    if (address.range() === 'unicast' && !address.match(GLOBAL_UNICAST)) return 'not a public address'
  }
  const range = address.range()
  return range === 'unicast' ? null : (KINDS[range] ?? `a reserved address (${range})`)
}
