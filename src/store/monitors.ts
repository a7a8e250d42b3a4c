import { newId } from '../ground/ids.ts'
import type { MonitorKind } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'
import type { Sealer } from './seal.ts'

/** Tells every node that monitors, silences or maintenance windows have changed. */
export const WATCHLIST_CHANNEL = 'statuspulse_watchlist'

/** A named thing that is watched. */
export interface Monitor {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly kind: MonitorKind
  /** Another name for URLs, one of a kind in the workspace; null: none. */
  readonly slug: string | null
  /** How it is judged, as it was given, in the words of the API. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: MonitorSecrets
  /** ms since the epoch */
  readonly createdAt: number
}

/** What is sealed in the table. */
export interface MonitorSecrets {
  /** What to check, as it was given; absent for kinds that have none. */
  readonly spec?: Readonly<Record<string, unknown>>
  /** Whoever knows it may ping the heartbeat. */
  readonly ping_token?: string
}

/** What may be said of a monitor from outside. */
export type MonitorInput = Pick<Monitor, 'name' | 'slug' | 'settings' | 'secrets'>

interface Row {
  id: string
  workspace_id: string
  name: string
  kind: MonitorKind
  slug: string | null
  settings: Record<string, unknown>
  sealed: Buffer | null
  created_at: Date
}

const COLUMNS = 'id, workspace_id, name, kind, slug, settings, sealed, created_at'

/**
 * Makes a monitor. `now`: ms since the epoch.
 * @throws the driver's error; 23505: the name or (constraint `monitors_slug`) the slug is taken
 */
export async function insertMonitor(
  database: Queryable,
  sealer: Sealer,
  monitor: MonitorInput & { workspaceId: string; kind: MonitorKind },
  now: number,
): Promise<Monitor> {
  const id = newId('mon', now)
  const { workspaceId, name, kind, slug, settings, secrets } = monitor
  const { rows } = await database.query<Row>(
    `insert into monitors (workspace_id, id, name, kind, slug, settings, sealed, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8 / 1000.0)) returning ${COLUMNS}`,
    [workspaceId, id, name, kind, slug, JSON.stringify(settings), seal(sealer, id, secrets), now],
  )
  return toMonitor(rows[0] as Row, sealer)
}

/** Makes monitors without settings of the names that are not taken. `now`: ms since the epoch. */
export async function ensureMonitors(
  database: Queryable,
  workspaceId: string,
  monitors: readonly { name: string; kind: MonitorKind }[],
  now: number,
): Promise<void> {
  const rows = monitors.map(({ name, kind }) => ({ id: newId('mon', now), name, kind }))
  await database.query(
    `insert into monitors (workspace_id, id, name, kind, created_at)
     select $1, id, name, kind, to_timestamp($3 / 1000.0) from json_to_recordset($2) as m (id text, name text, kind text)
     order by name on conflict (workspace_id, name) do nothing`,
    [workspaceId, JSON.stringify(rows), now],
  )
}

/**
 * Puts new settings in place of the old ones; the kind stays. False when the monitor is gone.
 * @throws the driver's error; 23505: the name or (constraint `monitors_slug`) the slug is taken
 */
export async function updateMonitor(
  database: Queryable,
  sealer: Sealer,
  workspaceId: string,
  id: string,
  { name, slug, settings, secrets }: MonitorInput,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `update monitors set name = $3, slug = $4, settings = $5, sealed = $6 where workspace_id = $1 and id = $2`,
    [workspaceId, id, name, slug, JSON.stringify(settings), seal(sealer, id, secrets)],
  )
  return rowCount > 0
}

/** One monitor of the workspace; null when there is none. `lock`: nobody else changes it until the transaction ends. */
export async function findMonitor(
  database: Queryable,
  sealer: Sealer,
  workspaceId: string,
  id: string,
  lock = false,
): Promise<Monitor | null> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from monitors where workspace_id = $1 and id = $2 ${lock ? 'for update' : ''}`,
    [workspaceId, id],
  )
  return rows[0] ? toMonitor(rows[0], sealer) : null
}

/** These monitors of the workspace, by name. */
export async function findMonitors(
  database: Queryable,
  sealer: Sealer,
  workspaceId: string,
  ids: readonly string[],
): Promise<Monitor[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from monitors where workspace_id = $1 and id = any ($2) order by name`,
    [workspaceId, ids],
  )
  return rows.map(row => toMonitor(row, sealer))
}

/** Every monitor of the workspace, by name. */
export async function listAllMonitors(
  database: Queryable,
  sealer: Sealer,
  workspaceId: string,
): Promise<Monitor[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from monitors where workspace_id = $1 order by name`,
    [workspaceId],
  )
  return rows.map(row => toMonitor(row, sealer))
}

/** Removes a monitor; what was recorded of it stays. False when there is none. */
export async function deleteMonitor(database: Queryable, workspaceId: string, id: string): Promise<boolean> {
  // Of what it was watched for elsewhere, nobody will say that it is over.
  const { rowCount } = await database.query(
    `with ended as (
       update incidents set resolved_at = now() where workspace_id = $1 and monitor_id = $2 and given and resolved_at is null
     )
     delete from monitors where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  )
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

/** What has become of all workspaces' monitors. */
export interface MonitorChanges {
  /** Made or changed, and perhaps some that were not. */
  readonly changed: readonly Monitor[]
  /** Ids of those that are gone. */
  readonly gone: readonly string[]
  /** Where to go on from. */
  readonly next: string
}

/**
 * What has changed since an earlier look; all there is for `null`. A row carries the transaction that wrote
 * it. Transactions end in another order than they began in, so a look goes on from the oldest that was running
 * at the last one: everything before it was seen, and what is seen twice does no harm.
 * @throws Error that names the monitor when its secrets cannot be opened
 */
export async function loadMonitorChanges(
  database: Queryable,
  sealer: Sealer,
  since: string | null,
): Promise<MonitorChanges> {
  const { rows: looked } = await database.query<{ next: string }>(
    'select pg_snapshot_xmin(pg_current_snapshot())::text as next',
  )
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from monitors where changed >= $1::text::xid8`,
    [since ?? '0'],
  )
  const { rows: gone } = await database.query<{ id: string }>(
    'select id from monitors_gone where changed >= $1::text::xid8',
    [since ?? '0'],
  )
  return {
    changed: rows.map(row => toMonitor(row, sealer)),
    gone: gone.map(({ id }) => id),
    next: looked[0]!.next,
  }
}

function seal(sealer: Sealer, id: string, secrets: MonitorSecrets): Buffer | null {
  const isEmpty = secrets.spec === undefined && secrets.ping_token === undefined
  return isEmpty ? null : sealer.seal(JSON.stringify(secrets), `monitors.sealed:${id}`)
}

function toMonitor(row: Row, sealer: Sealer): Monitor {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    kind: row.kind,
    slug: row.slug,
    settings: row.settings,
    secrets: row.sealed ? JSON.parse(sealer.open(row.sealed, `monitors.sealed:${row.id}`)) : NO_SECRETS,
    createdAt: row.created_at.getTime(),
  }
}

const NO_SECRETS: MonitorSecrets = Object.freeze({})
