import { readSource } from '../code/source.ts'
import { UsageError } from '../usage-error.ts'
import { Draft, type Entry, type Imported } from './draft.ts'
import { type Alerted, addAlerting, type Thresholds, thresholdsOf } from './gatus-alerting.ts'
import { addMaintenance } from './gatus-maintenance.ts'
import { specOf } from './gatus-specs.ts'
import { durationOf, plainText, variablesIn } from './gatus-text.ts'
import { given, isObject, isSet, type Json, labelsOf, listOf, within } from './values.ts'

const DAY_S = 86_400
const MINUTE_MS = 60_000
const NO_COUNTERPART: Readonly<Record<string, string>> = {
  suites: 'a suite of requests after one another has no counterpart',
  remote: 'other instances are not shown here',
  tunneling: 'checks go straight to their targets, not by SSH',
  connectivity: 'give the host as the setting "reference-hosts"',
  storage: 'data are in Postgres: the settings "data-dir" and "DATABASE_URL"',
  security: 'there are API keys, and a console that one signs in to',
  web: 'address and port are the settings "host" and "port"',
  ui: 'the console has a look of its own',
  metrics: 'are at /metrics, without being switched on',
  announcements: 'there is no status page',
  concurrency: 'checks do not wait for each other',
  'disable-monitoring-lock': 'checks do not wait for each other',
  debug: 'is the setting "log-level"',
  'skip-invalid-config-update': 'a file that is wrong changes nothing, always',
}
const READ = new Set(['endpoints', 'external-endpoints', 'alerting', 'maintenance'])
const ENDPOINT_FIELDS = new Set([
  ...['enabled', 'name', 'group', 'url', 'method', 'body', 'graphql', 'headers', 'extra-labels', 'interval'],
  ...['conditions', 'alerts', 'maintenance-windows', 'dns', 'client', 'token', 'heartbeat'],
])

/**
 * A configuration of Gatus as a document.
 * @throws UsageError when it is none
 */
export function fromGatus(text: string): Imported {
  const { document, faults } = readSource(text, null)
  const [fault] = faults
  if (fault) {
    const where = fault.place ? ` (line ${fault.place.line})` : ''
    throw new UsageError(`this is no configuration of Gatus: ${fault.path} ${fault.message}${where}`)
  }
  const config = document as Json
  if (!isSet(config.endpoints) && !isSet(config['external-endpoints']) && !isSet(config.suites))
    throw new UsageError('this is no configuration of Gatus: it has no endpoints')
  const draft = new Draft()
  // First of all: no other variable may take the name of one of these.
  for (const name of variablesIn(text)) draft.variable(name, 'the file asks for it')
  for (const [name, value] of Object.entries(config))
    if (!READ.has(name) && isSet(value)) draft.note(name, null, NO_COUNTERPART[name] ?? 'has no counterpart')
  const alerting = isObject(config.alerting) ? config.alerting : {}
  const alerted: Alerted[] = []
  for (const endpoint of listOf(config.endpoints).filter(isObject))
    addEndpoint(draft, endpoint, alerting, alerted)
  for (const endpoint of listOf(config['external-endpoints']).filter(isObject))
    addExternal(draft, endpoint, alerting, alerted)
  addAlerting(draft, alerting, alerted)
  if (isObject(config.maintenance)) addMaintenance(draft, 'maintenance', config.maintenance, [])
  return draft.finish()
}

/** Name, labels and the like: what every endpoint has. */
function aboutOf(draft: Draft, endpoint: Json, word: string) {
  const group = textIn(endpoint.group)
  const called = [group, textIn(endpoint.name)].filter(part => part !== '').join('/')
  const thing = `${word} ${JSON.stringify(called)}`
  for (const [field, value] of Object.entries(endpoint))
    if (!ENDPOINT_FIELDS.has(field) && isSet(value)) draft.note(thing, field, reasonOf(field))
  const extra = isObject(endpoint['extra-labels']) ? Object.entries(endpoint['extra-labels']) : []
  const labels = labelsOf(draft, thing, [
    ...(group === '' ? [] : [['group', group] as const]),
    ...extra.map(([name, value]) => [name, textIn(value)] as const),
  ])
  return { group, called, thing, labels }
}

