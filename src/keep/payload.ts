import { unacceptable } from '../ground/errors.ts'
import type { EventType, Severity, Status } from '../ground/vocabulary.ts'
import type { EventInput } from './keeper.ts'

/** What an event without a severity of its own is worth. */
const SEVERITY_OF: Readonly<Record<Status, Severity>> = {
  down: 'critical',
  degraded: 'warning',
  operational: 'info',
  maintenance: 'info',
  unknown: 'info',
}

/** What is fixed when an event is accepted: its facts, and the exact text that every attempt sends. */
export interface BuiltPayload {
  readonly eventType: EventType
  readonly severity: Severity
  readonly region: string | null
  readonly incidentId: string | null
  readonly payload: string
}

/**
 * Builds the payload of DESIGN "The wire contract": five fields in their order, the four metadata
 * keys that are always there, the three that follow, then the producer's own, untouched.
 * @param acceptedAt the event's time if it has none of its own; ms since the epoch
 * @throws Problem 422 naming `timestamp` or `metadata`
 */
export function buildPayload(input: EventInput, eventId: string, acceptedAt: number): BuiltPayload {
  const {
    region = null,
    affected_endpoints = null,
    response_time_ms = null,
    error_rate_pct = null,
    ...own
  } = input.metadata ?? {}
  const eventType = input.eventType ?? 'status.changed'
  const severity = input.severity ?? SEVERITY_OF[input.status]
  const incidentId = input.incidentId ?? null
  const known = {
    region,
    affected_endpoints: affected_endpoints ?? [],
    response_time_ms,
    error_rate_pct,
    event_type: eventType,
    severity,
    incident_id: incidentId,
  }
  const head = JSON.stringify({
    event_id: eventId,
    monitor_name: input.monitorName,
    status: input.status,
    timestamp: utcOf(input.timestamp, acceptedAt),
  })
  // Joined as text: an object would put the producer's keys that look like numbers first.
  const payload = `${head.slice(0, -1)},"metadata":${join(JSON.stringify(known), jsonOf(own))}}`
  return { eventType, severity, region: typeof region === 'string' ? region : null, incidentId, payload }
}

function join(known: string, own: string): string {
  return own === '{}' ? known : `${known.slice(0, -1)},${own.slice(1)}`
}

function jsonOf(metadata: Readonly<Record<string, unknown>>): string {
  try {
    return JSON.stringify(metadata)
  } catch {
    throw unacceptable('metadata', 'cannot be written as JSON')
  }
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

/** RFC 3339 in UTC, with every digit of the fraction that says something, and none where it is zero. */
function utcOf(timestamp: string | undefined, acceptedAt: number): string {
  if (timestamp === undefined) return withoutZeros(new Date(acceptedAt).toISOString().slice(0, -1))
  const [, date, time, fraction = '', zone = ''] = RFC3339.exec(timestamp) ?? []
  const wholeSeconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`)
  if (Number.isNaN(wholeSeconds)) throw unacceptable('timestamp', 'must be a time that exists (RFC 3339)')
  return withoutZeros(`${new Date(wholeSeconds).toISOString().slice(0, 19)}${fraction}`)
}

/** @param time a time of day with or without a fraction */
function withoutZeros(time: string): string {
  return `${time.replace(/\.0*$|(\.\d*?)0+$/, '$1')}Z`
}
