import type { Event, EventType, Severity, Status } from '../../ground/vocabulary.ts'
import type { Shipment } from './destination.ts'
import { cut, oneLine, type Write } from './text.ts'

/** A name and what it stands at, for people: `Response time`, `1,840 ms`. */
export interface Figure {
  readonly name: string
  readonly value: string
  /** Our own words, or text that others chose and that is shown as it is. */
  readonly from: 'us' | 'others'
}

export interface Link {
  readonly label: string
  readonly url: string
}

/** What a message for people says of an event; every text is one line, bounded, and not yet escaped. */
export interface Facts {
  /** At most 500 UTF-16 units, as all other names here. */
  readonly monitor: string
  readonly status: Status
  readonly severity: Severity
  readonly eventType: EventType
  readonly region: string | null
  readonly affected: readonly string[]
  /** Monitor, severity, region, incident: those that there are. */
  readonly marks: readonly Figure[]
  /** Duration, response time, error rate, then the producer's own in its order; at most 40. */
  readonly figures: readonly Figure[]
  /** RFC 3339 in UTC. */
  readonly timestamp: string
  /** The producer's `summary`, `message` or `description`. */
  readonly message: string | null
  /** The event in the console first, then URLs in the producer's metadata; at most 5. */
  readonly links: readonly Link[]
  /** What became of earlier events that this one stands for; null: there were none. */
  readonly story: string | null
  readonly dryRun: boolean
  /** All of the payload's metadata, as it is. */
  readonly metadata: Metadata
}

type Metadata = Readonly<Record<string, unknown>>

/** An event's type for people. */
export const EVENT_WORDS: Readonly<Record<EventType, string>> = {
  'incident.opened': 'Incident opened',
  'incident.updated': 'Incident updated',
  'incident.acknowledged': 'Incident acknowledged',
  'incident.resolved': 'Incident resolved',
  'status.changed': 'Status changed',
  'metric.breached': 'Threshold breached',
  'metric.cleared': 'Threshold cleared',
}

/** What is said of a monitor in each status. */
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  operational: 'is operational',
  degraded: 'is degraded',
  down: 'is down',
  maintenance: 'is in maintenance',
  unknown: 'is in an unknown state',
}

const MESSAGE_KEYS = ['summary', 'message', 'description']
/** Said by the message in words of its own. */
const SAID = new Set([
  'region',
  'affected_endpoints',
  'response_time_ms',
  'error_rate_pct',
  'event_type',
  'severity',
  'incident_id',
  'duration_ms',
  ...MESSAGE_KEYS,
])
const MOST_NAME = 500
const MOST_LINK = 500
const MOST_TIME = 60
const MOST_FIGURES = 40
const MOST_LINKS = 5

/** Reads an event for people. A payload that is no object (a test send's may be anything) leaves the event's own facts. */
export function factsOf({
  event,
  publicUrl,
  superseded,
}: Pick<Shipment, 'event' | 'publicUrl' | 'superseded'>): Facts {
  const payload = objectOf(parsed(event.payload))
  const metadata = objectOf(payload.metadata)
  const own = Object.entries(metadata).filter(([name]) => !SAID.has(name))
  return {
    monitor: nameOf(event.monitorName),
    status: event.status,
    severity: event.severity,
    eventType: event.eventType,
    region: event.region === null ? null : nameOf(event.region),
    affected: textsOf(metadata.affected_endpoints).map(nameOf),
    marks: marksOf(event),
    figures: [...knownFigures(metadata), ...ownFigures(own)].slice(0, MOST_FIGURES),
    timestamp: timeOf(payload.timestamp) ?? new Date(event.acceptedAt).toISOString(),
    message: messageOf(metadata),
    links: [...consoleLink(event, publicUrl), ...ownLinks(own)].slice(0, MOST_LINKS),
    story: superseded > 0 ? storyOf(superseded) : null,
    dryRun: event.dryRun,
    metadata,
  }
}

