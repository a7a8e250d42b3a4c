import { dayOf, readId } from '../ground/ids.ts'
import type { DeliveryStatus } from '../ground/vocabulary.ts'
import type { Database, Queryable } from './database.ts'
import type { KeptEvent } from './events-list.ts'
import { Conditions, firstIdAt, readBriefly } from './list.ts'

/** A delivery as it stands in the table. Times: ms since the epoch. */
export interface StoredDelivery {
  readonly id: string
  readonly eventId: string
  /** The UTC day of its event's row. */
  readonly eventDay: string
  readonly endpointId: string
  readonly monitorName: string
  readonly incidentId: string | null
  readonly status: DeliveryStatus
  readonly attempts: number
  readonly lastStatusCode: number | null
  readonly reason: string | null
  readonly createdAt: number
  readonly firstAttemptAt: number | null
  /** When a waiting one is due; null: it is under way, or waits for room, or is over. */
  readonly nextAttemptAt: number | null
  readonly finishedAt: number | null
  readonly replayOf: string | null
  readonly dryRun: boolean
}

/** What a list of deliveries may ask for. Times: ms since the epoch, [since, until). */
export interface DeliveryQuery {
  /** These only: {@link deliveryIdsOf} an event. */
  readonly ids?: readonly string[] | undefined
  readonly endpointId?: string | undefined
  readonly monitorName?: string | undefined
  readonly status?: DeliveryStatus | undefined
  readonly statusCode?: number | undefined
  readonly replayOf?: string | undefined
  readonly dryRun?: boolean | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
}

interface Row {
  id: string
  event_id: string
  event_day: string
  endpoint_id: string
  monitor_name: string
  incident_id: string | null
  status: DeliveryStatus
  attempts: number
  last_status_code: number | null
  reason: string | null
  created_at: Date
  first_attempt_at: Date | null
  due_at: Date | null
  finished_at: Date | null
  replay_of: string | null
  dry_run: boolean
}

const COLUMNS = `id, event_id, event_day::text as event_day, endpoint_id, monitor_name, incident_id, status, attempts,
  last_status_code, reason, created_at, first_attempt_at, due_at, finished_at, replay_of, dry_run`

/** Deliveries of the workspace, the latest first, before an id. */
export function listDeliveries(
  database: Database,
  workspaceId: string,
  query: DeliveryQuery,
  page: { beforeId: string | null; limit: number },
): Promise<StoredDelivery[]> {
  const where = new Conditions().add('workspace_id = ?', workspaceId).equal({
    endpoint_id: query.endpointId,
    monitor_name: query.monitorName,
    status: query.status,
    last_status_code: query.statusCode,
    replay_of: query.replayOf,
    dry_run: query.dryRun,
  })
  if (query.ids) theseIds(where, query.ids)
  // Ids sort by time, so a span of time is a range of the index; the day says which partitions.
  if (query.since !== undefined)
    where.add('day >= ?::date and id >= ?', dayOf(query.since), firstIdAt('dlv', query.since))
  if (query.until !== undefined)
    where.add('day <= ?::date and id < ?', dayOf(query.until), firstIdAt('dlv', query.until))
  if (page.beforeId !== null) where.add('id < ?', page.beforeId)
  const limit = where.value(page.limit)
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<Row>(
      `select ${COLUMNS} from deliveries where ${where.text} order by id desc limit ${limit}`,
      where.values,
    )
    return rows.map(toStored)
  })
}

/**
 * Ids of an event's deliveries. Its row says what it was routed to; only replays, which are younger,
 * have to be looked for, and have an index of their own.
 */
export async function deliveryIdsOf(
  database: Queryable,
  workspaceId: string,
  event: KeptEvent,
): Promise<string[]> {
  const { rows } = await database.query<{ id: string }>(
    `select id from deliveries
     where workspace_id = $1 and event_id = $2 and replay_of is not null and event_day = $3::date and day >= $3::date`,
    [workspaceId, event.eventId, event.day],
  )
  return [...event.matched.map(([, deliveryId]) => deliveryId), ...rows.map(row => row.id)]
}

/** Where an event went, replays included, the oldest first. One that has no row yet is on its way. */
export async function deliveriesOfEvent(
  database: Queryable,
  workspaceId: string,
  event: KeptEvent,
): Promise<StoredDelivery[]> {
  const ids = await deliveryIdsOf(database, workspaceId, event)
  if (ids.length === 0) return []
  const where = theseIds(new Conditions().add('workspace_id = ?', workspaceId), ids)
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from deliveries where ${where.text} order by id`,
    where.values,
  )
  const written = new Set(rows.map(row => row.id))
  const unwritten = event.matched.filter(([, id]) => !written.has(id)).map(match => onItsWay(event, match))
  return [...unwritten, ...rows.map(toStored)].sort((one, other) => (one.id < other.id ? -1 : 1))
}

function onItsWay(event: KeptEvent, [endpointId, id]: KeptEvent['matched'][number]): StoredDelivery {
  return {
    id,
    eventId: event.eventId,
    eventDay: event.day,
    endpointId,
    monitorName: event.monitorName,
    incidentId: event.incidentId,
    status: 'pending',
    attempts: 0,
    lastStatusCode: null,
    reason: null,
    createdAt: event.acceptedAt,
    firstAttemptAt: null,
    nextAttemptAt: null,
    finishedAt: null,
    replayOf: null,
    dryRun: event.dryRun,
  }
}

/** By primary key, in the partitions of the days that the ids tell. */
function theseIds(where: Conditions, ids: readonly string[]): Conditions {
  const places = ids.flatMap(id => readId(id) ?? [])
  const buckets = [...new Set(places.map(place => place.bucket))]
  const days = [...new Set(places.map(place => dayOf(place.timeMs)))]
  return where.add(
    'bucket = any (?::smallint[]) and day = any (?::date[]) and id = any (?)',
    buckets,
    days,
    ids,
  )
}

/** One delivery of the workspace; null when there is none. */
export async function findDelivery(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<StoredDelivery | null> {
  const place = readId(id)
  if (!place) return null
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from deliveries where workspace_id = $1 and bucket = $2 and id = $3 and day = $4`,
    [workspaceId, place.bucket, id, dayOf(place.timeMs)],
  )
  return rows[0] ? toStored(rows[0]) : null
}

/** The payload that a delivery carries; null when retention dropped its event. */
export async function payloadOfDelivery(
  database: Queryable,
  workspaceId: string,
  delivery: StoredDelivery,
): Promise<string | null> {
  const { rows } = await database.query<{ payload: string }>(
    'select payload from events where workspace_id = $1 and bucket = $2 and event_id = $3 and day = $4',
    [workspaceId, readId(delivery.id)?.bucket, delivery.eventId, delivery.eventDay],
  )
  return rows[0]?.payload ?? null
}

function toStored(row: Row): StoredDelivery {
  return {
    id: row.id,
    eventId: row.event_id,
    eventDay: row.event_day,
    endpointId: row.endpoint_id,
    monitorName: row.monitor_name,
    incidentId: row.incident_id,
    status: row.status,
    attempts: row.attempts,
    lastStatusCode: row.last_status_code,
    reason: row.reason,
    createdAt: row.created_at.getTime(),
    firstAttemptAt: row.first_attempt_at?.getTime() ?? null,
    nextAttemptAt: row.status === 'pending' ? (row.due_at?.getTime() ?? null) : null,
    finishedAt: row.finished_at?.getTime() ?? null,
    replayOf: row.replay_of,
    dryRun: row.dry_run,
  }
}
