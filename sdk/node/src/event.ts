import { WebhookError } from './errors.ts'
import { parseTimestamp } from './timestamp.ts'

/** One of the known words, or one of a later version: handle what you know, pass over the rest. */
type Open<Known extends string> = Known | (string & {})

/** Status of a monitor. */
export type Status = Open<'operational' | 'degraded' | 'down' | 'maintenance' | 'unknown'>

/** Severity of an event; of a recovery the highest that its incident reached. */
export type Severity = Open<'critical' | 'warning' | 'info'>

/** What happened. */
export type EventType = Open<
  | 'incident.opened'
  | 'incident.updated'
  | 'incident.acknowledged'
  | 'incident.resolved'
  | 'status.changed'
  | 'metric.breached'
  | 'metric.cleared'
>

/** What is known about an event; null or empty where it is not. The producer's own keys follow, untouched. */
export interface EventMetadata {
  region: string | null
  affected_endpoints: string[]
  response_time_ms: number | null
  error_rate_pct: number | null
  event_type: EventType | null
  severity: Severity | null
  incident_id: string | null
  [key: string]: unknown
}

/** The payload of a webhook, with the names it has there. */
export interface StatusPulseEvent {
  /** Unique; the same on every attempt and every replay. */
  event_id: string
  monitor_name: string
  status: Status
  /** When it happened, to the millisecond. */
  timestamp: Date
  metadata: EventMetadata
}

/**
 * Reads a payload. Unknown statuses, types, severities and fields of later versions are let through.
 * @throws {WebhookError} `invalid_payload`, with the path of the field at fault
 */
export function parseEvent(body: string | Uint8Array): StatusPulseEvent {
  const fields = object(parseJson(body), '')
  const metadata = object(fields.metadata, 'metadata')
  return {
    event_id: text(fields.event_id, 'event_id'),
    monitor_name: text(fields.monitor_name, 'monitor_name'),
    status: text(fields.status, 'status'),
    timestamp: parseTimestamp(fields.timestamp) ?? fail('timestamp', 'must be an RFC 3339 time in UTC'),
    metadata: {
      ...metadata,
      region: optionalText(metadata, 'region'),
      affected_endpoints: texts(metadata, 'affected_endpoints'),
      response_time_ms: optionalNumber(metadata, 'response_time_ms'),
      error_rate_pct: optionalNumber(metadata, 'error_rate_pct'),
      event_type: optionalText(metadata, 'event_type'),
      severity: optionalText(metadata, 'severity'),
      incident_id: optionalText(metadata, 'incident_id'),
    },
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseJson(body: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : decoder.decode(body))
  } catch {
    return fail('', 'must be JSON in UTF-8')
  }
}

function fail(path: string, problem: string): never {
  throw new WebhookError('invalid_payload', `${path || 'The payload'} ${problem}.`, path)
}

function object(value: unknown, path: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>
  return fail(path, 'must be an object')
}

function text(value: unknown, path: string): string {
  return typeof value === 'string' && value !== '' ? value : fail(path, 'must be a text that is not empty')
}

function optionalText(metadata: Record<string, unknown>, key: string): string | null {
  const value = metadata[key] ?? null
  return value === null || typeof value === 'string'
    ? value
    : fail(`metadata.${key}`, 'must be a text or null')
}

function optionalNumber(metadata: Record<string, unknown>, key: string): number | null {
  const value = metadata[key] ?? null
  return value === null || Number.isFinite(value)
    ? (value as number | null)
    : fail(`metadata.${key}`, 'must be a number or null')
}

function texts(metadata: Record<string, unknown>, key: string): string[] {
  const value = metadata[key] ?? []
  if (Array.isArray(value) && value.every(item => typeof item === 'string')) return value
  return fail(`metadata.${key}`, 'must be a list of texts')
}
