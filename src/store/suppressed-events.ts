import type { EventType, Severity, Status } from '../ground/vocabulary.ts'
import type { Database } from './database.ts'
import { Conditions, firstIdAt, readBriefly } from './list.ts'

/** An event that was decided on and not sent. */
export interface SuppressedEvent {
  readonly id: string
  readonly monitorName: string
  readonly eventType: EventType
  readonly status: Status
  readonly severity: Severity
  readonly region: string | null
  readonly incidentId: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly reason: string
  /** Id of the silence or window, name of the parent; null where there is none to name. */
  readonly heldBy: string | null
  readonly why: string
  /** ms since the epoch */
  readonly at: number
}

/** What a list of them may ask for. Times: ms since the epoch, [since, until). */
export interface SuppressedQuery {
  readonly monitorName?: string | undefined
  readonly incidentId?: string | undefined
  readonly reason?: string | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
}

interface Row {
  id: string
  monitor_name: string
  event_type: EventType
  status: Status
  severity: Severity
  region: string | null
  incident_id: string | null
  metadata: Record<string, unknown>
  reason: string
  held_by: string | null
  why: string
  at: Date
}

/** Suppressed events of the workspace, the latest first, before `beforeId`. */
export function listSuppressed(
  database: Database,
  workspaceId: string,
  query: SuppressedQuery,
  page: { beforeId: string | null; limit: number },
): Promise<SuppressedEvent[]> {
  const where = new Conditions().equal({
    workspace_id: workspaceId,
    monitor_name: query.monitorName,
    incident_id: query.incidentId,
    reason: query.reason,
  })
  if (query.since !== undefined) where.add('id >= ?', firstIdAt('sup', query.since))
  if (query.until !== undefined) where.add('id < ?', firstIdAt('sup', query.until))
  if (page.beforeId !== null) where.add('id < ?', page.beforeId)
  const limit = where.value(page.limit)
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<Row>(
      `select id, monitor_name, event_type, status, severity, region, incident_id, metadata, reason, held_by, why, at
       from suppressed_events where ${where.text} order by id desc limit ${limit}`,
      where.values,
    )
    return rows.map(row => ({
      id: row.id,
      monitorName: row.monitor_name,
      eventType: row.event_type,
      status: row.status,
      severity: row.severity,
      region: row.region,
      incidentId: row.incident_id,
      metadata: row.metadata,
      reason: row.reason,
      heldBy: row.held_by,
      why: row.why,
      at: row.at.getTime(),
    }))
  })
}
