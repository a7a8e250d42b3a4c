import { dayOf } from '../ground/ids.ts'
import type { Status } from '../ground/vocabulary.ts'

/** What the owner of a monitor decided: kept with its events, or, when the bucket has another owner by now, not at all. */
export interface Ruling {
  readonly bucket: number
  /** Under which the bucket was the writer's own. */
  readonly epoch: number
  readonly workspaceId: string
  readonly monitorId: string
  readonly monitorName: string
  /** null: the monitor is gone, and its state goes with it. */
  readonly state: StateRow | null
  readonly incidents: readonly IncidentRow[]
  readonly suppressed: readonly SuppressedRow[]
  readonly samples: readonly SampleChunk[]
  /** Observations that were taken out of the table with it, by id. */
  readonly taken: readonly string[]
}

/** A monitor's state. Times are ms since the epoch. */
export interface StateRow {
  readonly version: number
  /** All of it, as JSON; the others are parts of it that can be asked for. */
  readonly state: unknown
  readonly status: Status
  readonly statusSince: number
  readonly incidentId: string | null
  readonly holdsChildren: boolean
  readonly seenAt: number | null
  readonly lastCheck: unknown
}

export interface IncidentRow {
  readonly id: string
  readonly status: string
  readonly severity: string
  readonly highestSeverity: string
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  readonly summary: string
  readonly startedAt: number
  readonly openedAt: number
  readonly acknowledgedAt: number | null
  readonly acknowledgedBy: string | null
  readonly resolvedAt: number | null
  readonly held: unknown
}

export interface SuppressedRow {
  readonly id: string
  readonly eventType: string
  readonly status: Status
  readonly severity: string
  readonly region: string | null
  readonly incidentId: string | null
  readonly metadata: Readonly<Record<string, unknown>>
  readonly reason: string
  readonly heldBy: string | null
  readonly why: string
  readonly at: number
}

/** Samples of one metric in one hour. */
export interface SampleChunk {
  readonly metric: string
  /** Start of the hour; ms since the epoch. */
  readonly hour: number
  /** Of the hour, 0 to 3599. */
  readonly seconds: readonly number[]
  readonly readings: readonly number[]
}

/** SQL: the row `x` (with `bucket` and `epoch`) was decided by the bucket's present owner: see {@link RULING_PARTS}. */
export function stillOwned(row: string): string {
  return `exists (select from owned o where o.bucket = ${row}.bucket and o.epoch = ${row}.epoch)`
}

/**
 * Common table expressions of the statement that keeps rulings; their JSON is `$<first>` to `$<first + 5>`.
 *
 * `owned` locks the rows of the buckets that are still the writer's, so that nobody can take one over
 * between the look and the commit. The weakest lock will do: whoever takes a bucket locks its row `for update`
 * and skips locked ones, and an owner's heartbeat is not held up.
 */
