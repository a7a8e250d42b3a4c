import type { EventType, Severity, Status, TestInput } from '../../api/types.ts'

/** What an event of a type looks like when it is real. */
const SCENES: Readonly<Record<EventType, { status: Status; severity: Severity }>> = {
  'incident.opened': { status: 'degraded', severity: 'warning' },
  'incident.updated': { status: 'down', severity: 'critical' },
  'incident.acknowledged': { status: 'down', severity: 'critical' },
  'incident.resolved': { status: 'operational', severity: 'critical' },
  'status.changed': { status: 'down', severity: 'critical' },
  'metric.breached': { status: 'degraded', severity: 'warning' },
  'metric.cleared': { status: 'operational', severity: 'warning' },
}

/** The payload of a sample event, as JSON to edit. Its id is made when it is sent. */
export function sampleEvent(type: EventType, now: number): string {
  const { status, severity } = SCENES[type]
  const sample = {
    monitor_name: 'checkout-service-redis',
    status,
    timestamp: `${new Date(now).toISOString().slice(0, 19)}Z`,
    metadata: {
      region: 'us-west-2',
      affected_endpoints: ['/api/v1/cart', '/api/v1/checkout'],
      response_time_ms: 1840,
      error_rate_pct: 12.4,
      event_type: type,
      severity,
      incident_id: 'inc_dry_run',
    },
  }
  return JSON.stringify(sample, null, 2)
}

/**
 * What to ask a test send for: an event if the text is one, else the text itself as the whole body.
 * @returns why it cannot be sent, or what to send
 */
export function testInputOf(text: string): { problem: string } | { input: TestInput } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { problem: `This is not JSON: ${(error as Error).message}` }
  }
  if (!isRecord(value)) return { input: { body: value } }
  const { event_id: _, monitor_name, status, timestamp, metadata, ...others } = value
  const isEvent = monitor_name !== undefined && status !== undefined && Object.keys(others).length === 0
  if (!isEvent) return { input: { body: value } }
  const { event_type, severity, incident_id, ...rest } = isRecord(metadata) ? metadata : {}
  const beside = isRecord(metadata) ? rest : metadata
  // Whatever somebody wrote: the API says what of it cannot be.
  const input = { monitor_name, status, timestamp, event_type, severity, incident_id, metadata: beside }
  return { input: input as TestInput }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
