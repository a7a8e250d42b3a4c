import type { Draft, Text } from './draft.ts'
import {
  assertionOf,
  type Condition,
  certificateDays,
  readCondition,
  recordsOf,
  responseTimeThreshold,
  statusesOf,
} from './gatus-conditions.ts'
import { gatusText } from './gatus-text.ts'
import { bodyOf, headersOf, urlOf } from './secrets.ts'
import { given, isObject, isSet, type Json, listOf } from './values.ts'

interface Made {
  readonly kind: string
  readonly spec: Json
  readonly thresholds: readonly Json[]
}

/** An endpoint whose kind is being found, and its conditions as far as nothing has taken them. */
interface Subject {
  readonly draft: Draft
  readonly endpoint: Json
  readonly client: Json
  readonly thing: string
  readonly owner: string
  readonly conditions: Condition[]
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  icmp: 'there is no check by ICMP; kind tcp on a port that is open tells as much',
  starttls: 'there is no check of STARTTLS',
  udp: 'there is no check by UDP',
  sctp: 'there is no check by SCTP',
  ws: 'there is no check of WebSockets',
  wss: 'there is no check of WebSockets',
  ssh: 'there is no check by SSH',
  grpc: 'there is no check of gRPC',
  grpcs: 'there is no check of gRPC',
}

/** Kind and spec of an endpoint; null: it has no counterpart, which is noted. */
export function specOf(draft: Draft, endpoint: Json, thing: string, owner: string): Made | null {
  const client = isObject(endpoint.client) ? endpoint.client : {}
  const conditions = readConditions(draft, endpoint, thing)
  const barrier = ['oauth2', 'identity-aware-proxy', 'tls'].find(field => isSet(client[field]))
  if (barrier !== undefined) {
    draft.note(
      thing,
      `client.${barrier}`,
      'is left out: checks know basic and bearer only, and no certificate of their own',
    )
    return null
  }
  const subject = { draft, endpoint, client, thing, owner, conditions }
  const made = madeOf(subject)
  if (made === null) return null
  noteClient(subject)
  for (const { text } of subject.conditions)
    draft.note(thing, text, 'is not checked: there is nothing like it')
  return made
}

function madeOf(subject: Subject): Made | null {
  const { draft, endpoint, thing } = subject
  const url = String(endpoint.url ?? '')
  if (isObject(endpoint.dns)) return dns(subject, endpoint.dns, url)
  const scheme = /^(\w+):\/\//.exec(url)?.[1] ?? ''
  if (scheme === 'http' || scheme === 'https' || url.startsWith('$')) return http(subject, url)
  if (scheme === 'tcp' || scheme === 'tls') return connection(subject, scheme, url)
  draft.note(thing, null, `is left out: ${LEFT_OUT[scheme] ?? 'its URL is of no kind that is known'}`)
  return null
}

function readConditions(draft: Draft, endpoint: Json, thing: string): Condition[] {
  return listOf(endpoint.conditions).flatMap(one => {
    const condition = readCondition(String(one))
    if (!condition) draft.note(thing, String(one), 'is no condition that is known')
    return condition ?? []
  })
}

/** Takes those conditions out that `wants` has a use for. */
function take<T>({ conditions }: Subject, wants: (condition: Condition) => T | null): T[] {
  const taken: T[] = []
  for (const condition of [...conditions]) {
    const made = wants(condition)
    if (made === null) continue
    taken.push(made)
    conditions.splice(conditions.indexOf(condition), 1)
  }
  return taken
}

function http(subject: Subject, address: string): Made {
  const { draft, endpoint, client, thing, owner } = subject
  const method = String(endpoint.method ?? 'GET').toUpperCase()
  const { url, auth } = urlOf(draft, gatusText(address), thing, owner)
  const follows = client['ignore-redirect'] !== true
  const expected = statuses(subject, follows)
  const thresholds = [...responseTimes(subject), ...certificates(subject)]
  const assertions = take(subject, assertionOf)
  take(subject, isConnected)
  const isGraphQl = endpoint.graphql === true
  const hasBody = isSet(endpoint.body) && !['GET', 'HEAD'].includes(method)
  if (isSet(endpoint.body) && !hasBody) draft.note(thing, 'body', `is not sent with ${method}`)
  return {
    kind: 'http',
    spec: {
      url,
      ...(method === 'GET' ? {} : { method }),
      ...given('headers', headers(subject, isGraphQl)),
      ...given('body', hasBody ? body(subject, isGraphQl) : null),
      ...given('auth', auth),
      ...given('expected_statuses', expected),
      ...given('assertions', assertions),
      ...(follows ? {} : { max_redirects: 0 }),
      tls: { ...(client.insecure === true ? { verify: false } : {}), expiry_warning_days: 0 },
    },
    thresholds,
  }
}

