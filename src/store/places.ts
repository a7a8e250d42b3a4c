import { compareIds, dayOf } from '../ground/ids.ts'
import type { Delivery } from '../ground/vocabulary.ts'
import { parametersOf } from './columns.ts'
import type { Queryable, Statement } from './database.ts'
import { DELIVERY_SHAPE, insertDeliveries, type WaitingRow } from './delivery-rows.ts'
import { STILL_OWNED } from './fencing.ts'

/** SQL: gives rows `d` to deliveries that are still ours where they are to stay in memory. */
function writeDownText(committed: string): string {
  return `
    with written as (
      ${insertDeliveries(1)}
      where (d.place <> 'memory' or exists (select from buckets b where b.bucket = d.bucket and b.epoch = d.epoch))
        ${committed}
      on conflict do nothing
      returning bucket
    )
    select distinct bucket from written`
}

const WRITE_DOWN = { name: 'write_down', text: writeDownText('') }

/**
 * Gives committed deliveries that only their event's row names rows of their own; those that have one stay as they are.
 * @returns the buckets of which some were written
 */
export async function writeDown(lane: Queryable, deliveries: readonly WaitingRow[]): Promise<number[]> {
  return writtenBy(WRITE_DOWN, lane, deliveries)
}

async function writtenBy(statement: Statement, lane: Queryable, deliveries: readonly WaitingRow[]) {
  const { rows } = await lane.query<{ bucket: number }>(
    statement,
    parametersOf(DELIVERY_SHAPE, inOrder(deliveries)),
  )
  return rows.map(row => row.bucket)
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
  const rows = inOrder(deliveries).map(
    ({ delivery, epoch }): WaitingRow => ({ delivery, place: 'parked', dueAt: null, epoch }),
  )
  await lane.query(PARK, parametersOf(DELIVERY_SHAPE, rows))
}

/**
 * Reads the bucket's events since its mark. What the present owner accepted itself ($2) it holds, or writes down; but
 * what is older than $5 and not known ($4) was lost on the way, by a commit whose answer never came.
 */
const WRITE_LEFT = {
  name: 'write_left',
  text: `
    insert into deliveries (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name, incident_id,
                            created_at, status, place, due_at)
    select e.bucket, m ->> 1, e.day, e.workspace_id, e.event_id, e.day, m ->> 0, e.monitor_name, e.incident_id,
           e.accepted_at, 'pending', 'due', to_timestamp($3 / 1000.0)
    from buckets b
    join events e on e.bucket = $1 and e.position >= b.settled_position and e.day >= b.settled_day
    cross join lateral jsonb_array_elements(e.matched) m
    where b.bucket = $1 and b.epoch = $2 and not e.dry_run
      and (e.epoch is distinct from $2 or e.accepted_at < to_timestamp($5 / 1000.0)) and m ->> 1 <> all ($4::text[])
      and not exists (select from deliveries d where d.bucket = $1 and d.id = m ->> 1 and d.day = e.day)
    order by (m ->> 1) collate "C"
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

/** Its id alone says nothing of an event: its producer may have sent it again. */
const WRITE_UNCLEAR = {
  name: 'write_unclear',
  text: writeDownText(`
        and exists (select from events e where e.bucket = d.bucket and e.workspace_id = d.workspace_id
                      and e.event_id = d.event_id and e.day = d.event_day
                      and e.matched @> jsonb_build_array(jsonb_build_array(d.endpoint_id, d.id)))`),
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
  await writtenBy(
    WRITE_UNCLEAR,
    lane,
    unwritten.map(({ delivery, epoch }) => ({ delivery, epoch, place: 'due', dueAt: now })),
  )
  await lane.query(FREE_UNCLEAR, [JSON.stringify(rows), now])
}

/** As everybody writes deliveries, so that two who write the same ones never wait for each other. */
function inOrder<T extends { readonly delivery: Delivery }>(deliveries: readonly T[]): T[] {
  return deliveries.toSorted((one, other) => compareIds(one.delivery.id, other.delivery.id))
}
