import { bucketOf } from '../ground/bucket.ts'
import { readId } from '../ground/ids.ts'
import type { EventType, Severity, Status } from '../ground/vocabulary.ts'
import type { Database, Queryable } from './database.ts'
import { readBriefly } from './list.ts'

/** Events that we send of our own endpoints are no incidents of what is watched. */
export const OWN_MONITORS = 'statuspulse/'

/** An incident that is kept of given events. Times are ms since the epoch. */
export interface GivenIncidentRow {
  readonly id: string
  /** The `incident_id` of its producer's events; null: they name none. */
  readonly producerId: string | null
  readonly status: Status
  readonly severity: Severity
  readonly highestSeverity: Severity
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  readonly summary: string
  readonly openedAt: number
  readonly acknowledgedAt: number | null
  readonly acknowledgedBy: string | null
  readonly resolvedAt: number | null
}

/** A monitor of kind `external`, its open incidents, oldest first, and what its latest event says. */
export interface GivenMonitor {
  readonly monitorId: string
  readonly workspaceId: string
  readonly name: string
  readonly open: readonly GivenIncidentRow[]
  readonly latest: LatestEvent | null
}

/** As it is kept; what it says beside that is in its payload. */
export interface LatestEvent {
  readonly eventId: string
  readonly eventType: EventType
  readonly status: Status
  readonly severity: Severity
  readonly incidentId: string | null
  readonly payload: string
  readonly at: number
}

interface Row {
  id: string
  workspace_id: string
  name: string
  event_id: string | null
  event_type: EventType
  status: Status
  severity: Severity
  incident_id: string | null
  payload: string
  at: number
}

interface IncidentRow {
  monitor_id: string
  id: string
  producer_id: string | null
  status: Status
  severity: Severity
  highest_severity: Severity
  region: string | null
  affected_endpoints: string[]
  summary: string
  opened_at: number
  acknowledged_at: number | null
  acknowledged_by: string | null
}

const MS = (column: string) => `extract(epoch from ${column})::float8 * 1000`

/**
 * Brings incidents up to what `work` makes of how these monitors stand, in one transaction; monitors of other kinds are
 * left out. Whoever does the same at the same time waits, or makes this fail (23505): then it is to be done again.
 * @param work what has changed of a monitor
 */
export function changeGivenIncidents(
  database: Database,
  monitors: readonly { readonly workspaceId: string; readonly name: string }[],
  work: (monitor: GivenMonitor) => readonly GivenIncidentRow[],
): Promise<void> {
  return readBriefly(database, async tx => {
    const names = monitors.map(({ workspaceId, name }) => ({ workspace_id: workspaceId, name }))
    const { rows } = await tx.query<Row>(
      `select m.id, m.workspace_id, m.name, e.event_id, e.event_type, e.status, e.severity, e.incident_id, e.payload,
              ${MS('e.accepted_at')} as at
       from json_to_recordset($1) as j (workspace_id text, name text)
       join monitors m on m.workspace_id = j.workspace_id and m.name = j.name and m.kind = 'external'
       left join lateral (
         select * from events where workspace_id = m.workspace_id and monitor_name = m.name and not dry_run
         order by position desc, event_id desc limit 1
       ) e on true`,
      [JSON.stringify(names)],
    )
    const ids = rows.map(({ id }) => id)
    const { rows: incidents } = await tx.query<IncidentRow>(
      `select i.monitor_id, i.id, i.producer_id, i.status, i.severity, i.highest_severity, i.region, i.affected_endpoints,
              i.summary, ${MS('i.opened_at')} as opened_at, ${MS('i.acknowledged_at')} as acknowledged_at, i.acknowledged_by
       from json_to_recordset($1) as j (workspace_id text, name text)
       join incidents i on i.workspace_id = j.workspace_id and i.monitor_name = j.name
       where i.given and i.resolved_at is null and i.monitor_id = any ($2) order by i.bucket, i.id for update of i`,
      [JSON.stringify(names), ids],
    )
    const open = Map.groupBy(incidents, ({ monitor_id }) => monitor_id)
    const changed = rows.flatMap(row => {
      const monitor = toMonitor(row, (open.get(row.id) ?? []).map(toIncident))
      return work(monitor).map(incident => toRow(monitor, incident))
    })
    if (changed.length > 0) await upsert(tx, changed)
  })
}

