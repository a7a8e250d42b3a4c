import ipaddr from 'ipaddr.js'

/** Which targets the operator allows. Set once, at start; never by a caller of the API. */
export interface EgressPolicy {
  /** Whether `http:` URLs are taken too. */
  readonly allowHttp: boolean
  /** CIDRs (`10.0.0.0/8`, `fd12::/16`) whose addresses are allowed whatever kind they are. */
  readonly allowNetworks: readonly string[]
  /** Certificates (PEM) that are trusted beside the machine's own authorities. */
  readonly extraCa?: string
  /** Servers of this very process (the demo's), as `host:port`: allowed whatever the rest says, on plain HTTP too. */
  readonly ownServers?: readonly string[]
  /** Lifts the deny-list of ports: for requests that can do no harm to what is no HTTP server. */
  readonly anyPort?: boolean
}

export type Address = ipaddr.IPv4 | ipaddr.IPv6
type Network = readonly [Address, number]

const parsed = new WeakMap<readonly string[], readonly Network[]>()

/** Why a CIDR cannot be taken into `allowNetworks`, or null: it can. */
export function checkNetwork(cidr: string): string | null {
  if (ipaddr.isValidCIDR(cidr)) return null
  return `${cidr} is not a network in CIDR form, such as 10.0.0.0/8 or fd12::/16`
}

/**
 * Whether an address is in one of the operator's networks.
 * @throws RangeError when the policy holds something that {@link checkNetwork} refuses
 */
export function isInAllowedNetwork(address: Address, policy: EgressPolicy): boolean {
  for (const [network, length] of networksOf(policy)) {
    // The library's own match compares one kind with the same kind only.
    if (network.kind() !== address.kind()) continue
    if ((address as ipaddr.IPv6).match(network as ipaddr.IPv6, length)) return true
  }
  return false
}

function networksOf(policy: EgressPolicy): readonly Network[] {
  let networks = parsed.get(policy.allowNetworks)
  if (!networks) {
    networks = policy.allowNetworks.map(cidr => {
      const why = checkNetwork(cidr)
      if (why) throw new RangeError(why)
      return ipaddr.parseCIDR(cidr)
    })
    parsed.set(policy.allowNetworks, networks)
  }
  return networks
}
