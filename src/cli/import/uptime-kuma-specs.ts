import { parseJsonPath } from '../../detect/checks/http/json-path.ts'
import type { Template } from '../code/template.ts'
import type { Draft } from './draft.ts'
import { bodyOf, headersOf, urlOf } from './secrets.ts'
import { given, isObject, isOn, isSet, type Json, listOf, numberOf, textOf, within } from './values.ts'

/** What a monitor of Uptime Kuma is watched by here. */
interface Made {
  readonly kind: string
  readonly settings: Json
  /** It has an interval and a timeout of its own. */
  readonly isChecked: boolean
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  ping: 'there is no check by ICMP; kind tcp on a port that is open tells as much',
  'tailscale-ping': 'there is no check by ICMP; kind tcp on a port that is open tells as much',
  group: 'a group checks nothing itself; its monitors have its name as the label "group"',
  docker: 'there is no check of containers; watch what the container serves',
  'real-browser': 'there is no check with a browser',
}
const DATABASES = new Set([
  'sqlserver',
  'postgres',
  'mysql',
  'mongodb',
  'redis',
  'oracledb',
  'mqtt',
  'rabbitmq',
  'smtp',
])
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'text/xml; charset=utf-8',
}
/** The furthest of the days on which it warns unless told otherwise. */
const WARNING_DAYS = 21
const OPERATORS: Readonly<Record<string, string>> = {
  '==': 'equals',
  '!=': 'not_equals',
  '>': 'greater_than',
  '<': 'less_than',
  contains: 'contains',
}

/** Kind and spec of a monitor; null: it has no counterpart, which is noted. */
export function specOf(draft: Draft, monitor: Json, thing: string, owner: string): Made | null {
  const type = String(monitor.type)
  switch (type) {
    case 'http':
    case 'keyword':
    case 'json-query': {
      const spec = httpSpec(draft, monitor, thing, owner)
      return spec && { kind: 'http', settings: { spec }, isChecked: true }
    }
    case 'port':
      return { kind: 'tcp', settings: { spec: hostSpec(monitor) }, isChecked: true }
    case 'dns':
      return { kind: 'dns', settings: { spec: dnsSpec(draft, monitor, thing) }, isChecked: true }
    case 'push':
      return { kind: 'heartbeat', settings: heartbeat(draft, monitor, thing), isChecked: false }
    case 'manual':
      draft.note(thing, 'type', 'is of kind external here: events that are sent of it say its status')
      return { kind: 'external', settings: {}, isChecked: false }
  }
  const port = DATABASES.has(type) ? '; kind tcp tells whether its port is open' : ''
  draft.note(thing, null, `is left out: ${LEFT_OUT[type] ?? `there is no check of type ${type}${port}`}`)
  return null
}

function hostSpec(monitor: Json): Json {
  return { host: monitor.hostname, port: numberOf(monitor.port) }
}

function heartbeat(draft: Draft, monitor: Json, thing: string): Json {
  const period = numberOf(monitor.interval) ?? 60
  const grace = (numberOf(monitor.maxretries) ?? 0) * (numberOf(monitor.retryInterval) ?? period)
  draft.note(
    thing,
    'pushToken',
    'whoever pushes needs its new address: apply shows it once, GET /v1/monitors always',
  )
  return {
    spec: {
      period_s: within(draft, thing, 'interval', period, [5, 366 * 86_400]),
      grace_s: within(draft, thing, 'maxretries', grace, [0, 31 * 86_400]),
    },
  }
}

function dnsSpec(draft: Draft, monitor: Json, thing: string): Json {
  const servers = String(monitor.dns_resolve_server ?? '')
    .split(',')
    .map(one => one.trim())
    .filter(one => one !== '')
  if (servers.length > 1)
    draft.note(thing, 'dns_resolve_server', `only the first of ${servers.length} name servers is asked`)
  if (listOf(monitor.conditions).length > 0)
    draft.note(thing, 'conditions', 'are not taken over: give the expected records as spec.values')
  const port = numberOf(monitor.port)
  return {
    name: monitor.hostname,
    record_type: textOf(monitor.dns_resolve_type) ?? 'A',
    ...given('server', servers[0]),
    ...(servers.length > 0 && port !== null && port !== 53 ? { port } : {}),
  }
}

