import { compareIds } from '../ground/ids.ts'
import type { DeliveryStatus, EventType, Severity, Status } from '../ground/vocabulary.ts'
import { ATTEMPT_COLUMNS, type AttemptRow, type StoredAttempt, toStoredAttempt } from './attempts-list.ts'
import type { Queryable } from './database.ts'
import type { EventSummary } from './events-list.ts'
import { HORIZON } from './feed.ts'
import { type FeedCursor, placeBefore, SOURCES, type Source } from './feed-cursor.ts'

/** A delivery that changed its status. */
export interface DeliveryChange {
  readonly deliveryId: string
  readonly eventId: string
  readonly endpointId: string
  /** null: the delivery is past retention. */
  readonly monitorName: string | null
  readonly status: DeliveryStatus
  readonly reason: string | null
  readonly dryRun: boolean
  /** ms since the epoch */
  readonly at: number
}

/** One thing that happened. `cursor` names its place: reading on from it gives what follows. */
export type FeedItem = { readonly cursor: FeedCursor } & (
  | { readonly kind: 'event'; readonly event: EventSummary & { readonly payload: string } }
  | { readonly kind: 'attempt'; readonly attempt: StoredAttempt }
  | { readonly kind: 'delivery'; readonly delivery: DeliveryChange }
)

export interface FeedPage {
  readonly items: readonly FeedItem[]
  /** Where to read on. */
  readonly next: FeedCursor
  /** Nothing that can be read now is left after `next`. */
  readonly complete: boolean
  /** There are committed rows that cannot be read yet, because an older transaction still runs. */
  readonly held: boolean
}

/** A page ends after the row that reaches this many items: one event may have gone to thousands of endpoints. */
const MAX_ITEMS = 2_000

interface Row {
  readonly source: Source
  readonly position: number
  readonly id: string
  readonly day: string
  readonly items: readonly Unplaced[]
}

type Unplaced = FeedItem extends infer Item ? (Item extends FeedItem ? Omit<Item, 'cursor'> : never) : never

/**
 * The workspace's feed after a cursor, in order.
 * @param limit rows, 1 to 500; a row may be several items (an event, and its deliveries that begin)
 * @param sources only rows of these tables
 */
export async function readFeed(
  database: Queryable,
  workspaceId: string,
  after: FeedCursor,
  limit: number,
  sources: readonly Source[] = SOURCES,
): Promise<FeedPage> {
  const { horizon, day, latest } = await look(database, workspaceId)
  const isNew = (source: Source) => (latest[source] ?? -1) >= firstAfter(after, source).position
  const rows = (
    await Promise.all(
      sources.filter(isNew).map(source => READERS[source](database, workspaceId, after, horizon, limit)),
    )
  )
    .flat()
    .sort(compareRows)
  const { items, taken } = unfold(rows, after, limit)
  const complete = taken === rows.length && rows.length < limit
  const last = rows[taken - 1]
  const held = sources.some(source => (latest[source] ?? -1) >= horizon)
  if (complete || !last) {
    const next = horizon > after.position ? placeBefore(horizon, day) : after
    return { items, next, complete: true, held }
  }
  return { items, next: cursorOf(last, null), complete: false, held }
}

/** The end of the feed: only what is written from now on comes after it. */
export async function endOfFeed(database: Queryable): Promise<FeedCursor> {
  const { rows } = await database.query<{ horizon: string; day: string }>(
    `select ${HORIZON} as horizon, (now() at time zone 'utc')::date::text as day`,
  )
  return placeBefore(Number(rows[0]?.horizon), rows[0]?.day as string)
}

interface Look {
  readonly horizon: number
  readonly day: string
  readonly latest: Readonly<Record<Source, number | null>>
}

const LATEST = (table: string) =>
  `(select position from ${table} where workspace_id = $1 order by position desc limit 1)`

/** Asked first, and alone if there is nothing new. What is below its horizon every later statement sees. */
const LOOK = {
  name: 'feed_look',
  text: `select ${HORIZON} as horizon, (now() at time zone 'utc')::date::text as day,
    ${LATEST('events')} as event, ${LATEST('attempts')} as attempt, ${LATEST('delivery_changes')} as delivery`,
}

async function look(database: Queryable, workspaceId: string): Promise<Look> {
  const { rows } = await database.query<Record<'horizon' | 'day' | Source, string | null>>(LOOK, [
    workspaceId,
  ])
  const row = rows[0] as Record<'horizon' | 'day' | Source, string | null>
  const latest = (source: Source) => (row[source] === null ? null : Number(row[source]))
  return {
    horizon: Number(row.horizon),
    day: row.day as string,
    latest: { event: latest('event'), attempt: latest('attempt'), delivery: latest('delivery') },
  }
}

/** The least (position, id) of a table that comes after a cursor. */
function firstAfter(cursor: FeedCursor, source: Source): { position: number; id: string } {
  const order = SOURCES.indexOf(source) - SOURCES.indexOf(cursor.source)
  if (order < 0) return { position: cursor.position + 1, id: '' }
  if (order > 0) return { position: cursor.position, id: '' }
  // Nothing stands between a text and itself with the least character added.
  return { position: cursor.position, id: cursor.part === null ? `${cursor.id}\u0001` : cursor.id }
}

type Reader = (
  database: Queryable,
  workspaceId: string,
  after: FeedCursor,
  horizon: number,
  limit: number,
) => Promise<Row[]>

/** The limit stands in the text: so the plan is made for it. `position` alone were the answer's column, a text. */
function statement(source: Source, columns: string, table: string, id: string, limit: number) {
  return {
    name: `feed_${source}_${limit}`,
    text: `select ${columns}, day::text as day from ${table}
      where workspace_id = $1 and (position, ${id}) >= ($2::bigint, $3) and position < $4::bigint
      order by ${table}.position, ${id} limit ${limit}`,
  }
}

