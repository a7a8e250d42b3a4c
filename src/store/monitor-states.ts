import type { Queryable } from './database.ts'

/** What an owner takes a monitor up with. */
export interface StoredState {
  readonly workspaceId: string
  readonly monitorId: string
  readonly monitorName: string
  readonly version: number
  readonly state: unknown
  readonly lastCheck: unknown
}

interface Row {
  workspace_id: string
  monitor_id: string
  monitor_name: string
  version: string
  state: unknown
  last_check: unknown
}

/** The states of a bucket's monitors; for its owner. */
export async function loadStates(database: Queryable, bucket: number): Promise<StoredState[]> {
  const { rows } = await database.query<Row>(
    `select workspace_id, monitor_id, monitor_name, version, state, last_check from monitor_states where bucket = $1`,
    [bucket],
  )
  return rows.map(row => ({
    workspaceId: row.workspace_id,
    monitorId: row.monitor_id,
    monitorName: row.monitor_name,
    version: Number(row.version),
    state: row.state,
    lastCheck: row.last_check,
  }))
}

/** How often a monitor's state was written; null: it has none. */
export async function findStateVersion(
  database: Queryable,
  bucket: number,
  monitorId: string,
): Promise<number | null> {
  const { rows } = await database.query<{ version: string }>(
    'select version from monitor_states where bucket = $1 and monitor_id = $2',
    [bucket, monitorId],
  )
  return rows[0] ? Number(rows[0].version) : null
}

/** The monitors that are down, by workspace and name: those that depend on them are held back. */
export async function loadHolding(
  database: Queryable,
): Promise<{ workspaceId: string; monitorName: string }[]> {
  const { rows } = await database.query<{ workspace_id: string; monitor_name: string }>(
    'select workspace_id, monitor_name from monitor_states where holds_children',
  )
  return rows.map(row => ({ workspaceId: row.workspace_id, monitorName: row.monitor_name }))
}

const MARK = {
  name: 'mark_watched',
  text: `insert into watched_buckets (bucket, until)
         select j.bucket, to_timestamp($2 / 1000.0) from json_to_recordset($1) as j (bucket smallint, epoch bigint)
         join buckets b on b.bucket = j.bucket and b.epoch = j.epoch
         on conflict (bucket) do update set until = greatest(watched_buckets.until, excluded.until)`,
}

/** Notes that these buckets' monitors were watched until now (ms since the epoch); for their owner. */
export async function markWatched(
  database: Queryable,
  buckets: readonly { bucket: number; epoch: number }[],
  now: number,
): Promise<void> {
  await database.query(MARK, [JSON.stringify(buckets), now])
}

/** Until when a bucket's monitors were watched; ms since the epoch, null: never yet. */
export async function watchedUntil(database: Queryable, bucket: number): Promise<number | null> {
  const { rows } = await database.query<{ until: Date }>(
    'select until from watched_buckets where bucket = $1',
    [bucket],
  )
  return rows[0]?.until.getTime() ?? null
}
