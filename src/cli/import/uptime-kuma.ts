import { UsageError } from '../usage-error.ts'
import { Draft, type Entry, type Imported } from './draft.ts'
import { addNotifications } from './uptime-kuma-notifications.ts'
import { specOf } from './uptime-kuma-specs.ts'
import {
  given,
  isObject,
  isOn,
  isSet,
  type Json,
  labelsOf,
  listOf,
  numberOf,
  textOf,
  within,
} from './values.ts'

const DAY_S = 86_400
const KNOWN_SECTIONS = new Set(['version', 'monitorList', 'notificationList'])
/** Of every monitor, whatever its type: these say nothing, or are looked at below. */
const FIELDS_OF_ALL = words(`
  id name description type weight path pathName parent childrenIDs active forceInactive interval retryInterval maxretries
  resendInterval upsideDown notificationIDList tags maintenance screenshot includeSensitiveData user_id userId timeout
  dns_last_result saveResponse saveErrorResponse responseMaxLength expiryNotification`)
/** Fields that belong to some types; a monitor of another type has their defaults. */
const FIELDS_OF_TYPES = words(`
  url method hostname port location protocol subtype keyword invertKeyword domainExpiryNotification ignoreTls packetSize
  maxredirects accepted_statuscodes dns_resolve_type dns_resolve_server docker_container docker_host proxyId mqttTopic
  mqttSuccessMessage mqttCheckType mqttUsername mqttPassword mqttWebsocketPath databaseQuery databaseConnectionString
  authMethod authWorkstation authDomain grpcUrl grpcProtobuf grpcMethod grpcServiceName grpcEnableTls grpcBody grpcMetadata
  radiusCalledStationId radiusCallingStationId radiusUsername radiusPassword radiusSecret game gamedigGivenPortOnly
  gamedigToken httpBodyEncoding jsonPath jsonPathOperator expectedValue kafkaProducerTopic kafkaProducerBrokers
  kafkaProducerSsl kafkaProducerAllowAutoTopicCreation kafkaProducerMessage kafkaProducerSaslOptions system_service_name
  cacheBust remote_browser screenshot_delay snmpOid snmpVersion smtpSecurity rabbitmqNodes rabbitmqUsername
  rabbitmqPassword conditions ntpStratumThreshold ntpTimeOffsetThreshold ntpRootDispersionThreshold ipFamily
  expectedTlsAlert ping_numeric ping_count ping_per_request_timeout headers body basic_auth_user basic_auth_pass
  bearer_token oauth_client_id oauth_client_secret oauth_token_url oauth_scopes oauth_audience oauth_auth_method pushToken
  tlsCa tlsCert tlsKey retryOnlyOnStatusCodeFailure wsIgnoreSecWebsocketAcceptHeader wsSubprotocol`)

/**
 * A backup of Uptime Kuma (its settings, "Backup") as a document.
 * @throws UsageError when it is none
 */
export function fromUptimeKuma(text: string): Imported {
  const backup = read(text)
  const draft = new Draft()
  for (const name of Object.keys(backup))
    if (!KNOWN_SECTIONS.has(name) && isSet(backup[name])) draft.note(name, null, 'has no counterpart')
  const monitors = listOf(backup.monitorList).filter(isObject)
  const groups = new Map(monitors.map(monitor => [monitor.id, monitor]))
  /** Names here, by id there. */
  const names = new Map<unknown, string>()
  for (const monitor of monitors) {
    const name = addMonitor(draft, monitor, groups)
    if (name !== null) names.set(monitor.id, name)
  }
  const listening = monitors.flatMap(({ id, notificationIDList }) => {
    const name = names.get(id)
    const ids = isObject(notificationIDList)
      ? Object.entries(notificationIDList).flatMap(([one, on]) => (isOn(on) ? [one] : []))
      : listOf(notificationIDList).map(String)
    return name === undefined ? [] : [{ name, ids: new Set(ids) }]
  })
  addNotifications(draft, listOf(backup.notificationList).filter(isObject), listening)
  return draft.finish()
}

function read(text: string): Json {
  let backup: unknown
  try {
    backup = JSON.parse(text)
  } catch {
    throw new UsageError(
      'this is no backup of Uptime Kuma: it is not JSON. A database (kuma.db) is none either',
    )
  }
  if (!isObject(backup) || !Array.isArray(backup.monitorList))
    throw new UsageError('this is no backup of Uptime Kuma: it has no monitorList')
  return backup
}

/** @returns its name here; null: it has no counterpart */
function addMonitor(draft: Draft, monitor: Json, groups: ReadonlyMap<unknown, Json>): string | null {
  const called = textOf(monitor.name) ?? `monitor ${String(monitor.id)}`
  const thing = `monitor ${JSON.stringify(called)}`
  noteUnknown(draft, thing, monitor)
  if (isOn(monitor.upsideDown)) {
    draft.note(thing, 'upsideDown', 'is left out: nothing here is up when its check fails')
    return null
  }
  const made = specOf(draft, monitor, thing, called)
  if (made === null) return null
  const { kind, settings, isChecked } = made
  const name = draft.nameOf('monitors', called, thing)
  const isPaused = monitor.active !== undefined && !isOn(monitor.active)
  const entry: Entry = {
    name,
    kind,
    ...(isPaused || isOn(monitor.forceInactive) ? { enabled: false } : {}),
    ...settings,
    ...(isChecked ? timing(draft, thing, monitor) : {}),
    ...given('labels', labels(draft, thing, monitor, groups)),
  }
  if (isSet(monitor.resendInterval))
    draft.note(thing, 'resendInterval', 'an event is sent once; nothing repeats it while the trouble lasts')
  draft.add('monitors', thing, entry)
  return name
}

function timing(draft: Draft, thing: string, monitor: Json) {
  const interval = numberOf(monitor.interval) ?? 60
  const retries = numberOf(monitor.maxretries) ?? 0
  const retryInterval = numberOf(monitor.retryInterval) ?? interval
  if (retries > 0 && retryInterval !== interval)
    draft.note(
      thing,
      'retryInterval',
      `a check that failed is made again after ${interval} s, as every other`,
    )
  // Without one it waits for four fifths of the interval.
  const timeout = numberOf(monitor.timeout) || interval * 0.8
  return {
    interval_s: within(draft, thing, 'interval', interval, [5, DAY_S]),
    timeout_ms: within(draft, thing, 'timeout', timeout * 1_000, [100, 60_000]),
    failures_to_open: within(draft, thing, 'maxretries', retries + 1, [1, 100]),
  }
}

function labels(draft: Draft, thing: string, monitor: Json, groups: ReadonlyMap<unknown, Json>) {
  const group = textOf(groups.get(monitor.parent)?.name)
  const description = textOf(monitor.description)
  const tags = listOf(monitor.tags)
    .filter(isObject)
    .map(({ name, value }) => [String(name ?? ''), textOf(value) ?? 'true'] as const)
  return labelsOf(draft, thing, [
    ...(group === null ? [] : [['group', group] as const]),
    ...(description === null ? [] : [['description', description] as const]),
    ...tags,
  ])
}

function noteUnknown(draft: Draft, thing: string, monitor: Json): void {
  for (const [field, value] of Object.entries(monitor)) {
    if (FIELDS_OF_ALL.has(field) || FIELDS_OF_TYPES.has(field) || !isSet(value)) continue
    draft.note(thing, field, 'is a field that is not known here')
  }
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
