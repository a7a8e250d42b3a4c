import { BUCKETS } from '../ground/bucket.ts'
import { dayOf, readId } from '../ground/ids.ts'
import type { EventType, Severity, Status } from '../ground/vocabulary.ts'
import type { Database, Queryable } from './database.ts'
import { Conditions, readBriefly } from './list.ts'

/** The span in which a monitor was in trouble. Times are ms since the epoch. */
export interface StoredIncident {
  readonly id: string
  /** It is kept because given events say so. */
  readonly given: boolean
  /** Of a given one: the `incident_id` of its producer's events; null: they name none. */
  readonly producerId: string | null
  readonly monitorId: string
  readonly monitorName: string
  readonly status: Status
  readonly severity: Severity
  readonly highestSeverity: Severity
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  readonly summary: string
  readonly startedAt: number
  readonly openedAt: number
  readonly acknowledgedAt: number | null
  readonly acknowledgedBy: string | null
  readonly resolvedAt: number | null
  /** Why its latest event was not sent; null: it was. */
  readonly held: { readonly reason: string; readonly by: string | null; readonly why: string } | null
}

interface Row {
  id: string
  given: boolean
  producer_id: string | null
  monitor_id: string
  monitor_name: string
  status: Status
  severity: Severity
  highest_severity: Severity
  region: string | null
  affected_endpoints: string[]
  summary: string
  started_at: Date
  opened_at: Date
  acknowledged_at: Date | null
  acknowledged_by: string | null
  resolved_at: Date | null
  held: StoredIncident['held']
}

const COLUMNS = `id, given, producer_id, monitor_id, monitor_name, status, severity, highest_severity, region, affected_endpoints, summary,
  started_at, opened_at, acknowledged_at, acknowledged_by, resolved_at, held`

/** What a list of incidents may ask for. */
export interface IncidentQuery {
  readonly monitorName?: string | undefined
  readonly severity?: Severity | undefined
  readonly state?: 'open' | 'acknowledged' | 'resolved' | undefined
}

const STATES = {
  open: 'resolved_at is null and acknowledged_at is null',
  acknowledged: 'resolved_at is null and acknowledged_at is not null',
  resolved: 'resolved_at is not null',
}

/** Incidents of the workspace, the latest first, before `beforeId`. */
export function listIncidents(
  database: Database,
  workspaceId: string,
  query: IncidentQuery,
  page: { beforeId: string | null; limit: number },
): Promise<StoredIncident[]> {
  const where = new Conditions().equal({
    workspace_id: workspaceId,
    monitor_name: query.monitorName,
    highest_severity: query.severity,
  })
  if (query.state) where.add(STATES[query.state])
  if (page.beforeId !== null) where.add('id < ?', page.beforeId)
  const limit = where.value(page.limit)
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from incidents where ${where.text} order by id desc limit ${limit}`,
      where.values,
    )
    return rows.map(toIncident)
  })
}

/** One incident of the workspace, by its id or by its producer's (the latest of it); null when there is none. */
export async function findIncident(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<StoredIncident | null> {
  const place = readId(id)
  if (place && place.bucket < BUCKETS) {
    const { rows } = await database.query<Row>(
      `select ${COLUMNS} from incidents where bucket = $1 and id = $2 and workspace_id = $3`,
      [place.bucket, id, workspaceId],
    )
    if (rows[0]) return toIncident(rows[0])
  }
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from incidents where workspace_id = $1 and producer_id = $2 order by opened_at desc limit 1`,
    [workspaceId, id],
  )
  return rows[0] ? toIncident(rows[0]) : null
}

/** An event of an incident. */
export interface IncidentEvent {
  readonly eventId: string
  readonly eventType: EventType
  readonly status: Status
  readonly severity: Severity
  readonly acceptedAt: number
  readonly payload: string
  readonly deliveries: number
}

interface EventRow {
  event_id: string
  event_type: EventType
  status: Status
  severity: Severity
  accepted_at: Date
  payload: string
  deliveries: number
}

/**
 * The first events of an incident, in order. By its monitor's events, and the days that it lasted. Of a given one
 * those count as well that name no incident.
 * @param now ms since the epoch
 */
export async function eventsOfIncident(
  database: Queryable,
  workspaceId: string,
  incident: StoredIncident,
  now: number,
  limit: number,
): Promise<IncidentEvent[]> {
  const { rows } = await database.query<EventRow>(
    `select event_id, event_type, status, severity, accepted_at, payload, jsonb_array_length(matched) as deliveries
     from events
     where workspace_id = $1 and monitor_name = $2 and day between $4 and $5
       and (incident_id = $3 or $7 and (incident_id = $8 or incident_id is null)
            and accepted_at between to_timestamp($9::float8 / 1000) and to_timestamp($10::float8 / 1000))
     order by position, event_id limit $6`,
    [
      workspaceId,
      incident.monitorName,
      incident.id,
      dayOf(incident.openedAt),
      dayOf(incident.resolvedAt ?? now),
      limit,
      incident.given,
      incident.producerId,
      incident.openedAt,
      incident.resolvedAt ?? now,
    ],
  )
  return rows.map(row => ({
    eventId: row.event_id,
    eventType: row.event_type,
    status: row.status,
    severity: row.severity,
    acceptedAt: row.accepted_at.getTime(),
    payload: row.payload,
    deliveries: row.deliveries,
  }))
}

function toIncident(row: Row): StoredIncident {
  return {
    id: row.id,
    given: row.given,
    producerId: row.producer_id,
    monitorId: row.monitor_id,
    monitorName: row.monitor_name,
    status: row.status,
    severity: row.severity,
    highestSeverity: row.highest_severity,
    region: row.region,
    affectedEndpoints: row.affected_endpoints,
    summary: row.summary,
    startedAt: row.started_at.getTime(),
    openedAt: row.opened_at.getTime(),
    acknowledgedAt: row.acknowledged_at?.getTime() ?? null,
    acknowledgedBy: row.acknowledged_by,
    resolvedAt: row.resolved_at?.getTime() ?? null,
    held: row.held,
  }
}
