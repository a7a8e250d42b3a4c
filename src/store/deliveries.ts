import { dayOf } from '../ground/ids.ts'
import type { Delivery, Event, EventType, Severity, Status } from '../ground/vocabulary.ts'
import { Columns } from './columns.ts'
import type { Queryable } from './database.ts'
import { DELIVERY_SHAPE, deliveryRow, insertDeliveries, type Waiting } from './delivery-rows.ts'
import { STILL_OWNED } from './fencing.ts'

/** A pending delivery taken out of the table, with the event it carries; null when retention dropped the event. */
export interface ClaimedDelivery {
  readonly delivery: Delivery
  readonly event: Event | null
  /** What it waited for; ms since the epoch. */
  readonly dueAt: number
}

/** A pending delivery that stays in the table, as far as keeping order needs it. */
export interface WaitingDelivery {
  readonly delivery: Delivery
  readonly eventType: EventType
}

/** A delivery that gets its row, and how it waits. */
export type WaitingRow = Waiting & { readonly delivery: Delivery }

interface Row {
  id: string
  workspace_id: string
  bucket: number
  event_id: string
  endpoint_id: string
  monitor_name: string
  incident_id: string | null
  created_at: Date
  attempts: number
  first_attempt_at: Date | null
  was_due_at: Date | null
  event_type: EventType | null
  status: Status
  severity: Severity
  region: string | null
  payload: string
  accepted_at: Date
}

/**
 * Takes deliveries into the owner's memory. `picked` names one bucket and walks one partial index in its
 * order; the epoch makes it void for a node that is not the owner any more.
 */
function claimStatement(name: string, picked: string): { name: string; text: string } {
  return {
    name,
    text: `
      with picked as (${picked}), claimed as (
        update deliveries d set place = 'memory', due_at = null, epoch = $2
        from picked p
        where d.bucket = $1 and d.id = p.id and d.day = p.day
          and exists (select 1 from buckets b where b.bucket = $1 and b.epoch = $2)
        returning d.*, p.due_at as was_due_at
      )
      select c.id, c.workspace_id, c.bucket, c.event_id, c.endpoint_id, c.monitor_name, c.incident_id, c.created_at,
             c.attempts, c.first_attempt_at, c.was_due_at,
             e.event_type, e.status, e.severity, e.region, e.payload, e.accepted_at
      from claimed c left join events e
        on e.bucket = c.bucket and e.workspace_id = c.workspace_id and e.event_id = c.event_id and e.day = c.event_day
      order by c.id`,
  }
}

const CLAIM_DUE = claimStatement(
  'claim_due',
  `select id, day, due_at from deliveries where bucket = $1 and place = 'due' and due_at <= to_timestamp($3 / 1000.0)
   order by due_at, id limit $4 for update skip locked`,
)

/** Up to `limit` deliveries of the bucket that are due by `now`, the longest due first (answered in order of id). */
export async function claimDue(lane: Queryable, bucket: number, epoch: number, now: number, limit: number) {
  const { rows } = await lane.query<Row>(CLAIM_DUE, [bucket, epoch, now, limit])
  return rows.map(toClaimed)
}

const CLAIM_PARKED = claimStatement(
  'claim_parked',
  `select id, day, due_at from deliveries where bucket = $1 and endpoint_id = $3 and place = 'parked'
   order by id limit $4 for update skip locked`,
)

/** Up to `limit` of the endpoint's parked deliveries in the bucket, the oldest first. */
export async function claimParked(
  lane: Queryable,
  bucket: number,
  epoch: number,
  endpointId: string,
  limit: number,
) {
  const { rows } = await lane.query<Row>(CLAIM_PARKED, [bucket, epoch, endpointId, limit])
  return rows.map(toClaimed)
}

const NEXT_DUE = {
  name: 'next_due',
  text: `select min(due_at) as at from deliveries where bucket = $1 and place = 'due'`,
}

/** When the bucket's next waiting delivery is due; ms since the epoch, null: none waits. */
export async function nextDueAt(lane: Queryable, bucket: number): Promise<number | null> {
  const { rows } = await lane.query<{ at: Date | null }>(NEXT_DUE, [bucket])
  return rows[0]?.at?.getTime() ?? null
}

