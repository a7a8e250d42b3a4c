import type { Database } from './database.ts'

/**
 * The order of what happened, for whoever reads it: the live stream and the queues.
 *
 * Every event, attempt and change of a delivery carries a `position`: the id of the transaction that
 * wrote it. Transactions commit in another order than their ids were given, so "read on after the
 * highest position seen" would skip a row that commits late. Therefore readers stop at a horizon: the
 * oldest transaction id that is still running. Every transaction below it has ended, so its rows are
 * all to be seen now or will never be; every one that begins later gets a higher id. What a reader has
 * passed can never get a new row, and a cursor (a place below the horizon) can never skip one.
 *
 * The price: a transaction that writes and stays open, of any database of the cluster, holds the
 * horizon and so delays readers until it ends. Ours last milliseconds. Nothing is lost or reordered.
 */

const OFFSET = `coalesce((select (value ->> 'offset')::bigint from settings where name = 'position_offset'), 0)`

/**
 * SQL: the `position` of a row that is inserted now: the id of the writing transaction, plus the
 * offset. A subquery of its own, so that it is computed once a statement, not once a row.
 */
export const POSITION = `(select pg_current_xact_id()::text::bigint + ${OFFSET})`

/** SQL: every row with a position below this is committed for good, or never will be there. */
export const HORIZON = `(select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + ${OFFSET})`

const POSITION_LOCK = 5_770_003

/** The tables that hold positions, by how the highest one of a workspace is found: by an index. */
const HIGHEST = `
  select greatest(
    (select max(position) from queue_consumers),
    (select max(start_position) from queues),
    -- A mark: everything below it has passed.
    (select max(settled_position) - 1 from buckets),
    (select max(greatest(
      (select position from events where workspace_id = w.id order by position desc limit 1),
      (select position from attempts where workspace_id = w.id order by position desc limit 1),
      (select position from delivery_changes where workspace_id = w.id order by position desc limit 1)
    )) from workspaces w)) as highest`

/**
 * Makes sure that new positions are above all that are stored. In one cluster they are, because
 * transaction ids grow; but in a cluster that a dump was restored into they may begin lower, and
 * then the offset is raised. To be called at start, before anything is written; nodes that start
 * together wait for one another.
 */
export async function ensurePositionsGrow(database: Database): Promise<void> {
  await database.transaction(async tx => {
    await tx.query('select pg_advisory_xact_lock($1)', [POSITION_LOCK])
    const { rows: asked } = await tx.query<{ allowed: boolean }>(
      `select has_function_privilege('pg_control_system()', 'execute') as allowed`,
    )
    const cluster = asked[0]?.allowed ? '(select system_identifier::text from pg_control_system())' : 'null'
    const { rows: known } = await tx.query<{ same: boolean }>(
      `select value ->> 'cluster' = ${cluster} as same from settings where name = 'position_offset'`,
    )
    // The cluster that the offset was chosen for: its transaction ids only grow.
    if (known[0]?.same) return
    // One statement, one snapshot: every row that it sees has a transaction id below the snapshot's end.
    await tx.query(
      `insert into settings (name, value)
       select 'position_offset', jsonb_build_object('cluster', ${cluster}, 'offset', case
         when h.highest >= pg_snapshot_xmax(s.now)::text::bigint + ${OFFSET}
         then h.highest + 1 - pg_snapshot_xmin(s.now)::text::bigint else ${OFFSET} end)
       from (${HIGHEST}) h, (select pg_current_snapshot() as now) s
       on conflict (name) do update set value = excluded.value`,
    )
  })
}
