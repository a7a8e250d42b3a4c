import { newId } from '../ground/ids.ts'
import type { Queryable } from './database.ts'

/** A time in which trouble is expected. Times are ms since the epoch. */
export interface StoredWindow {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  /** Names and globs; empty: all monitors. */
  readonly monitors: readonly string[]
  readonly when:
    | { readonly kind: 'once'; readonly startsAt: number; readonly endsAt: number }
    | {
        readonly kind: 'recurring'
        readonly cron: string
        readonly timeZone: string
        readonly durationMs: number
      }
  readonly createdAt: number
}

export type WindowInput = Pick<StoredWindow, 'name' | 'monitors' | 'when'>

interface Row {
  id: string
  workspace_id: string
  name: string
  monitors: string[]
  starts_at: Date | null
  ends_at: Date | null
  cron: string | null
  time_zone: string | null
  duration_s: number | null
  created_at: Date
}

const COLUMNS =
  'id, workspace_id, name, monitors, starts_at, ends_at, cron, time_zone, duration_s, created_at'

/** Every workspace's windows that are not over; `now`: ms since the epoch. */
export async function loadWindows(database: Queryable, now: number): Promise<StoredWindow[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from maintenance_windows where ends_at is null or ends_at > to_timestamp($1 / 1000.0) order by id`,
    [now],
  )
  return rows.map(toWindow)
}

/** The workspace's windows that are not over; `now`: ms since the epoch. */
export async function loadWindowsOf(
  database: Queryable,
  workspaceId: string,
  now: number,
): Promise<StoredWindow[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from maintenance_windows
     where workspace_id = $1 and (ends_at is null or ends_at > to_timestamp($2 / 1000.0)) order by id`,
    [workspaceId, now],
  )
  return rows.map(toWindow)
}

/** `now`: ms since the epoch. */
export async function insertWindow(
  database: Queryable,
  workspaceId: string,
  window: WindowInput,
  now: number,
): Promise<StoredWindow> {
  const { rows } = await database.query<Row>(
    `insert into maintenance_windows (id, workspace_id, name, monitors, starts_at, ends_at, cron, time_zone, duration_s,
       created_at)
     values ($1, $2, $3, $4, to_timestamp($5 / 1000.0), to_timestamp($6 / 1000.0), $7, $8, $9, to_timestamp($10 / 1000.0))
     returning ${COLUMNS}`,
    [newId('mnt', now), workspaceId, ...columnsOf(window), now],
  )
  return toWindow(rows[0] as Row)
}

/** Puts a window in place of another. null: there is none of that id. */
export async function updateWindow(
  database: Queryable,
  workspaceId: string,
  id: string,
  window: WindowInput,
): Promise<StoredWindow | null> {
  const { rows } = await database.query<Row>(
    `update maintenance_windows set name = $3, monitors = $4, starts_at = to_timestamp($5 / 1000.0),
       ends_at = to_timestamp($6 / 1000.0), cron = $7, time_zone = $8, duration_s = $9
     where workspace_id = $2 and id = $1 returning ${COLUMNS}`,
    [id, workspaceId, ...columnsOf(window)],
  )
  return rows[0] ? toWindow(rows[0]) : null
}

/** Windows of the workspace, the latest first, before `beforeId`. */
export async function listWindows(
  database: Queryable,
  workspaceId: string,
  page: { beforeId: string | null; limit: number },
): Promise<StoredWindow[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from maintenance_windows where workspace_id = $1 and ($2::text is null or id < $2)
     order by id desc limit $3`,
    [workspaceId, page.beforeId, page.limit],
  )
  return rows.map(toWindow)
}

/** One window of the workspace; null when there is none. */
export async function findWindow(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<StoredWindow | null> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from maintenance_windows where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  )
  return rows[0] ? toWindow(rows[0]) : null
}

/** False when there is none. */
export async function deleteWindow(database: Queryable, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.query(
    'delete from maintenance_windows where workspace_id = $1 and id = $2',
    [workspaceId, id],
  )
  return rowCount > 0
}

function columnsOf({ name, monitors, when }: WindowInput): unknown[] {
  return when.kind === 'once'
    ? [name, monitors, when.startsAt, when.endsAt, null, null, null]
    : [name, monitors, null, null, when.cron, when.timeZone, when.durationMs / 1000]
}

function toWindow(row: Row): StoredWindow {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    monitors: row.monitors,
    when:
      row.cron === null
        ? { kind: 'once', startsAt: row.starts_at!.getTime(), endsAt: row.ends_at!.getTime() }
        : {
            kind: 'recurring',
            cron: row.cron,
            timeZone: row.time_zone!,
            durationMs: row.duration_s! * 1000,
          },
    createdAt: row.created_at.getTime(),
  }
}