/** What of these is committed at all, and still ours where it is to stay in memory. */
const WRITE_DOWN = {
  name: 'write_down',
  text: `
    with written as (
      ${insertDeliveries(1)}
      where exists (select from events e where e.bucket = d.bucket and e.workspace_id = d.workspace_id
                      and e.event_id = d.event_id and e.day = d.event_day
                      and e.matched @> jsonb_build_array(jsonb_build_array(d.endpoint_id, d.id)))
        and (d.place <> 'memory' or exists (select from buckets b where b.bucket = d.bucket and b.epoch = d.epoch))
      on conflict do nothing
      returning bucket
    )
    select distinct bucket from written`,
}

/**
 * Gives deliveries that only their event's row names rows of their own; those that have one stay as they are, and
 * those that no committed event names are left out (its id alone says nothing: its producer may have sent it again).
 * @returns the buckets of which some were written
 */
export async function writeDown(lane: Queryable, deliveries: readonly WaitingRow[]): Promise<number[]> {
  const rows = new Columns(DELIVERY_SHAPE)
  for (const { delivery, ...waiting } of deliveries) rows.add(deliveryRow(delivery, waiting))
  return bucketsOf(await lane.query(WRITE_DOWN, rows.parameters))
}

const PARK = {
  name: 'park',
  text: `${insertDeliveries(1)}
         where exists (select from buckets b where b.bucket = d.bucket and b.epoch = d.epoch)
         on conflict (bucket, id, day) do update set place = 'parked' where deliveries.place = 'memory'`,
}

/** From memory into the table, until the endpoint has room. */
export async function park(
  lane: Queryable,
  deliveries: readonly { delivery: Delivery; epoch: number }[],
): Promise<void> {
  const rows = new Columns(DELIVERY_SHAPE)
  for (const { delivery, epoch } of deliveries)
    rows.add(deliveryRow(delivery, { place: 'parked', dueAt: null, epoch }))
  await lane.query(PARK, rows.parameters)
}

/**
 * Reads the bucket's events since its mark by each workspace's feed, which is an index that is there anyway. What the
 * present owner accepted itself ($2) it holds, or writes down; but what is older than $5 and not known ($4) was lost
 * on the way, by a commit whose answer never came.
 */
const WRITE_LEFT = {
  name: 'write_left',
  text: `
    insert into deliveries (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name, incident_id,
                            created_at, status, place, due_at)
    select e.bucket, m ->> 1, e.day, e.workspace_id, e.event_id, e.day, m ->> 0, e.monitor_name, e.incident_id,
           e.accepted_at, 'pending', 'due', to_timestamp($3 / 1000.0)
    from buckets b cross join workspaces w
    cross join lateral (
      select * from events v
      where v.workspace_id = w.id and v.position >= b.settled_position and v.day >= b.settled_day and v.bucket = $1
    ) e
    cross join lateral jsonb_array_elements(e.matched) m
    where b.bucket = $1 and b.epoch = $2 and not e.dry_run
      and (e.epoch is distinct from $2 or e.accepted_at < to_timestamp($5 / 1000.0)) and m ->> 1 <> all ($4::text[])
      and not exists (select from deliveries d where d.bucket = $1 and d.id = m ->> 1 and d.day = e.day)
    on conflict do nothing`,
}

const FREE_HELD = {
  name: 'free_held',
  text: `update deliveries set place = 'due', due_at = to_timestamp($3 / 1000.0)
         where bucket = $1 and place = 'memory' and id <> all ($4::text[])
           and (epoch is distinct from $2 or created_at < to_timestamp($5 / 1000.0))
           and exists (select 1 from buckets b where b.bucket = $1 and b.epoch = $2)`,
}

/**
 * Makes due what the bucket's earlier owners held, and what was made before `before` (ms since the epoch) and should
 * be in the present owner's memory but is not `known` there.
 * @returns how many
 */
export async function freeLeft(
  lane: Queryable,
  hold: { bucket: number; epoch: number; now: number; before: number; known: readonly string[] },
): Promise<number> {
  const values = [hold.bucket, hold.epoch, hold.now, hold.known, hold.before]
  const [written, freed] = await Promise.all([lane.query(WRITE_LEFT, values), lane.query(FREE_HELD, values)])
  return written.rowCount + freed.rowCount
}

const HAND_OVER = {
  name: 'hand_over',
  text: `update deliveries set place = 'due', due_at = to_timestamp($3 / 1000.0)
         where bucket = $1 and place = 'memory'
           and exists (select 1 from buckets b where b.bucket = $1 and b.epoch = $2)`,
}

/** Makes everything due that the bucket's owner holds, as it will be no longer. */
export async function handOver(lane: Queryable, bucket: number, epoch: number, now: number): Promise<void> {
  await lane.query(HAND_OVER, [bucket, epoch, now])
}

