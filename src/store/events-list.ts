import { BUCKETS } from '../ground/bucket.ts'
import { dayOf, readId } from '../ground/ids.ts'
import type { EventFacts, EventType, Severity, Status } from '../ground/vocabulary.ts'
import type { Database, Queryable } from './database.ts'
import { Conditions, readBriefly } from './list.ts'

/** An event as a list shows it. */
export interface EventSummary extends EventFacts {
  readonly eventId: string
  readonly status: Status
  readonly incidentId: string | null
  readonly dryRun: boolean
  /** ms since the epoch */
  readonly acceptedAt: number
  /** How many endpoints it was routed to. */
  readonly deliveries: number
  /** Where it stands in the feed. */
  readonly position: string
}

/** An event with everything that was kept of it. */
export interface KeptEvent extends EventSummary {
  readonly bucket: number
  /** The UTC day of its row. */
  readonly day: string
  readonly payload: string
  /** What it was routed to: endpoint id, delivery id. */
  readonly matched: readonly (readonly [string, string])[]
}

/** What a list of events may ask for. Times: ms since the epoch, [since, until). */
export interface EventQuery {
  readonly monitorName?: string | undefined
  readonly eventType?: EventType | undefined
  readonly severity?: Severity | undefined
  readonly status?: Status | undefined
  readonly incidentId?: string | undefined
  readonly dryRun?: boolean | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
}

interface Row {
  event_id: string
  event_type: EventType
  monitor_name: string
  status: Status
  severity: Severity
  region: string | null
  incident_id: string | null
  dry_run: boolean
  accepted_at: Date
  deliveries: number
  position: string
  bucket: number
  day: string
  payload: string
  matched: [string, string][]
}

const SUMMARY = `event_id, event_type, monitor_name, status, severity, region, incident_id, dry_run, accepted_at,
  jsonb_array_length(matched) as deliveries, position::text as position`

/**
 * Events of the workspace, the latest first, after a place.
 * @param after position and event id of the last one seen
 */
export function listEvents(
  database: Database,
  workspaceId: string,
  query: EventQuery,
  page: { after: readonly string[] | null; limit: number },
): Promise<EventSummary[]> {
  const where = new Conditions().add('workspace_id = ?', workspaceId).equal({
    monitor_name: query.monitorName,
    event_type: query.eventType,
    severity: query.severity,
    status: query.status,
    incident_id: query.incidentId,
    dry_run: query.dryRun,
  })
  // The day says which partitions, the time which rows.
  if (query.since !== undefined) {
    where.add(
      'day >= ?::date and accepted_at >= to_timestamp(?::float8 / 1000)',
      dayOf(query.since),
      query.since,
    )
  }
  if (query.until !== undefined) {
    where.add(
      'day <= ?::date and accepted_at < to_timestamp(?::float8 / 1000)',
      dayOf(query.until),
      query.until,
    )
  }
  if (page.after) where.add('(position, event_id) < (?::bigint, ?)', ...page.after)
  const limit = where.value(page.limit)
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<Row>(
      `select ${SUMMARY} from events where ${where.text} order by events.position desc, event_id desc limit ${limit}`,
      where.values,
    )
    return rows.map(toSummary)
  })
}

const KEPT = `${SUMMARY}, bucket, day::text as day, payload, matched`

/** One event of the workspace, by its id; of a producer's id that was used again, the latest. */
export async function findEvent(
  database: Queryable,
  workspaceId: string,
  eventId: string,
): Promise<KeptEvent | null> {
  const place = readId(eventId)
  if (place) {
    const { rows } = await database.query<Row>(
      `select ${KEPT} from events where workspace_id = $1 and bucket = $2 and event_id = $3 and day = $4`,
      [workspaceId, place.bucket, eventId, dayOf(place.timeMs)],
    )
    if (rows[0]) return toKept(rows[0])
  }
  // A producer's own id says neither: one probe of the primary key for each bucket and day.
  const { rows } = await database.query<Row>(
    `select ${KEPT} from events where workspace_id = $1 and bucket = any ($2::smallint[]) and event_id = $3
     order by day desc limit 1`,
    [workspaceId, ALL_BUCKETS, eventId],
  )
  return rows[0] ? toKept(rows[0]) : null
}

const ALL_BUCKETS = Array.from({ length: BUCKETS }, (_, bucket) => bucket)

function toSummary(row: Row): EventSummary {
  return {
    eventId: row.event_id,
    eventType: row.event_type,
    monitorName: row.monitor_name,
    status: row.status,
    severity: row.severity,
    region: row.region,
    incidentId: row.incident_id,
    dryRun: row.dry_run,
    acceptedAt: row.accepted_at.getTime(),
    deliveries: row.deliveries,
    position: row.position,
  }
}

function toKept(row: Row): KeptEvent {
  return { ...toSummary(row), bucket: row.bucket, day: row.day, payload: row.payload, matched: row.matched }
}