function reasonOf(field: string): string {
  const reasons: Readonly<Record<string, string>> = {
    ui: 'what is shown cannot be chosen',
    ssh: 'there is no check by SSH',
    store: 'belongs to suites, which have no counterpart',
    'always-run': 'belongs to suites, which have no counterpart',
  }
  return reasons[field] ?? 'has no counterpart'
}

function addEndpoint(draft: Draft, endpoint: Json, alerting: Json, alerted: Alerted[]): void {
  const { group, called, thing, labels } = aboutOf(draft, endpoint, 'endpoint')
  const thresholds = thresholdsOf(draft, thing, endpoint, alerting)
  const made = specOf(draft, endpoint, thing, called)
  if (made === null) return
  const { kind, spec } = made
  const name = draft.nameOf('monitors', called, thing)
  const client = isObject(endpoint.client) ? endpoint.client : {}
  draft.add('monitors', thing, {
    name,
    kind,
    ...(endpoint.enabled === false ? { enabled: false } : {}),
    spec,
    interval_s: within(
      draft,
      thing,
      'interval',
      spanOf(draft, thing, 'interval', endpoint.interval, MINUTE_MS) / 1_000,
      [5, DAY_S],
    ),
    timeout_ms: within(
      draft,
      thing,
      'client.timeout',
      spanOf(draft, thing, 'client.timeout', client.timeout, 10_000),
      [100, 60_000],
    ),
    ...given('failures_to_open', thresholds?.failures),
    ...given('successes_to_close', thresholds?.successes),
    ...given(
      'thresholds',
      made.thresholds.map(one => ({ ...one, ...inARow(thresholds) })),
    ),
    ...given('labels', labels),
  } as Entry)
  alerted.push({ thing, name, group, types: thresholds?.types ?? new Set() })
  windows(draft, thing, name, endpoint)
}

function addExternal(draft: Draft, endpoint: Json, alerting: Json, alerted: Alerted[]): void {
  const { group, called, thing, labels } = aboutOf(draft, endpoint, 'external endpoint')
  const thresholds = thresholdsOf(draft, thing, endpoint, alerting)
  const beat = isObject(endpoint.heartbeat) ? durationOf(endpoint.heartbeat.interval) : null
  const name = draft.nameOf('monitors', called, thing)
  const how =
    beat === null
      ? 'whoever pushes results sends events instead (POST /v1/events), with an API key'
      : 'whoever pushes results pings the address that apply shows, with /fail after a failure'
  draft.note(thing, 'token', how)
  if (beat === null && thresholds !== null && thresholds.failures > 1)
    draft.note(thing, 'alerts', 'every event that says down is sent at once: nothing is counted')
  draft.add('monitors', thing, {
    name,
    kind: beat === null ? 'external' : 'heartbeat',
    ...(endpoint.enabled === false ? { enabled: false } : {}),
    ...(beat === null
      ? {}
      : {
          spec: {
            period_s: within(draft, thing, 'heartbeat.interval', beat / 1_000, [5, 366 * DAY_S]),
            grace_s: 0,
          },
        }),
    ...given('labels', labels),
  } as Entry)
  alerted.push({ thing, name, group, types: thresholds?.types ?? new Set() })
  windows(draft, thing, name, endpoint)
}

function windows(draft: Draft, thing: string, name: string, endpoint: Json): void {
  for (const window of listOf(endpoint['maintenance-windows']).filter(isObject))
    addMaintenance(draft, `maintenance window of ${thing}`, window, [name])
}

function inARow(thresholds: Thresholds | null): Json {
  return thresholds === null || thresholds.failures === 1 ? {} : { in_a_row: thresholds.failures }
}

/** A duration in ms; where it is none, that is noted, and the default counts. */
function spanOf(draft: Draft, thing: string, field: string, value: unknown, standard: number): number {
  if (value === undefined || value === null) return standard
  const span = durationOf(value)
  if (span === null)
    draft.note(thing, field, `is ${standard / 1_000} s here: ${JSON.stringify(value)} is no duration`)
  return span ?? standard
}

function textIn(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
  return plainText(text) ?? text
}