const FREE_UNCLEAR = {
  name: 'free_unclear',
  text: `update deliveries d set place = 'due', due_at = to_timestamp($2 / 1000.0)
         from (
           select * from json_to_recordset($1) as j (bucket smallint, id text, day date, epoch bigint)
           where ${STILL_OWNED} offset 0
         ) r
         where d.bucket = r.bucket and d.id = r.id and d.day = r.day and d.place = 'memory'`,
}

/** Makes due what of these is committed: in the table as held in memory, where it never came, or named by its event alone. */
export async function freeUnclear(
  lane: Queryable,
  deliveries: readonly { delivery: Delivery; epoch: number; hasRow: boolean }[],
  now: number,
): Promise<void> {
  const rows = deliveries.map(({ delivery, epoch }) => ({
    bucket: delivery.bucket,
    id: delivery.id,
    day: dayOf(delivery.createdAt),
    epoch,
  }))
  const unwritten = deliveries.filter(({ hasRow }) => !hasRow)
  await writeDown(
    lane,
    unwritten.map(({ delivery, epoch }) => ({ delivery, epoch, place: 'due', dueAt: now })),
  )
  await lane.query(FREE_UNCLEAR, [JSON.stringify(rows), now])
}

const BRING_FORWARD = {
  name: 'bring_forward',
  text: `update deliveries set due_at = to_timestamp($3 / 1000.0)
         where bucket = any ($1::smallint[]) and endpoint_id = $2 and place = 'due' and due_at > to_timestamp($3 / 1000.0)
         returning bucket`,
}

/** Makes an endpoint's waiting retries due now; returns the buckets that have some. */
export async function bringForward(
  lane: Queryable,
  buckets: readonly number[],
  endpointId: string,
  now: number,
): Promise<Set<number>> {
  return new Set(bucketsOf(await lane.query(BRING_FORWARD, [buckets, endpointId, now])))
}

const PARKED_ENDPOINTS = {
  name: 'parked_endpoints',
  text: `select distinct endpoint_id from deliveries where bucket = $1 and place = 'parked'`,
}

/** Endpoints that have parked deliveries in the bucket. */
export async function parkedEndpoints(lane: Queryable, bucket: number): Promise<string[]> {
  const { rows } = await lane.query<{ endpoint_id: string }>(PARKED_ENDPOINTS, [bucket])
  return rows.map(row => row.endpoint_id)
}

const WAITING = {
  name: 'waiting',
  text: `select d.id, d.workspace_id, d.bucket, d.event_id, d.endpoint_id, d.monitor_name, d.incident_id, d.created_at,
                d.attempts, d.first_attempt_at, e.event_type
         from deliveries d join events e
           on e.bucket = d.bucket and e.workspace_id = d.workspace_id and e.event_id = d.event_id and e.day = d.event_day
         join endpoints p on p.id = d.endpoint_id and p.delivery_order <> 'unordered'
         where d.bucket = $1 and d.place = 'due' order by d.id`,
}

/** The bucket's waiting deliveries to endpoints that keep order. */
export async function waitingDeliveries(lane: Queryable, bucket: number): Promise<WaitingDelivery[]> {
  const { rows } = await lane.query<Row>(WAITING, [bucket])
  return rows.map(row => ({ delivery: toDelivery(row), eventType: row.event_type as EventType }))
}

function bucketsOf({ rows }: { rows: { bucket?: number }[] }): number[] {
  return rows.map(row => row.bucket as number)
}

function toDelivery(row: Row): Delivery {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    bucket: row.bucket,
    eventId: row.event_id,
    endpointId: row.endpoint_id,
    monitorName: row.monitor_name,
    incidentId: row.incident_id,
    createdAt: row.created_at.getTime(),
    attempts: row.attempts,
    firstAttemptAt: row.first_attempt_at?.getTime() ?? null,
  }
}

function toClaimed(row: Row): ClaimedDelivery {
  const delivery = toDelivery(row)
  const dueAt = row.was_due_at?.getTime() ?? delivery.createdAt
  if (row.event_type === null) return { delivery, event: null, dueAt }
  return {
    delivery,
    dueAt,
    event: {
      workspaceId: row.workspace_id,
      eventId: row.event_id,
      bucket: row.bucket,
      eventType: row.event_type,
      monitorName: row.monitor_name,
      status: row.status,
      severity: row.severity,
      region: row.region,
      incidentId: row.incident_id,
      payload: row.payload,
      acceptedAt: row.accepted_at.getTime(),
      dryRun: false,
    },
  }
}
