import { newId } from '../ground/ids.ts'
import type { Queryable } from './database.ts'
import { INSERT_DEFAULT_QUEUE } from './queues.ts'

/** The tenant: everything belongs to exactly one. */
export interface Workspace {
  readonly id: string
  readonly name: string
  /** Whether an event of an unknown monitor makes that monitor; if not, it is refused. */
  readonly allowUnknownMonitors: boolean
  /** ms since the epoch */
  readonly createdAt: number
}

interface Row {
  id: string
  name: string
  allow_unknown_monitors: boolean
  created_at: Date
}

const COLUMNS = 'id, name, allow_unknown_monitors, created_at'

/** Every workspace; for the catalog. */
export async function loadWorkspaces(database: Queryable): Promise<Workspace[]> {
  const { rows } = await database.query<Row>(`select ${COLUMNS} from workspaces`)
  return rows.map(toWorkspace)
}

/** Makes a workspace, with its first queue. `now`: ms since the epoch. */
export async function insertWorkspace(
  database: Queryable,
  workspace: { name: string; allowUnknownMonitors: boolean },
  now: number,
): Promise<Workspace> {
  const { rows } = await database.query<Row>(
    `with made as (
       insert into workspaces (id, name, allow_unknown_monitors, created_at)
       values ($1, $2, $3, to_timestamp($4 / 1000.0)) returning ${COLUMNS}
     ), default_queue as (${INSERT_DEFAULT_QUEUE})
     select * from made`,
    [newId('ws', now), workspace.name, workspace.allowUnknownMonitors, now],
  )
  return toWorkspace(rows[0] as Row)
}

/** Changes what is given; null when there is no such workspace. */
export async function updateWorkspace(
  database: Queryable,
  workspaceId: string,
  change: { name?: string | undefined; allowUnknownMonitors?: boolean | undefined },
): Promise<Workspace | null> {
  const { rows } = await database.query<Row>(
    `update workspaces set name = coalesce($2, name), allow_unknown_monitors = coalesce($3, allow_unknown_monitors)
     where id = $1 returning ${COLUMNS}`,
    [workspaceId, change.name ?? null, change.allowUnknownMonitors ?? null],
  )
  return rows[0] ? toWorkspace(rows[0]) : null
}

/** Workspaces by id, after `afterId`. */
export async function listWorkspaces(
  database: Queryable,
  afterId: string,
  limit: number,
): Promise<Workspace[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from workspaces where id > $1 order by id limit $2`,
    [afterId, limit],
  )
  return rows.map(toWorkspace)
}

function toWorkspace(row: Row): Workspace {
  return {
    id: row.id,
    name: row.name,
    allowUnknownMonitors: row.allow_unknown_monitors,
    createdAt: row.created_at.getTime(),
  }
}
