import type { Draft, Entry, Text } from './draft.ts'
import { gatusText } from './gatus-text.ts'
import { headersOf, webhookUrlOf } from './secrets.ts'
import { exactly, given, isObject, isSet, type Json, listOf, numberOf, textOf } from './values.ts'

/** A monitor by its name here, and the types of alerts that it has. */
export interface Alerted {
  readonly thing: string
  readonly name: string
  readonly group: string
  readonly types: ReadonlySet<string>
}

/** After how many failures an alert is sent, and after how many successes it is over. */
export interface Thresholds {
  readonly failures: number
  readonly successes: number
  readonly types: ReadonlySet<string>
}

const FAILURES = 3
const SUCCESSES = 2
/** Read by {@link thresholdsOf}, or said of the provider as a whole. */
const ALERT_FIELDS = new Set([
  'type',
  'enabled',
  'failure-threshold',
  'success-threshold',
  'send-on-resolved',
])

/** What an endpoint's alerts say of it; null: it has none. */
export function thresholdsOf(draft: Draft, thing: string, endpoint: Json, alerting: Json): Thresholds | null {
  const alerts = listOf(endpoint.alerts)
    .filter(isObject)
    .map(alert => withDefaults(alert, alerting))
    .filter(alert => alert.enabled !== false)
  if (alerts.length === 0) return null
  const failures = alerts.map(alert => numberOf(alert['failure-threshold']) || FAILURES)
  const successes = alerts.map(alert => numberOf(alert['success-threshold']) || SUCCESSES)
  const least = { failures: Math.min(...failures), successes: Math.min(...successes) }
  if (new Set(failures).size > 1)
    draft.note(
      thing,
      'alerts',
      `all are told after ${least.failures} failures, the fewest of them: a monitor has one number`,
    )
  for (const alert of alerts)
    for (const [field, value] of Object.entries(alert))
      if (!ALERT_FIELDS.has(field) && isSet(value)) draft.note(thing, `alerts, ${field}`, reasonOf(field))
  return { ...least, types: new Set(alerts.map(({ type }) => String(type))) }
}

function reasonOf(field: string): string {
  const reasons: Readonly<Record<string, string>> = {
    description: 'an event says itself what is wrong',
    'minimum-reminder-interval': 'an event is sent once; nothing repeats it while the trouble lasts',
    'provider-override': 'make an endpoint of its own for this monitor',
  }
  return reasons[field] ?? 'has no counterpart'
}

function withDefaults(alert: Json, alerting: Json): Json {
  const provider = alerting[String(alert.type)]
  const standard = isObject(provider) && isObject(provider['default-alert']) ? provider['default-alert'] : {}
  return { ...standard, ...alert }
}

/** Makes an endpoint of a provider's settings; null: it has no counterpart, which is noted. */
type Make = (draft: Draft, settings: Json, thing: string, owner: string) => Json | null

const MAKERS: Readonly<Record<string, Make>> = {
  slack: webhookOf('slack'),
  discord: webhookOf('discord'),
  teams: webhookOf('teams'),
  'teams-workflows': webhookOf('teams'),
  pagerduty,
  email,
  custom,
}
const PROVIDER_FIELDS = new Set(['default-alert', 'overrides', 'group'])

/** Providers as endpoints: one each, and one more for every group that has settings of its own. */
export function addAlerting(draft: Draft, alerting: Json, alerted: readonly Alerted[]): void {
  for (const [type, provider] of Object.entries(alerting)) {
    if (!isObject(provider)) continue
    const thing = `alerting ${type}`
    const using = alerted.filter(({ types }) => types.has(type))
    const make = MAKERS[type]
    if (!make) {
      draft.note(
        thing,
        null,
        'is left out: there is no such endpoint; what takes webhooks is reached by one with a template',
      )
      continue
    }
    noteResolved(draft, thing, provider)
    const overrides = listOf(provider.overrides).filter(isObject)
    const groups = new Set(overrides.map(({ group }) => String(group)))
    addOne(
      draft,
      make,
      provider,
      type,
      thing,
      using.filter(({ group }) => !groups.has(group)),
    )
    for (const override of overrides) {
      const group = String(override.group)
      const own = using.filter(one => one.group === group)
      addOne(
        draft,
        make,
        { ...provider, ...override },
        `${type} ${group}`,
        `${thing}, group ${JSON.stringify(group)}`,
        own,
      )
    }
  }
  const known = new Set(Object.keys(alerting))
  for (const { thing, types } of alerted)
    for (const type of types) if (!known.has(type)) draft.note(thing, 'alerts', `alerting has no ${type}`)
}

