import type { MonitorKind, Status } from '../ground/vocabulary.ts'
import type { Database } from './database.ts'
import { Conditions, readBriefly } from './list.ts'
import { findMonitors, type Monitor } from './monitors.ts'
import type { Sealer } from './seal.ts'

/** How a monitor stands. Times are ms since the epoch. */
export interface Standing {
  readonly status: Status
  /** null: nothing was seen of it yet. */
  readonly since: number | null
  readonly incidentId: string | null
  readonly seenAt: number | null
  /** The latest check's result, as the API shows it; at most some seconds old. */
  readonly lastCheck: unknown
}

interface Row {
  id: string
  name: string
  status: Status
  since: Date | null
  incident_id: string | null
  seen_at: Date | null
  last_check: unknown
}

/** Of a monitor that is not watched but whose events are sent here, the latest event tells the status. */
const STANDING = `
  select m.id, m.name, coalesce(s.status, e.status, 'unknown') as status, coalesce(s.status_since, e.accepted_at) as since,
         s.incident_id, coalesce(s.seen_at, e.accepted_at) as seen_at, s.last_check
  from monitors m
  left join monitor_states s on s.workspace_id = m.workspace_id and s.monitor_id = m.id
  left join lateral (
    select status, accepted_at from events
    where s.monitor_id is null and workspace_id = m.workspace_id and monitor_name = m.name and not dry_run
    order by position desc limit 1
  ) e on true`

/** Monitors of the workspace by name, after `afterName`; with `search`, those whose name contains it. */
export async function listMonitors(
  database: Database,
  sealer: Sealer,
  workspaceId: string,
  filter: { search?: string | undefined; kind?: MonitorKind | undefined; status?: Status | undefined },
  page: { afterName: string; limit: number },
): Promise<{ monitor: Monitor; standing: Standing }[]> {
  const where = new Conditions().equal({ 'm.workspace_id': workspaceId, 'm.kind': filter.kind })
  where.add('m.name > ?', page.afterName)
  if (filter.search !== undefined) where.add('strpos(lower(m.name), lower(?)) > 0', filter.search)
  if (filter.status !== undefined) where.add(`coalesce(s.status, e.status, 'unknown') = ?`, filter.status)
  const limit = where.value(page.limit)
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<Row>(
      `${STANDING} where ${where.text} order by m.name limit ${limit}`,
      where.values,
    )
    const ids = rows.map(({ id }) => id)
    const monitors = new Map(
      (await findMonitors(tx, sealer, workspaceId, ids)).map(monitor => [monitor.id, monitor]),
    )
    return rows.flatMap(row => {
      const monitor = monitors.get(row.id)
      return monitor ? { monitor, standing: toStanding(row) } : []
    })
  })
}

/** How one monitor of the workspace stands; null when there is none. */
export async function findStanding(
  database: Database,
  workspaceId: string,
  id: string,
): Promise<Standing | null> {
  const { rows } = await database.query<Row>(`${STANDING} where m.workspace_id = $1 and m.id = $2`, [
    workspaceId,
    id,
  ])
  return rows[0] ? toStanding(rows[0]) : null
}

/** Names and standings of these monitors of the workspace, by name. */
export function findStandings(
  database: Database,
  workspaceId: string,
  ids: readonly string[],
): Promise<{ id: string; name: string; standing: Standing }[]> {
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<Row>(
      `${STANDING} where m.workspace_id = $1 and m.id = any ($2) order by m.name`,
      [workspaceId, ids],
    )
    return rows.map(row => ({ id: row.id, name: row.name, standing: toStanding(row) }))
  })
}

function toStanding(row: Row): Standing {
  return {
    status: row.status,
    since: row.since?.getTime() ?? null,
    incidentId: row.incident_id,
    seenAt: row.seen_at?.getTime() ?? null,
    lastCheck: row.last_check,
  }
}