function valuesOf(source: Source, workspaceId: string, after: FeedCursor, horizon: number): unknown[] {
  const { position, id } = firstAfter(after, source)
  return [workspaceId, position, id, horizon]
}

interface EventRow {
  event_id: string
  event_type: EventType
  monitor_name: string
  status: Status
  severity: Severity
  region: string | null
  incident_id: string | null
  dry_run: boolean
  accepted_at: Date
  payload: string
  matched: [string, string][]
  position: string
  day: string
}

const EVENT_COLUMNS = `event_id, event_type, monitor_name, status, severity, region, incident_id, dry_run, accepted_at,
  payload, matched, position::text as position`

interface ChangeRow {
  id: string
  delivery_id: string
  event_id: string
  endpoint_id: string
  monitor_name: string | null
  status: DeliveryStatus
  reason: string
  at: Date
  position: string
  day: string
}

const CHANGE_COLUMNS = `id, delivery_id, event_id, endpoint_id, status, reason, at, position::text as position,
  (select monitor_name from deliveries d where d.bucket = delivery_changes.bucket and d.id = delivery_changes.delivery_id limit 1) as monitor_name`

const READERS: Readonly<Record<Source, Reader>> = {
  async event(database, workspaceId, after, horizon, limit) {
    const { rows } = await database.query<EventRow>(
      statement('event', EVENT_COLUMNS, 'events', 'event_id', limit),
      valuesOf('event', workspaceId, after, horizon),
    )
    return rows.map(row => ({ ...placeOf('event', row), id: row.event_id, items: itemsOfEvent(row) }))
  },
  async attempt(database, workspaceId, after, horizon, limit) {
    const { rows } = await database.query<AttemptRow & { day: string }>(
      statement('attempt', ATTEMPT_COLUMNS, 'attempts', 'id', limit),
      valuesOf('attempt', workspaceId, after, horizon),
    )
    return rows.map(row => ({ ...placeOf('attempt', row), id: row.id, items: itemsOfAttempt(row) }))
  },
  async delivery(database, workspaceId, after, horizon, limit) {
    const { rows } = await database.query<ChangeRow>(
      statement('delivery', CHANGE_COLUMNS, 'delivery_changes', 'id', limit),
      valuesOf('delivery', workspaceId, after, horizon),
    )
    return rows.map(row => ({ ...placeOf('delivery', row), id: row.id, items: [itemOfChange(row)] }))
  },
}

function placeOf(source: Source, row: { position: string; day: string }) {
  return { source, position: Number(row.position), day: row.day }
}

function itemsOfEvent(row: EventRow): Unplaced[] {
  const event = {
    eventId: row.event_id,
    eventType: row.event_type,
    monitorName: row.monitor_name,
    status: row.status,
    severity: row.severity,
    region: row.region,
    incidentId: row.incident_id,
    dryRun: row.dry_run,
    acceptedAt: row.accepted_at.getTime(),
    deliveries: row.matched.length,
    position: row.position,
    payload: row.payload,
  }
  const begun = row.matched.map(([endpointId, deliveryId]) => ({
    kind: 'delivery' as const,
    delivery: {
      deliveryId,
      eventId: event.eventId,
      endpointId,
      monitorName: event.monitorName,
      status: 'pending' as const,
      reason: null,
      dryRun: event.dryRun,
      at: event.acceptedAt,
    },
  }))
  return [{ kind: 'event', event }, ...begun]
}

function itemsOfAttempt(row: AttemptRow): Unplaced[] {
  const attempt = toStoredAttempt(row)
  const { deliveryId, eventId, endpointId, monitorName, deliveryStatus, dryRun } = attempt
  const made = { kind: 'attempt' as const, attempt }
  if (deliveryStatus === 'pending') return [made]
  const at = attempt.startedAt + attempt.timings.total
  const ended = { deliveryId, eventId, endpointId, monitorName, dryRun, at, status: deliveryStatus }
  return [made, { kind: 'delivery', delivery: { ...ended, reason: attempt.why } }]
}

function itemOfChange(row: ChangeRow): Unplaced {
  return {
    kind: 'delivery',
    delivery: {
      deliveryId: row.delivery_id,
      eventId: row.event_id,
      endpointId: row.endpoint_id,
      monitorName: row.monitor_name,
      status: row.status,
      reason: row.reason,
      dryRun: false,
      at: row.at.getTime(),
    },
  }
}

function compareRows(left: Row, right: Row): number {
  return (
    left.position - right.position ||
    SOURCES.indexOf(left.source) - SOURCES.indexOf(right.source) ||
    compareIds(left.id, right.id)
  )
}

function cursorOf(row: Row, part: number | null): FeedCursor {
  return { position: row.position, source: row.source, id: row.id, part, day: row.day }
}

/** The items of the first rows: `limit` rows at most, and no further row after {@link MAX_ITEMS} items. */
function unfold(rows: readonly Row[], after: FeedCursor, limit: number) {
  const items: FeedItem[] = []
  let taken = 0
  for (const row of rows.slice(0, limit)) {
    if (items.length >= MAX_ITEMS) break
    const isSeenInPart = after.part !== null && row.source === after.source && row.id === after.id
    const seen = isSeenInPart && row.position === after.position ? (after.part as number) + 1 : 0
    const lastPart = row.items.length - 1
    for (let part = seen; part <= lastPart; part++) {
      const cursor = cursorOf(row, part === lastPart ? null : part)
      items.push({ ...(row.items[part] as Unplaced), cursor })
    }
    taken++
  }
  return { items, taken }
}