/** Which of these ids are incidents that were decided on here. */
export async function decidedAmong(
  database: Queryable,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const places = ids.flatMap(id => {
    const place = readId(id)
    return place ? [{ id, bucket: place.bucket }] : []
  })
  if (places.length === 0) return new Set()
  const { rows } = await database.query<{ id: string }>(
    `select i.id from json_to_recordset($2) as j (id text, bucket smallint)
     join incidents i on i.bucket = j.bucket and i.id = j.id where i.workspace_id = $1 and not i.given`,
    [workspaceId, JSON.stringify(places)],
  )
  return new Set(rows.map(({ id }) => id))
}

/** Monitors of kind `external` by workspace and name, after a place. */
export async function listExternal(
  database: Queryable,
  after: { workspaceId: string; name: string },
  limit: number,
): Promise<{ workspaceId: string; name: string }[]> {
  const { rows } = await database.query<{ workspace_id: string; name: string }>(
    `select workspace_id, name from monitors where (workspace_id, name) > ($1, $2) and kind = 'external'
       and not starts_with(name, $4) order by workspace_id, name limit $3`,
    [after.workspaceId, after.name, limit, OWN_MONITORS],
  )
  return rows.map(row => ({ workspaceId: row.workspace_id, name: row.name }))
}

async function upsert(tx: Queryable, rows: readonly object[]): Promise<void> {
  await tx.query(
    `insert into incidents (bucket, id, workspace_id, monitor_id, monitor_name, given, producer_id, status, severity,
                            highest_severity, region, affected_endpoints, summary, started_at, opened_at,
                            acknowledged_at, acknowledged_by, resolved_at)
     select bucket, id, workspace_id, monitor_id, monitor_name, true, producer_id, status, severity, highest_severity,
            region, affected_endpoints, summary, to_timestamp(opened_at / 1000), to_timestamp(opened_at / 1000),
            to_timestamp(acknowledged_at / 1000), acknowledged_by, to_timestamp(resolved_at / 1000)
     from json_to_recordset($1) as i (bucket smallint, id text, workspace_id text, monitor_id text, monitor_name text,
       producer_id text, status text, severity text, highest_severity text, region text, affected_endpoints jsonb,
       summary text, opened_at double precision, acknowledged_at double precision, acknowledged_by text,
       resolved_at double precision)
     on conflict (bucket, id) do update set producer_id = excluded.producer_id, status = excluded.status,
       severity = excluded.severity, highest_severity = excluded.highest_severity, region = excluded.region,
       affected_endpoints = excluded.affected_endpoints, summary = excluded.summary,
       acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
       resolved_at = excluded.resolved_at`,
    [JSON.stringify(rows)],
  )
}

function toRow({ workspaceId, monitorId, name }: GivenMonitor, incident: GivenIncidentRow): object {
  return {
    bucket: bucketOf(workspaceId, name),
    id: incident.id,
    workspace_id: workspaceId,
    monitor_id: monitorId,
    monitor_name: name,
    producer_id: incident.producerId,
    status: incident.status,
    severity: incident.severity,
    highest_severity: incident.highestSeverity,
    region: incident.region,
    affected_endpoints: incident.affectedEndpoints,
    summary: incident.summary,
    opened_at: incident.openedAt,
    acknowledged_at: incident.acknowledgedAt,
    acknowledged_by: incident.acknowledgedBy,
    resolved_at: incident.resolvedAt,
  }
}

function toMonitor(row: Row, open: readonly GivenIncidentRow[]): GivenMonitor {
  const { id, workspace_id, name, event_id } = row
  const latest =
    event_id === null
      ? null
      : {
          eventId: event_id,
          eventType: row.event_type,
          status: row.status,
          severity: row.severity,
          incidentId: row.incident_id,
          payload: row.payload,
          at: Math.round(row.at),
        }
  return { monitorId: id, workspaceId: workspace_id, name, open, latest }
}

function toIncident(row: IncidentRow): GivenIncidentRow {
  return {
    id: row.id,
    producerId: row.producer_id,
    status: row.status,
    severity: row.severity,
    highestSeverity: row.highest_severity,
    region: row.region,
    affectedEndpoints: row.affected_endpoints,
    summary: row.summary,
    openedAt: Math.round(row.opened_at),
    acknowledgedAt: row.acknowledged_at === null ? null : Math.round(row.acknowledged_at),
    acknowledgedBy: row.acknowledged_by,
    resolvedAt: null,
  }
}
