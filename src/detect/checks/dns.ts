import type { CaaRecord } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import { z } from 'zod'
import type { EgressPolicy } from '../../deliver/egress/index.ts'
import { type Host, hostField, normalHost, portField, refusalOfHost, targetOf } from './base/host.ts'
import { CheckFailure, type CheckResult } from './base/result.ts'
import { bounded, type CheckOptions, type Run } from './base/run.ts'

const RECORD_TYPES = ['A', 'AAAA', 'CAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT'] as const
type RecordType = (typeof RECORD_TYPES)[number]

/** Datagrams get lost: so many are sent within the timeout. */
const TRIES = 3

/** A name that must have records. Letter case and a dot at the end make no difference, but in TXT and CAA. */
export const schema = z.strictObject({
  name: z
    .string()
    .max(253)
    .refine(name => isName(name), 'must be a domain name such as example.com')
    .meta({ example: '_dmarc.example.com' }),
  record_type: z.enum(RECORD_TYPES).default('A'),
  values: z
    .array(z.string().min(1).max(4_096))
    .max(100)
    .default([])
    .meta({
      description:
        'Expected records, as in a zone file: `10 mail.example.com` (MX), `priority weight port target` (SRV), ' +
        '`0 issue ca.example` (CAA), `mname rname serial` (SOA). Empty: any record will do.',
    }),
  match: z.enum(['all', 'any', 'exactly']).default('all').meta({
    description:
      'Of `values`: all must be among the records, any of them, or they must be exactly the records.',
  }),
  server: hostField.optional().meta({ description: "The name server to ask. Left out: the machine's own." }),
  port: portField.default(53).meta({ description: 'Of `server`.' }),
})
export type DnsSpec = z.infer<typeof schema>

/** Asks for the records and compares them. */
export function run(spec: DnsSpec, options: CheckOptions): Promise<CheckResult> {
  return bounded(options, async run => {
    const resolver = new Resolver({ timeout: Math.max(100, options.timeoutMs / (TRIES + 1)), tries: TRIES })
    run.onEnd(() => resolver.cancel())
    if (spec.server) await pointTo(resolver, run, spec.server, spec.port)
    run.doing = () => `waiting for the ${spec.record_type} records of ${spec.name}`
    assertValues(spec, await ask(resolver, spec))
  })
}

/** Why a spec is refused as far as that shows without DNS; null: it may be tried. */
export function refusalOf(spec: DnsSpec, policy: EgressPolicy): string | null {
  return spec.server ? refusalOfHost(spec.server, policy) : null
}

/** Whom the check depends on; null: on the machine's name servers. */
export function hostOf(spec: DnsSpec): Host | null {
  return spec.server ? { hostname: normalHost(spec.server) ?? spec.server, port: spec.port } : null
}

/** Sends questions to one server, whose address is guarded as a connection's is. */
async function pointTo(resolver: Resolver, run: Run, server: string, port: number): Promise<void> {
  const target = targetOf(server, port, false)
  run.doing = () => `looking up ${target.hostname}`
  const [address] = await run.network.resolver.addressesOf(target)
  run.remoteAddress = address!
  resolver.setServers([isIP(address!) === 6 ? `[${address}]:${port}` : `${address}:${port}`])
}

/** @throws CheckFailure `dns` when there is no answer with such records */
async function ask(resolver: Resolver, { name, record_type: type }: DnsSpec): Promise<string[]> {
  try {
    return await READERS[type](resolver, domainToASCII(name))
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code)
    throw new CheckFailure('dns', REASONS[code]?.(name, type) ?? `Asking for ${name} failed: ${code}`)
  }
}

const REASONS: Readonly<Record<string, (name: string, type: RecordType) => string>> = {
  ENOTFOUND: name => `The name ${name} does not exist`,
  ENODATA: (name, type) => `The name ${name} has no ${type} record`,
  ESERVFAIL: name => `The name server could not answer for ${name} (SERVFAIL)`,
  EREFUSED: name => `The name server refuses to answer for ${name}`,
  ECONNREFUSED: () => 'The name server refused the connection',
  ETIMEOUT: name => `The name server gave no answer for ${name}`,
}

/** Each kind of record as lines of text. */
const READERS: Readonly<Record<RecordType, (resolver: Resolver, name: string) => Promise<string[]>>> = {
  A: (resolver, name) => resolver.resolve4(name),
  AAAA: (resolver, name) => resolver.resolve6(name),
  CAA: async (resolver, name) => (await resolver.resolveCaa(name)).map(caaText),
  CNAME: (resolver, name) => resolver.resolveCname(name),
  MX: async (resolver, name) =>
    (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`),
  NS: (resolver, name) => resolver.resolveNs(name),
  PTR: (resolver, name) => resolver.resolvePtr(name),
  SOA: async (resolver, name) => {
    const { nsname, hostmaster, serial } = await resolver.resolveSoa(name)
    return [`${nsname} ${hostmaster} ${serial}`]
  },
  SRV: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map(srv => `${srv.priority} ${srv.weight} ${srv.port} ${srv.name}`),
  TXT: async (resolver, name) => (await resolver.resolveTxt(name)).map(chunks => chunks.join('')),
}

function caaText({ critical, ...property }: CaaRecord): string {
  const [tag, value] = Object.entries(property).find(([key]) => key !== 'type') ?? ['', '']
  return `${critical} ${tag} ${value}`
}

function assertValues(spec: DnsSpec, found: readonly string[]): void {
  if (spec.values.length === 0) return
  const normal = (value: string) => normalValue(value, spec.record_type)
  const records = new Set(found.map(normal))
  const wanted = [...new Set(spec.values.map(normal))]
  const missing = wanted.filter(value => !records.has(value))
  const surplus = records.size - (wanted.length - missing.length)
  const isFine = {
    all: missing.length === 0,
    any: missing.length < wanted.length,
    exactly: missing.length === 0 && surplus === 0,
  }[spec.match]
  if (isFine) return
  throw new CheckFailure(
    'assertion',
    `The ${spec.record_type} records of ${spec.name} should be ${spec.match} of ${short(spec.values)}; they are ${short(found)}`,
  )
}

function normalValue(value: string, type: RecordType): string {
  if (type === 'TXT' || type === 'CAA') return value
  if (type === 'AAAA') return normalHost(value) === null ? value : canonicalAddress(value)
  return value
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\.(?= |$)/g, '')
    .toLowerCase()
}

/** IPv6 has many spellings; the URL parser's is the shortest one. */
function canonicalAddress(value: string): string {
  return isIP(value) === 6 ? new URL(`http://[${value}]/`).hostname.slice(1, -1) : value
}

function short(values: readonly string[]): string {
  const text = values.join(', ')
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

/** Underscores are for services; labels of 1 to 63. */
function isName(name: string): boolean {
  const ascii = /[\s/?#@:\\[\]%]/.test(name) ? '' : domainToASCII(name)
  return (
    ascii !== '' &&
    /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i.test(ascii)
  )
}
