import type { z } from 'zod'
import type { endpoint, endpointCreated, endpointPage, rotated } from '../api/schemas/endpoint.ts'
import { fields, paint, paintOutcome, safe, table, when } from './output.ts'
import { moreOf } from './paging.ts'

type Endpoint = z.output<typeof endpoint>
type Field = readonly [string, string | number | null]

/** An endpoint that was just made, its secret included. */
export function describeNewEndpoint(made: z.output<typeof endpointCreated>): string[] {
  if (made.secret === null) return describeEndpoint(made)
  return [
    ...describeEndpoint(made),
    '',
    fields([['Secret', paint('bold', made.secret)]]),
    paint('yellow', 'The secret is shown this once: verify signatures with it.'),
    '',
    `See it work: statuspulse endpoints test ${made.id}`,
  ]
}

/** One endpoint. */
export function describeEndpoint(one: Endpoint): string[] {
  const { filter } = one
  const rows: Field[] = [
    ['Endpoint', one.id],
    ['Name', one.name || null],
    ['Kind', one.kind],
    ['URL', one.url],
    ['State', stateOf(one)],
    ['Monitors', listOf(filter.monitors, filter.exclude_monitors)],
    ['Severities', listOf(filter.severities)],
    ['Event types', listOf(filter.event_types)],
    ['Regions', listOf(filter.regions)],
    ['Order', one.order],
    ['Timeout', `${one.timeout_ms} ms`],
    ['Limits', limitsOf(one)],
  ]
  if (one.header_names.length > 0) rows.push(['Headers', one.header_names.join(', ')])
  return [fields(safeRows(rows)), ...describeTls(one.tls)]
}

/** A page of endpoints. */
export function describeEndpoints(page: z.output<typeof endpointPage>): string[] {
  const rows = page.data.map(one => [
    one.id,
    one.name,
    one.kind,
    one.url,
    listOf(one.filter.monitors, one.filter.exclude_monitors),
    listOf(one.filter.severities),
    stateOf(one),
  ])
  return [table(['ID', 'NAME', 'KIND', 'URL', 'MONITORS', 'SEVERITIES', 'STATE'], rows), ...moreOf(page)]
}

/** A secret that was just rotated. */
export function describeRotation(made: z.output<typeof rotated>): string[] {
  const until = when(made.old_expires_at)
  return [
    fields([['Secret', paint('bold', made.secret)]]),
    paint('yellow', 'The secret is shown this once: verify signatures with it.'),
    until ? `Until ${until} every attempt carries both signatures.` : 'The old one is no longer valid.',
  ]
}

function describeTls(tls: Endpoint['tls']): string[] {
  if (!tls) return []
  const chain = tls.chain.map((certificate, index) => [
    index === 0 ? 'TLS chain' : '',
    `${certificate.subject}, until ${when(certificate.valid_to)}`,
  ])
  const expiry = `${when(tls.expires_at)} (${tls.days_left} days)`
  const rows: Field[] = [
    ['TLS', `${tls.protocol}, ${tls.cipher}, ${tls.alpn ?? 'http/1.1'}`],
    ['TLS address', tls.remote_address],
    ['TLS expires', tls.days_left < 14 ? paint('yellow', expiry) : expiry],
  ]
  return [fields([...rows, ...safeRows(chain as unknown as Field[])])]
}

function stateOf(one: Endpoint): string {
  if (!one.enabled) return one.disabled_reason ? `disabled: ${one.disabled_reason}` : 'disabled'
  return one.failing_since
    ? paint('red', `failing since ${when(one.failing_since)}`)
    : paintOutcome('enabled')
}

function listOf(wanted: readonly string[], excluded: readonly string[] = []): string {
  const text = wanted.length === 0 ? 'all' : wanted.join(', ')
  return excluded.length === 0 ? text : `${text} except ${excluded.join(', ')}`
}

function limitsOf(one: Endpoint): string {
  const rate = one.rate_per_second === null ? 'no rate limit' : `${one.rate_per_second} a second`
  return `${one.concurrency} at once, ${rate}`
}

/** Names and reasons are others' words. */
function safeRows(rows: readonly Field[]): Field[] {
  return rows.map(([name, value]) => [name, typeof value === 'string' ? safe(value) : value])
}
