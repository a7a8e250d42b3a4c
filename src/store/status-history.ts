import { bucketOf } from '../ground/bucket.ts'
import type { Status } from '../ground/vocabulary.ts'
import type { Database } from './database.ts'
import { readBriefly } from './list.ts'

/** Statuses are known of for so long, whatever else retention says. */
const HISTORY_DAYS = 400
/** A bucket that nobody said to watch for so long is not watched, ms. */
const UNWATCHED_MS = 30_000

/** A monitor by whom its history is found. */
interface Watched {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
}

/** What is known of a monitor's statuses since a time. Times are ms since the epoch, lists in order. */
export interface StoredHistory {
  /** The status at the beginning is the first, where one is known. */
  readonly changes: { readonly since: number; readonly status: Status }[]
  readonly unwatched: readonly { readonly since: number; readonly until: number }[]
}

/** Histories by the monitors' ids, since `from`; `now` is where one ends that nobody watches. */
export function loadHistories(
  database: Database,
  monitors: readonly Watched[],
  { from, now }: { from: number; now: number },
): Promise<Map<string, StoredHistory>> {
  const places = monitors.map(({ id, workspaceId, name }) => ({ id, bucket: bucketOf(workspaceId, name) }))
  return readBriefly(database, async tx => {
    const changes = await tx.query<{ id: string; since: number; status: Status }>(
      `select j.id, c.since, c.status from json_to_recordset($1) as j (id text, bucket smallint)
       cross join lateral (
         (select extract(epoch from since)::float8 * 1000 as since, status from status_changes
          where bucket = j.bucket and monitor_id = j.id and since <= to_timestamp($2::float8 / 1000)
          order by since desc limit 1)
         union all
         select extract(epoch from since)::float8 * 1000, status from status_changes
         where bucket = j.bucket and monitor_id = j.id and since > to_timestamp($2::float8 / 1000)
       ) c order by c.since`,
      [JSON.stringify(places), from],
    )
    const gaps = await tx.query<{ bucket: number; since: number; until: number }>(
      `select bucket, extract(epoch from since)::float8 * 1000 as since, extract(epoch from until)::float8 * 1000 as until
       from (
         select bucket, since, until from unwatched_spans
         union all
         select bucket, until, to_timestamp($3::float8 / 1000) from watched_buckets
         where until < to_timestamp(($3::float8 - $4::float8) / 1000)
       ) u where bucket = any($1) and until > to_timestamp($2::float8 / 1000) order by u.since`,
      [[...new Set(places.map(({ bucket }) => bucket))], from, now, UNWATCHED_MS],
    )
    const histories = new Map<string, StoredHistory>()
    for (const { id, bucket } of places) {
      const unwatched = gaps.rows
        .filter(row => row.bucket === bucket)
        .map(({ since, until }) => ({ since: Math.round(since), until: Math.round(until) }))
      histories.set(id, { changes: [], unwatched })
    }
    for (const { id, since, status } of changes.rows)
      histories.get(id)?.changes.push({ since: Math.round(since), status })
    return histories
  })
}

/** Forgets what is older than {@link HISTORY_DAYS}, and monitors that are gone. `now`: ms since the epoch. */
export async function pruneHistories(database: Database, now: number): Promise<void> {
  const oldest = now - HISTORY_DAYS * 86_400_000
  // The last change before then tells the status at that time: it stays.
  await database.query(
    `delete from status_changes c where c.since < to_timestamp($1 / 1000.0) and exists (
       select from status_changes n where n.bucket = c.bucket and n.monitor_id = c.monitor_id and n.since > c.since
         and n.since <= to_timestamp($1 / 1000.0))`,
    [oldest],
  )
  await database.query(
    'delete from status_changes c where not exists (select from monitors m where m.id = c.monitor_id)',
  )
  await database.query('delete from unwatched_spans where until < to_timestamp($1 / 1000.0)', [oldest])
  await database.query(`delete from public_updates where at < to_timestamp($1 / 1000.0)`, [oldest])
}

/** Hours of latency that a list shows. */
export const LATENCY_HOURS = 24

/** Average `response_time_ms` of each of the last 24 hours that has any, by the monitors' ids; `hour`: 0 is the oldest. */
export function loadLatencies(
  database: Database,
  monitors: readonly Watched[],
  now: number,
): Promise<Map<string, (number | null)[]>> {
  const places = monitors.map(({ id, workspaceId, name }) => ({ id, bucket: bucketOf(workspaceId, name) }))
  const thisHour = now - (now % 3_600_000)
  const first = thisHour - (LATENCY_HOURS - 1) * 3_600_000
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<{ id: string; hour: number; avg: number }>(
      `select j.id, (extract(epoch from s.hour)::float8 * 1000 - $2::float8) / 3600000 as hour,
              (select avg(r) from unnest(s.readings) r) as avg
       from json_to_recordset($1) as j (id text, bucket smallint)
       join samples s on s.bucket = j.bucket and s.monitor_id = j.id and s.metric = 'response_time_ms'
       where s.day between (to_timestamp($2::float8 / 1000) at time zone 'UTC')::date
                       and (to_timestamp($3::float8 / 1000) at time zone 'UTC')::date
         and s.hour between to_timestamp($2::float8 / 1000) and to_timestamp($3::float8 / 1000)`,
      [JSON.stringify(places), first, thisHour],
    )
    const latencies = new Map<string, (number | null)[]>()
    for (const { id, hour, avg } of rows) {
      const hours = latencies.get(id) ?? new Array<number | null>(LATENCY_HOURS).fill(null)
      hours[Math.round(hour)] = Math.round(avg * 10) / 10
      latencies.set(id, hours)
    }
    return latencies
  })
}

/** What an event said of a monitor; `at`: ms since the epoch. */
export interface StatusNote {
  readonly bucket: number
  readonly workspaceId: string
  readonly monitorName: string
  readonly status: Status
  readonly at: number
}

/** Keeps what is another status than the last; nothing of monitors that are watched here, whose state says it. */
export async function insertStatusNotes(database: Database, notes: readonly StatusNote[]): Promise<void> {
  const rows = notes.map(({ workspaceId, monitorName, ...note }) => ({
    workspace_id: workspaceId,
    monitor_name: monitorName,
    ...note,
  }))
  await database.query(
    `insert into status_changes (bucket, monitor_id, since, status)
     select j.bucket, m.id, to_timestamp(j.at / 1000), j.status
     from json_to_recordset($1) as j (bucket smallint, workspace_id text, monitor_name text, status text, at double precision)
     join monitors m on m.workspace_id = j.workspace_id and m.name = j.monitor_name
     where not exists (select from monitor_states s where s.bucket = j.bucket and s.monitor_id = m.id)
       and j.status is distinct from (select c.status from status_changes c
         where c.bucket = j.bucket and c.monitor_id = m.id order by c.since desc limit 1)
     on conflict (bucket, monitor_id, since) do update set status = excluded.status`,
    [JSON.stringify(rows)],
  )
}
