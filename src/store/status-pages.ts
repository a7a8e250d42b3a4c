import type { Severity, Status } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'

/** What a workspace tells the public, and where. */
export interface StatusPage {
  readonly enabled: boolean
  /** Its place in the address; of one workspace only. */
  readonly slug: string
  readonly title: string
  readonly description: string
  readonly showIncidents: boolean
  readonly groups: readonly StatusGroup[]
}

export interface StatusGroup {
  readonly name: string
  /** `display_name` is all that the public sees of a monitor's name. */
  readonly monitors: readonly { readonly monitor_id: string; readonly display_name: string }[]
}

interface Row {
  workspace_id: string
  enabled: boolean
  slug: string
  title: string
  description: string
  show_incidents: boolean
  groups: StatusGroup[]
}

const COLUMNS = 'workspace_id, enabled, slug, title, description, show_incidents, groups'

/** A workspace's status page; null: it never had one. */
export async function findStatusPage(database: Queryable, workspaceId: string): Promise<StatusPage | null> {
  const { rows } = await database.query<Row>(`select ${COLUMNS} from status_pages where workspace_id = $1`, [
    workspaceId,
  ])
  return rows[0] ? toPage(rows[0]) : null
}

/** Every status page that is switched on, with whose it is. */
export async function loadStatusPages(
  database: Queryable,
): Promise<{ workspaceId: string; page: StatusPage }[]> {
  const { rows } = await database.query<Row>(`select ${COLUMNS} from status_pages where enabled`)
  return rows.map(row => ({ workspaceId: row.workspace_id, page: toPage(row) }))
}

/** Puts a workspace's status page in place. @throws the driver's error; 23505: the slug is another's */
export async function saveStatusPage(
  database: Queryable,
  workspaceId: string,
  page: StatusPage,
): Promise<void> {
  await database.query(
    `insert into status_pages (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (workspace_id) do update set enabled = excluded.enabled, slug = excluded.slug, title = excluded.title,
       description = excluded.description, show_incidents = excluded.show_incidents, groups = excluded.groups`,
    [
      workspaceId,
      page.enabled,
      page.slug,
      page.title,
      page.description,
      page.showIncidents,
      JSON.stringify(page.groups),
    ],
  )
}

/** An incident as far as the public may know of it. Times are ms since the epoch. */
export interface PublicIncident {
  readonly id: string
  readonly monitorId: string
  readonly status: Status
  readonly severity: Severity
  readonly startedAt: number
  readonly acknowledgedAt: number | null
  readonly resolvedAt: number | null
}

interface IncidentRow {
  id: string
  monitor_id: string
  status: Status
  highest_severity: Severity
  started_at: Date
  acknowledged_at: Date | null
  resolved_at: Date | null
}

/** A page shows no more of them. */
const MOST_INCIDENTS = 100

/** Incidents of these monitors that are open or ended after `since`, the latest first; those of maintenance are none. */
export async function listPublicIncidents(
  database: Queryable,
  workspaceId: string,
  monitorIds: readonly string[],
  since: number,
): Promise<PublicIncident[]> {
  const { rows } = await database.query<IncidentRow>(
    `select id, monitor_id, status, highest_severity, started_at, acknowledged_at, resolved_at from incidents
     where workspace_id = $1 and monitor_id = any ($2) and (resolved_at is null or resolved_at > to_timestamp($3 / 1000.0))
       and held ->> 'reason' is distinct from 'maintenance'
     order by id desc limit ${MOST_INCIDENTS}`,
    [workspaceId, monitorIds, since],
  )
  return rows.map(row => ({
    id: row.id,
    monitorId: row.monitor_id,
    status: row.status,
    severity: row.highest_severity,
    startedAt: row.started_at.getTime(),
    acknowledgedAt: row.acknowledged_at?.getTime() ?? null,
    resolvedAt: row.resolved_at?.getTime() ?? null,
  }))
}

/** What an operator said of an incident to everybody; `at`: ms since the epoch. */
export interface PublicUpdate {
  readonly incidentId: string
  readonly at: number
  readonly text: string
}

export async function insertPublicUpdate(
  database: Queryable,
  workspaceId: string,
  update: PublicUpdate,
): Promise<void> {
  await database.query(
    `insert into public_updates (workspace_id, incident_id, at, text) values ($1, $2, to_timestamp($3 / 1000.0), $4)
     on conflict (workspace_id, incident_id, at) do update set text = public_updates.text || E'\\n' || excluded.text`,
    [workspaceId, update.incidentId, update.at, update.text],
  )
}

/** Public updates of these incidents, the latest first. */
export async function listPublicUpdates(
  database: Queryable,
  workspaceId: string,
  incidentIds: readonly string[],
): Promise<PublicUpdate[]> {
  const { rows } = await database.query<{ incident_id: string; at: Date; text: string }>(
    `select incident_id, at, text from public_updates where workspace_id = $1 and incident_id = any ($2) order by at desc`,
    [workspaceId, incidentIds],
  )
  return rows.map(row => ({ incidentId: row.incident_id, at: row.at.getTime(), text: row.text }))
}

function toPage(row: Row): StatusPage {
  return {
    enabled: row.enabled,
    slug: row.slug,
    title: row.title,
    description: row.description,
    showIncidents: row.show_incidents,
    groups: row.groups,
  }
}