function httpSpec(draft: Draft, monitor: Json, thing: string, owner: string): Json | null {
  const method = String(monitor.method ?? 'GET').toUpperCase()
  const { url, auth: inUrl } = urlOf(draft, String(monitor.url ?? ''), thing, owner)
  const auth = authOf(draft, monitor, thing, owner)
  if (auth === 'left out') return null
  const body = ['GET', 'HEAD'].includes(method) ? null : textOf(monitor.body)
  if (textOf(monitor.body) !== null && body === null) draft.note(thing, 'body', `is not sent with ${method}`)
  const redirects = numberOf(monitor.maxredirects) ?? 10
  noteOfHttp(draft, monitor, thing)
  return {
    url,
    ...(method === 'GET' ? {} : { method }),
    ...given('headers', headers(draft, monitor, thing, owner, body !== null)),
    ...given('body', body === null ? null : bodyOf(draft, body, thing, owner)),
    ...given('auth', auth ?? inUrl),
    ...given('expected_statuses', statuses(monitor)),
    ...given('assertions', assertions(draft, monitor, thing)),
    max_redirects: within(draft, thing, 'maxredirects', redirects, [0, 10]),
    tls: {
      ...(isOn(monitor.ignoreTls) ? { verify: false } : {}),
      expiry_warning_days: isOn(monitor.expiryNotification) ? WARNING_DAYS : 0,
    },
  }
}

function noteOfHttp(draft: Draft, monitor: Json, thing: string): void {
  const notes: Readonly<Record<string, string>> = {
    proxyId: 'checks go straight to their targets, not by a proxy',
    cacheBust: 'nothing is added to the URL',
    ipFamily: 'the address is taken as the name server gives it',
    domainExpiryNotification: 'there is no check of domains that expire',
    retryOnlyOnStatusCodeFailure: 'every failure counts alike',
  }
  for (const [field, reason] of Object.entries(notes))
    if (isSet(monitor[field])) draft.note(thing, field, reason)
}

/** What is fine; nothing where that is what is fine here anyway. */
function statuses(monitor: Json): readonly string[] | null {
  const accepted = listOf(monitor.accepted_statuscodes).map(String)
  return accepted.length === 0 || accepted.join() === '200-299' ? null : accepted
}

function headers(draft: Draft, monitor: Json, thing: string, owner: string, hasBody: boolean) {
  let read: unknown = monitor.headers
  try {
    if (typeof read === 'string' && read.trim() !== '') read = JSON.parse(read)
  } catch {
    draft.note(thing, 'headers', 'are left out: they are not JSON')
    read = null
  }
  const given = Object.entries(isObject(read) ? read : {}).map(
    ([name, value]) => [name, String(value)] as const,
  )
  const kept = headersOf(draft, Object.fromEntries(given), thing, owner)
  const type = CONTENT_TYPES[String(monitor.httpBodyEncoding ?? 'json')]
  const isGiven = given.some(([name]) => name.toLowerCase() === 'content-type')
  return hasBody && type && !isGiven ? { 'content-type': type, ...kept } : kept
}

function authOf(
  draft: Draft,
  monitor: Json,
  thing: string,
  owner: string,
): { type: string; username?: string; password?: Template; token?: Template } | null | 'left out' {
  const username = textOf(monitor.basic_auth_user)
  const method = textOf(monitor.authMethod) ?? (username === null ? 'none' : 'basic')
  switch (method) {
    case 'none':
    case 'null':
      return null
    case 'basic': {
      const password = draft.secret(
        String(monitor.basic_auth_pass ?? ''),
        `${owner} password`,
        `password of ${thing}`,
      )
      return { type: 'basic', username: username ?? '', password }
    }
    case 'bearer':
      return {
        type: 'bearer',
        token: draft.secret(String(monitor.bearer_token ?? ''), `${owner} token`, `bearer token of ${thing}`),
      }
  }
  draft.note(
    thing,
    'authMethod',
    `is left out: its server wants ${method}, and checks know basic and bearer only`,
  )
  return 'left out'
}

function assertions(draft: Draft, monitor: Json, thing: string): Json[] {
  const keyword = textOf(monitor.keyword)
  if (monitor.type === 'keyword' && keyword !== null)
    return [
      { source: 'body', operator: isOn(monitor.invertKeyword) ? 'not_contains' : 'contains', value: keyword },
    ]
  return monitor.type === 'json-query' ? jsonAssertion(draft, monitor, thing) : []
}

function jsonAssertion(draft: Draft, monitor: Json, thing: string): Json[] {
  const query = String(monitor.jsonPath ?? '$')
  const path = query.startsWith('$') ? query : `$.${query}`
  const operator = OPERATORS[textOf(monitor.jsonPathOperator) ?? '==']
  if (parseJsonPath(path) === null || operator === undefined) {
    const what = `${query} ${String(monitor.jsonPathOperator ?? '==')}`
    draft.note(thing, 'jsonPath', `is not checked: there is no assertion like ${JSON.stringify(what)}`)
    return []
  }
  return [{ source: 'json', path, operator, value: jsonValue(monitor.expectedValue) }]
}

/** The expected text as the value that JSON would have there. */
function jsonValue(expected: unknown): unknown {
  const text = String(expected ?? '')
  if (['true', 'false', 'null'].includes(text)) return JSON.parse(text)
  return numberOf(text) ?? text
}