function addOne(
  draft: Draft,
  make: Make,
  settings: Json,
  name: string,
  thing: string,
  using: readonly Alerted[],
): void {
  if (using.length === 0) {
    draft.note(thing, null, 'is left out: no endpoint that was taken over has alerts of it')
    return
  }
  const made = make(draft, settings, thing, name)
  if (made === null) return
  draft.add('endpoints', thing, {
    name: draft.nameOf('endpoints', name, thing),
    ...made,
    filter: { monitors: using.map(one => exactly(one.name)) },
  } as Entry)
}

function noteResolved(draft: Draft, thing: string, provider: Json): void {
  const standard = isObject(provider['default-alert']) ? provider['default-alert'] : {}
  if (standard['send-on-resolved'] !== true)
    draft.note(thing, 'send-on-resolved', 'whoever is told of trouble is told of its end, always')
}

function webhookOf(kind: string): Make {
  return (draft, settings, thing, owner) => {
    noteOthers(draft, settings, thing, ['webhook-url'])
    const url = gatusText(String(settings['webhook-url'] ?? ''))
    return { kind, url: secretOf(draft, url, `${owner} url`, `webhook URL of ${thing}`) }
  }
}

function pagerduty(draft: Draft, settings: Json, thing: string, owner: string): Json {
  noteOthers(draft, settings, thing, ['integration-key'])
  const key = gatusText(String(settings['integration-key'] ?? ''))
  return {
    kind: 'pagerduty',
    options: { routing_key: secretOf(draft, key, `${owner} routing key`, `integration key of ${thing}`) },
  }
}

function email(draft: Draft, settings: Json, thing: string, owner: string): Json {
  noteOthers(draft, settings, thing, ['from', 'username', 'password', 'host', 'port', 'to'])
  const port = numberOf(settings.port)
  const user = textOf(settings.username) ?? textOf(settings.from)
  const password = textOf(settings.password)
  return {
    kind: 'email',
    options: {
      host: gatusText(String(settings.host ?? '')),
      ...given('port', port),
      ...(port === 465 ? { security: 'tls' } : {}),
      ...(user === null || password === null
        ? {}
        : {
            user: gatusText(user),
            password: secretOf(draft, gatusText(password), `${owner} password`, `password of ${thing}`),
          }),
      from: gatusText(String(settings.from ?? '')),
      to: String(settings.to ?? '')
        .split(',')
        .map(address => gatusText(address.trim())),
    },
  }
}

function custom(draft: Draft, settings: Json, thing: string, owner: string): Json | null {
  noteOthers(draft, settings, thing, ['url', 'method', 'body', 'headers', 'placeholders'])
  const method = String(settings.method ?? 'GET').toUpperCase()
  if (method !== 'POST') {
    draft.note(thing, 'method', `is left out: events are sent with POST, not ${method}`)
    return null
  }
  draft.note(thing, 'body', "is this program's payload; a template makes another one of it")
  const headers = Object.entries(isObject(settings.headers) ? settings.headers : {})
  const read = Object.fromEntries(headers.map(([name, value]) => [name, gatusText(String(value))]))
  return {
    url: webhookUrlOf(draft, gatusText(String(settings.url ?? '')), thing, owner),
    ...given('headers', headersOf(draft, read, thing, owner)),
  }
}

/** A secret that stands in the file as a variable; one that is a variable already stays it. */
function secretOf(draft: Draft, value: Text, name: string, about: string): Text {
  return typeof value === 'string' ? draft.secret(value, name, about) : value
}

function noteOthers(draft: Draft, settings: Json, thing: string, known: readonly string[]): void {
  for (const [field, value] of Object.entries(settings))
    if (!known.includes(field) && !PROVIDER_FIELDS.has(field) && isSet(value))
      draft.note(thing, field, 'has no counterpart')
}