/**
 * One line that tells what happened: `Incident opened: checkout-service-redis is degraded`.
 * @param max UTF-16 units, 100 or more; of a longer line, the monitor's name is cut
 * @param write how one code point of the name is written, e.g. escaped
 */
export function titleOf(facts: Facts, max: number, write?: Write): string {
  const before = `${facts.dryRun ? '[TEST] ' : ''}${EVENT_WORDS[facts.eventType]}: `
  const after = ` ${STATUS_WORDS[facts.status]}`
  return `${before}${cut(facts.monitor, max - before.length - after.length, write)}${after}`
}

/** A span in its two largest units: `2 d 3 h`, `14 min 5 s`, `850 ms`. @param ms 0 or more */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = Math.round(ms / 1000)
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ')
}

function marksOf({ monitorName, severity, region, incidentId }: Event): Figure[] {
  const marks: Figure[] = [
    { name: 'Monitor', value: nameOf(monitorName), from: 'others' },
    { name: 'Severity', value: severity, from: 'us' },
  ]
  if (region !== null) marks.push({ name: 'Region', value: nameOf(region), from: 'others' })
  if (incidentId !== null) marks.push({ name: 'Incident', value: nameOf(incidentId), from: 'others' })
  return marks
}

function knownFigures({ duration_ms, response_time_ms, error_rate_pct }: Metadata): Figure[] {
  const figures: Figure[] = []
  const add = (name: string, value: string) => figures.push({ name, value, from: 'us' })
  if (isNumber(duration_ms) && duration_ms >= 0) add('Duration', durationText(duration_ms))
  if (isNumber(response_time_ms)) add('Response time', `${numberText(response_time_ms)} ms`)
  if (isNumber(error_rate_pct)) add('Error rate', `${numberText(error_rate_pct)} %`)
  return figures
}

function ownFigures(own: readonly [string, unknown][]): Figure[] {
  return own.flatMap(([key, value]): Figure[] => {
    const name = nameOf(key)
    if (isNumber(value)) return [{ name, value: numberText(value), from: 'us' }]
    if (typeof value === 'boolean') return [{ name, value: value ? 'yes' : 'no', from: 'us' }]
    if (typeof value !== 'string' || value.trim() === '' || isUrl(value)) return []
    return [{ name, value: nameOf(value), from: 'others' }]
  })
}

function consoleLink(event: Event, publicUrl: string | null): Link[] {
  if (publicUrl === null) return []
  return [{ label: 'Open in StatusPulse', url: `${publicUrl}/events/${encodeURIComponent(event.eventId)}` }]
}

function ownLinks(own: readonly [string, unknown][]): Link[] {
  return own.flatMap(([name, value]) =>
    typeof value === 'string' && isUrl(value) ? { label: nameOf(name), url: new URL(value).href } : [],
  )
}

function storyOf(superseded: number): string {
  return superseded === 1
    ? 'One earlier event could not be delivered; this message takes its place.'
    : `${superseded} earlier events could not be delivered; this message takes their place.`
}

function messageOf(metadata: Metadata): string | null {
  for (const key of MESSAGE_KEYS) {
    const value = metadata[key]
    const text = typeof value === 'string' ? oneLine(value) : ''
    if (text !== '') return text
  }
  return null
}

function timeOf(value: unknown): string | null {
  return typeof value === 'string' && value.length <= MOST_TIME && !Number.isNaN(Date.parse(value))
    ? value
    : null
}

/** A URL that can be shown: one that is too long cannot be cut. */
function isUrl(text: string): boolean {
  const isShort = text.length <= MOST_LINK && /^https?:\/\//i.test(text)
  return isShort && (URL.parse(text)?.href.length ?? Number.POSITIVE_INFINITY) <= MOST_LINK
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

/** Never empty: services refuse an empty text. */
function nameOf(text: string): string {
  return cut(oneLine(text), MOST_NAME) || '–'
}

function numberText(value: number): string {
  const isPlain = Math.abs(value) < 1e15
  return isPlain ? value.toLocaleString('en-US', { maximumFractionDigits: 3 }) : String(value)
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(one => typeof one === 'string') : []
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
