import { dayOf, newId } from '../ground/ids.ts'
import type { Queryable } from './database.ts'

/** The replay of everything that failed at an endpoint in a span of time, in the background. */
export interface ReplayJob {
  readonly id: string
  readonly workspaceId: string
  readonly endpointId: string
  /** ms since the epoch; deliveries made in [since, until) */
  readonly since: number
  readonly until: number
  readonly status: 'running' | 'done' | 'failed'
  /** Failed deliveries in the span when the job was made. */
  readonly total: number
  /** Deliveries that were replayed. */
  readonly done: number
  /** The last delivery that was replayed; '' before the first. */
  readonly cursor: string
  readonly error: string | null
  readonly createdAt: number
  readonly finishedAt: number | null
}

interface Row {
  id: string
  workspace_id: string
  endpoint_id: string
  since: Date
  until: Date
  status: ReplayJob['status']
  total: string
  done: string
  cursor: string
  error: string | null
  created_at: Date
  finished_at: Date | null
}

const COLUMNS = `id, workspace_id, endpoint_id, since, until, status, total, done, cursor, error, created_at, finished_at`

/** Makes a job that is to run; it counts what it has before it. Times: ms since the epoch. */
export async function insertReplayJob(
  database: Queryable,
  span: { workspaceId: string; endpointId: string; since: number; until: number },
  now: number,
): Promise<ReplayJob> {
  const { rows } = await database.query<Row>(
    `insert into replay_jobs (workspace_id, id, endpoint_id, since, until, status, created_at, total)
     values ($1, $2, $3, to_timestamp($4 / 1000.0), to_timestamp($5 / 1000.0), 'running', to_timestamp($6 / 1000.0),
       (select count(*) from deliveries
        where workspace_id = $1 and endpoint_id = $3 and status = 'failed' and replay_of is null and not dry_run
          and created_at >= to_timestamp($4 / 1000.0) and created_at < to_timestamp($5 / 1000.0)
          and day between $7::date and $8::date))
     returning ${COLUMNS}`,
    [
      span.workspaceId,
      newId('rpl', now),
      span.endpointId,
      span.since,
      span.until,
      now,
      dayOf(span.since),
      dayOf(span.until),
    ],
  )
  return toJob(rows[0] as Row)
}

/** One job of the workspace; null when there is none. */
export async function findReplayJob(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<ReplayJob | null> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from replay_jobs where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  )
  return rows[0] ? toJob(rows[0]) : null
}

/**
 * The oldest running job that no other node is at, locked until the transaction ends; null when there
 * is none. A node that dies lets go of it, and another goes on from its cursor.
 */
export async function lockReplayJob(tx: Queryable): Promise<ReplayJob | null> {
  const { rows } = await tx.query<Row>(
    `select ${COLUMNS} from replay_jobs where status = 'running' order by id limit 1 for update skip locked`,
  )
  return rows[0] ? toJob(rows[0]) : null
}

/** Notes that `count` more deliveries were replayed, `cursor` the last of them. */
export async function advanceReplayJob(
  tx: Queryable,
  id: string,
  cursor: string,
  count: number,
): Promise<void> {
  await tx.query('update replay_jobs set cursor = $2, done = done + $3 where id = $1', [id, cursor, count])
}

/** Ends a job; `error`: why it could not go on, null when it is done. */
export async function finishReplayJob(tx: Queryable, id: string, error: string | null): Promise<void> {
  await tx.query(
    `update replay_jobs set status = case when $2::text is null then 'done' else 'failed' end, error = $2, finished_at = now()
     where id = $1`,
    [id, error],
  )
}

function toJob(row: Row): ReplayJob {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    endpointId: row.endpoint_id,
    since: row.since.getTime(),
    until: row.until.getTime(),
    status: row.status,
    total: Number(row.total),
    done: Number(row.done),
    cursor: row.cursor,
    error: row.error,
    createdAt: row.created_at.getTime(),
    finishedAt: row.finished_at?.getTime() ?? null,
  }
}
