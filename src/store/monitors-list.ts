import type { EventType, MonitorKind, Severity, Status } from '../ground/vocabulary.ts'
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
  /** Its latest event, sent here or decided here; null: there is none. */
  readonly lastEvent: LastEvent | null
}

export interface LastEvent {
  readonly event_id: string
  readonly event_type: EventType
  readonly status: Status
  readonly severity: Severity
  /** ms since the epoch */
  readonly accepted_at: number
}

interface Row {
  id: string
  name: string
  status: Status
  since: Date | null
  incident_id: string | null
  seen_at: Date | null
  last_check: unknown
  last_event: LastEvent | null
}

/** The latest events of a monitor, the newest first. Those of one commit are in the order of their ids. */
function latestEvents(columns: string, count: number, condition = 'true'): string {
  return `select ${columns} from events
    where ${condition} and workspace_id = m.workspace_id and monitor_name = m.name and not dry_run
    order by position desc, event_id desc limit ${count}`
}

/** So many events are looked at to say since when a status lasts: where it is longer, it is at least that long. */
const LOOKED_AT = 100

/**
 * A monitor's latest event tells its status where it is not watched, or is of kind `external`: unless what is known
 * of it otherwise is younger (an alert, say), or it is in maintenance. Nothing is written for that when an event
 * comes in (docs/adr/0014).
 */
const TELLS = `(e.status is not null and coalesce(s.status, '') <> 'maintenance'
  and (s.monitor_id is null or e.accepted_at > s.status_since))`
const STATUS = `case when ${TELLS} then e.status else coalesce(s.status, 'unknown') end`

const GIVEN_INCIDENT = `case when m.kind = 'external' then (
  select id from incidents i where i.workspace_id = m.workspace_id and i.monitor_name = m.name and i.monitor_id = m.id
    and i.given and i.resolved_at is null order by id desc limit 1) end`

const STANDING = `
  select m.id, m.name, ${STATUS} as status, coalesce(s.incident_id, ${GIVEN_INCIDENT}) as incident_id, greatest(s.seen_at, e.accepted_at) as seen_at, s.last_check,
         case when ${TELLS} then (
           select min(accepted_at) from (
             select accepted_at, bool_and(status = e.status) over (order by position desc, event_id desc) as lasts
             from (${latestEvents('status, accepted_at, position, event_id', LOOKED_AT)}) as latest
           ) as looked where lasts
         ) else s.status_since end as since,
         (select json_build_object('event_id', event_id, 'event_type', event_type, 'status', status, 'severity', severity,
            'accepted_at', floor(extract(epoch from accepted_at) * 1000))
          from (${latestEvents('event_id, event_type, status, severity, accepted_at', 1)}) as latest) as last_event
  from monitors m
  left join monitor_states s on s.workspace_id = m.workspace_id and s.monitor_id = m.id
  left join lateral (
    ${latestEvents('status, accepted_at', 1, "(s.monitor_id is null or m.kind = 'external')")}
  ) e on true`

/** Monitors of the workspace by name, after `afterName`; with `search`, those whose name contains it. */
export async function listMonitors(
  database: Database,
  sealer: Sealer,
  workspaceId: string,
  filter: {
    search?: string | undefined
    name?: readonly string[] | undefined
    parent?: string | undefined
    kind?: MonitorKind | undefined
    status?: Status | undefined
  },
  page: { afterName: string; limit: number },
): Promise<{ monitor: Monitor; standing: Standing }[]> {
  const where = new Conditions().equal({ 'm.workspace_id': workspaceId, 'm.kind': filter.kind })
  where.add('m.name > ?', page.afterName)
  if (filter.search !== undefined) where.add('strpos(lower(m.name), lower(?)) > 0', filter.search)
  if (filter.name !== undefined) where.add('m.name = any (?)', filter.name)
  if (filter.parent !== undefined)
    where.add(`m.settings -> 'parents' @> to_jsonb(array[?]::text[])`, filter.parent)
  if (filter.status !== undefined) where.add(`${STATUS} = ?`, filter.status)
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
    lastEvent: row.last_event,
  }
}
