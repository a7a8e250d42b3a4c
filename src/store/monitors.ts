import { newId } from '../ground/ids.ts'
import type { MonitorKind } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'

/** A named thing that is watched. */
export interface Monitor {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly kind: MonitorKind
  /** ms since the epoch */
  readonly createdAt: number
}

interface Row {
  id: string
  workspace_id: string
  name: string
  kind: MonitorKind
  created_at: Date
}

const COLUMNS = 'id, workspace_id, name, kind, created_at'

/** Makes a monitor; null when the workspace has one of that name. `now`: ms since the epoch. */
export async function insertMonitor(
  database: Queryable,
  monitor: { workspaceId: string; name: string; kind: MonitorKind },
  now: number,
): Promise<Monitor | null> {
  const { rows } = await database.query<Row>(
    `insert into monitors (workspace_id, id, name, kind, created_at) values ($1, $2, $3, $4, to_timestamp($5 / 1000.0))
     on conflict (workspace_id, name) do nothing returning ${COLUMNS}`,
    [monitor.workspaceId, newId('mon', now), monitor.name, monitor.kind, now],
  )
  return rows[0] ? toMonitor(rows[0]) : null
}

/** Monitors of the workspace by name, after `afterName`; with `search`, those whose name contains it. */
export async function listMonitors(
  database: Queryable,
  workspaceId: string,
  page: { afterName: string; limit: number; search?: string | undefined },
): Promise<Monitor[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from monitors
     where workspace_id = $1 and name > $2 and ($4::text is null or strpos(lower(name), lower($4)) > 0)
     order by name limit $3`,
    [workspaceId, page.afterName, page.limit, page.search ?? null],
  )
  return rows.map(toMonitor)
}

/** One monitor of the workspace; null when there is none. */
export async function findMonitor(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<Monitor | null> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from monitors where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  )
  return rows[0] ? toMonitor(rows[0]) : null
}

/** Removes a monitor; what was recorded of it stays. False when there is none. */
export async function deleteMonitor(database: Queryable, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.query('delete from monitors where workspace_id = $1 and id = $2', [
    workspaceId,
    id,
  ])
  return rowCount > 0
}

/** Those of these names that no monitor of the workspace has. */
export async function unknownMonitors(
  database: Queryable,
  workspaceId: string,
  names: readonly string[],
): Promise<Set<string>> {
  const { rows } = await database.query<{ name: string }>(
    'select name from monitors where workspace_id = $1 and name = any ($2)',
    [workspaceId, names],
  )
  const known = new Set(rows.map(row => row.name))
  return new Set(names.filter(name => !known.has(name)))
}

function toMonitor(row: Row): Monitor {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    kind: row.kind,
    createdAt: row.created_at.getTime(),
  }
}
