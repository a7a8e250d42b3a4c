import type { IncidentEvent, StoredIncident } from '../store/incidents.ts'
import type { SuppressedEvent } from '../store/suppressed-events.ts'
import { timeOf, timeOrNull } from './schemas/common.ts'

/** An incident as a list shows it. */
export function showIncident(incident: StoredIncident) {
  const { startedAt, resolvedAt, acknowledgedAt } = incident
  return {
    id: incident.id,
    given: incident.given,
    producer_id: incident.producerId,
    monitor_id: incident.monitorId,
    monitor_name: incident.monitorName,
    state: resolvedAt !== null ? 'resolved' : acknowledgedAt !== null ? 'acknowledged' : 'open',
    status: incident.status,
    severity: incident.severity,
    highest_severity: incident.highestSeverity,
    region: incident.region,
    affected_endpoints: [...incident.affectedEndpoints],
    summary: incident.summary,
    started_at: timeOf(startedAt),
    opened_at: timeOf(incident.openedAt),
    acknowledged_at: timeOrNull(acknowledgedAt),
    acknowledged_by: incident.acknowledgedBy,
    resolved_at: timeOrNull(resolvedAt),
    duration_s: resolvedAt === null ? null : (resolvedAt - startedAt) / 1_000,
    held: incident.held,
  }
}

/** What happened in an incident, in order: events that were sent, and those that were not. */
export function showTimeline(events: readonly IncidentEvent[], suppressed: readonly SuppressedEvent[]) {
  const entries = [...events.map(fromEvent), ...suppressed.map(fromSuppressed)]
  return entries.sort(byTime).map(({ made: _, ...entry }) => entry)
}

/** Ids of ours sort by when they were made, after their prefix; a producer's own only tells when it came. */
function byTime(a: { made: string; at: string }, b: { made: string; at: string }): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1
  return a.made < b.made ? -1 : 1
}

export function showSuppressed(event: SuppressedEvent) {
  return {
    id: event.id,
    at: timeOf(event.at),
    monitor_name: event.monitorName,
    event_type: event.eventType,
    status: event.status,
    severity: event.severity,
    region: event.region,
    incident_id: event.incidentId,
    ...holdOf(event),
    metadata: event.metadata,
  }
}

function fromEvent(event: IncidentEvent) {
  const { metadata } = JSON.parse(event.payload) as { metadata: Readonly<Record<string, unknown>> }
  return {
    made: event.eventId.slice(event.eventId.indexOf('_')),
    at: timeOf(event.acceptedAt),
    event_type: event.eventType,
    status: event.status,
    severity: event.severity,
    ...said(metadata),
    event_id: event.eventId,
    deliveries: event.deliveries,
    suppressed: null,
  }
}

function fromSuppressed(event: SuppressedEvent) {
  return {
    made: event.id.slice(event.id.indexOf('_')),
    at: timeOf(event.at),
    event_type: event.eventType,
    status: event.status,
    severity: event.severity,
    ...said(event.metadata),
    event_id: null,
    deliveries: null,
    suppressed: holdOf(event),
  }
}

function holdOf({ reason, heldBy, why }: SuppressedEvent) {
  return { reason, by: heldBy, why }
}

function said(metadata: Readonly<Record<string, unknown>>) {
  const { message, comment, acknowledged_by, comment_by, resolved_by } = metadata
  return {
    message: textOrNull(message),
    by: textOrNull(acknowledged_by ?? comment_by ?? resolved_by),
    comment: textOrNull(comment),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