export function rulingParts(first: number): { owned: string; kept: string } {
  const [owned, states, incidents, suppressed, samples, taken] = [0, 1, 2, 3, 4, 5].map(i => `$${first + i}`)
  return {
    owned: `owned as materialized (
      select b.bucket, b.epoch from json_to_recordset(${owned}) as w (bucket smallint, epoch bigint)
      join buckets b on b.bucket = w.bucket and b.epoch = w.epoch for key share of b
    )`,
    kept: `ruled as (
      select * from json_to_recordset(${states}) as s (bucket smallint, epoch bigint, monitor_id text, workspace_id text,
        monitor_name text, version bigint, state jsonb, status text, status_since double precision, incident_id text,
        holds_children boolean, seen_at double precision, last_check jsonb)
      where ${stillOwned('s')}
    ), kept_states as (
      insert into monitor_states (bucket, monitor_id, workspace_id, monitor_name, version, state, status, status_since,
                                  incident_id, holds_children, seen_at, last_check)
      select bucket, monitor_id, workspace_id, monitor_name, version, state, status, to_timestamp(status_since / 1000),
             incident_id, holds_children, to_timestamp(seen_at / 1000), last_check
      from ruled where state is not null
      on conflict (bucket, monitor_id) do update set version = excluded.version, state = excluded.state,
        status = excluded.status, status_since = excluded.status_since, incident_id = excluded.incident_id,
        holds_children = excluded.holds_children, seen_at = excluded.seen_at, last_check = excluded.last_check
    ), gone_states as (
      delete from monitor_states m using ruled r
      where r.state is null and m.bucket = r.bucket and m.monitor_id = r.monitor_id
    ), kept_incidents as (
      insert into incidents (bucket, id, workspace_id, monitor_id, monitor_name, status, severity, highest_severity, region,
                             affected_endpoints, summary, started_at, opened_at, acknowledged_at, acknowledged_by,
                             resolved_at, held)
      select bucket, id, workspace_id, monitor_id, monitor_name, status, severity, highest_severity, region,
             affected_endpoints, summary, to_timestamp(started_at / 1000), to_timestamp(opened_at / 1000),
             to_timestamp(acknowledged_at / 1000), acknowledged_by, to_timestamp(resolved_at / 1000), held
      from json_to_recordset(${incidents}) as i (bucket smallint, epoch bigint, id text, workspace_id text, monitor_id text,
        monitor_name text, status text, severity text, highest_severity text, region text, affected_endpoints jsonb,
        summary text, started_at double precision, opened_at double precision, acknowledged_at double precision,
        acknowledged_by text, resolved_at double precision, held jsonb)
      where ${stillOwned('i')}
      on conflict (bucket, id) do update set status = excluded.status, severity = excluded.severity,
        highest_severity = excluded.highest_severity, region = excluded.region,
        affected_endpoints = excluded.affected_endpoints, summary = excluded.summary, started_at = excluded.started_at,
        acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
        resolved_at = excluded.resolved_at, held = excluded.held
    ), kept_suppressed as (
      insert into suppressed_events (bucket, id, day, workspace_id, monitor_name, event_type, status, severity, region,
                                     incident_id, metadata, reason, held_by, why, at)
      select bucket, id, day, workspace_id, monitor_name, event_type, status, severity, region, incident_id, metadata,
             reason, held_by, why, to_timestamp(at / 1000)
      from json_to_recordset(${suppressed}) as p (bucket smallint, epoch bigint, id text, day date, workspace_id text,
        monitor_name text, event_type text, status text, severity text, region text, incident_id text, metadata jsonb,
        reason text, held_by text, why text, at double precision)
      where ${stillOwned('p')}
    ), kept_samples as (
      insert into samples (bucket, monitor_id, metric, hour, day, workspace_id, seconds, readings)
      select bucket, monitor_id, metric, to_timestamp(hour / 1000), day, workspace_id, seconds, readings
      from json_to_recordset(${samples}) as m (bucket smallint, epoch bigint, monitor_id text, metric text,
        hour double precision, day date, workspace_id text, seconds smallint[], readings double precision[])
      where ${stillOwned('m')}
      on conflict (bucket, monitor_id, metric, hour, day) do update
        set seconds = samples.seconds || excluded.seconds, readings = samples.readings || excluded.readings
    ), taken as (
      delete from observations v using json_to_recordset(${taken}) as t (bucket smallint, epoch bigint, id bigint)
      where v.bucket = t.bucket and v.id = t.id and ${stillOwned('t')}
    )`,
  }
}

/** The rows of rulings: one list for each parameter of {@link rulingParts}. */
export function rulingRows(rulings: readonly Ruling[]): object[][] {
  const owned = new Map<string, object>()
  const states: object[] = []
  const incidents: object[] = []
  const suppressed: object[] = []
  const samples: object[] = []
  const taken: object[] = []
  for (const ruling of rulings) {
    const { bucket, epoch } = ruling
    const own = { bucket, epoch, workspace_id: ruling.workspaceId, monitor_name: ruling.monitorName }
    owned.set(`${bucket} ${epoch}`, { bucket, epoch })
    states.push({ ...own, monitor_id: ruling.monitorId, ...(ruling.state && stateRow(ruling.state)) })
    for (const incident of ruling.incidents)
      incidents.push({ ...own, monitor_id: ruling.monitorId, ...incidentRow(incident) })
    for (const event of ruling.suppressed) suppressed.push({ ...own, ...suppressedRow(event) })
    for (const chunk of ruling.samples)
      samples.push({ ...own, monitor_id: ruling.monitorId, day: dayOf(chunk.hour), ...chunk })
    for (const id of ruling.taken) taken.push({ bucket, epoch, id })
  }
  return [[...owned.values()], states, incidents, suppressed, samples, taken]
}

function stateRow(row: StateRow): object {
  return {
    version: row.version,
    state: row.state,
    status: row.status,
    status_since: row.statusSince,
    incident_id: row.incidentId,
    holds_children: row.holdsChildren,
    seen_at: row.seenAt,
    last_check: row.lastCheck,
  }
}

function incidentRow(row: IncidentRow): object {
  return {
    id: row.id,
    status: row.status,
    severity: row.severity,
    highest_severity: row.highestSeverity,
    region: row.region,
    affected_endpoints: row.affectedEndpoints,
    summary: row.summary,
    started_at: row.startedAt,
    opened_at: row.openedAt,
    acknowledged_at: row.acknowledgedAt,
    acknowledged_by: row.acknowledgedBy,
    resolved_at: row.resolvedAt,
    held: row.held,
  }
}

function suppressedRow(row: SuppressedRow): object {
  return {
    id: row.id,
    day: dayOf(row.at),
    event_type: row.eventType,
    status: row.status,
    severity: row.severity,
    region: row.region,
    incident_id: row.incidentId,
    metadata: row.metadata,
    reason: row.reason,
    held_by: row.heldBy,
    why: row.why,
    at: row.at,
  }
}