function headers({ draft, endpoint, thing, owner }: Subject, isGraphQl: boolean): Record<string, Text> {
  const found = Object.entries(isObject(endpoint.headers) ? endpoint.headers : {})
  const read = found.map(([name, value]) => [name, gatusText(String(value))] as const)
  const kept = headersOf(draft, Object.fromEntries(read), thing, owner)
  const isGiven = found.some(([name]) => name.toLowerCase() === 'content-type')
  return isGraphQl && !isGiven ? { 'content-type': 'application/json', ...kept } : kept
}

function body({ draft, endpoint, thing, owner }: Subject, isGraphQl: boolean): Text {
  const text = isGraphQl ? JSON.stringify({ query: String(endpoint.body) }) : String(endpoint.body)
  return bodyOf(draft, gatusText(text), thing, owner)
}

/** Without a condition on it, any status is fine there. */
function statuses(subject: Subject, follows: boolean): string[] | null {
  const { draft, thing } = subject
  const on = take(subject, condition => (condition.left === '[STATUS]' ? condition : null))
  const expected = statusesOf(on, follows)
  if (expected !== null && expected.length > 0) return expected.join() === '200-299' ? null : expected
  for (const { text } of on) draft.note(thing, text, 'is not checked: no answer can have such a status here')
  return null
}

function responseTimes(subject: Subject): Json[] {
  return take(subject, one => (one.left === '[RESPONSE_TIME]' ? responseTimeThreshold(one) : null))
}

/** In days, as the check counts them. */
function certificates(subject: Subject): Json[] {
  const { draft, thing } = subject
  return take(subject, one => {
    const found = one.left === '[CERTIFICATE_EXPIRATION]' ? certificateDays(one) : null
    if (found === null) return null
    if (!found.isExact) draft.note(thing, one.text, `is ${found.days} days here: days are counted whole`)
    return { metric: 'tls_days_left', operator: '<', value: found.days, severity: 'critical', status: 'down' }
  })
}

function isConnected({ left, operator, right }: Condition): true | null {
  return left === '[CONNECTED]' && (operator === '==') === (right === 'true') ? true : null
}

function connection(subject: Subject, kind: 'tcp' | 'tls', url: string): Made {
  const { draft, client, thing } = subject
  const [, host = '', port = ''] = /^\w+:\/\/\[?([^/\]]*?)\]?:(\d+)/.exec(url) ?? []
  take(subject, isConnected)
  const days = kind === 'tls' ? certificates(subject).map(({ value }) => Number(value)) : []
  const thresholds = responseTimes(subject)
  if (isSet(subject.endpoint.body)) draft.note(thing, 'body', 'nothing is sent by such a check')
  return {
    kind,
    spec: {
      host: gatusText(host),
      port: Number(port),
      ...(kind === 'tls'
        ? {
            ...(client.insecure === true ? { verify: false } : {}),
            ...given('min_days_left', days.length > 0 ? Math.max(...days) : null),
            expiry_warning_days: 0,
          }
        : {}),
    },
    thresholds,
  }
}

function dns(subject: Subject, query: Json, url: string): Made | null {
  const { draft, thing } = subject
  const [, server = '', port] = /^(?:\w+:\/\/)?\[?([^/\]]*?)\]?(?::(\d+))?$/.exec(url) ?? []
  const wantsOther = take(subject, ({ left, operator, right }) =>
    left === '[DNS_RCODE]' ? (operator === '==') === (right === 'NOERROR') : null,
  ).includes(false)
  if (wantsOther) {
    draft.note(thing, null, 'is left out: a name that must not be there cannot be asked for')
    return null
  }
  const records = take(subject, recordsOf).flat()
  const thresholds = responseTimes(subject)
  return {
    kind: 'dns',
    spec: {
      name: String(query['query-name'] ?? '').replace(/\.$/, ''),
      record_type: String(query['query-type'] ?? 'A'),
      ...given('values', records),
      ...(records.length > 0 ? { match: 'any' } : {}),
      ...given('server', server === '' ? null : gatusText(server)),
      ...(port === undefined || port === '53' ? {} : { port: Number(port) }),
    },
    thresholds,
  }
}

function noteClient({ draft, client, thing }: Subject): void {
  const reasons: Readonly<Record<string, string>> = {
    'proxy-url': 'checks go straight to their targets, not by a proxy',
    'dns-resolver': "names are looked up with the machine's own name servers",
    network: 'the address is taken as the name server gives it',
    tunnel: 'checks go straight to their targets, not by SSH',
    'store-cookies': 'checks keep no cookies',
  }
  for (const [field, value] of Object.entries(client)) {
    if (['insecure', 'ignore-redirect', 'timeout'].includes(field) || !isSet(value)) continue
    draft.note(thing, `client.${field}`, reasons[field] ?? 'has no counterpart')
  }
}
