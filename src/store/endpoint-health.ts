import { newId } from '../ground/ids.ts'
import type { Queryable } from './database.ts'

/** Since when every delivery to an endpoint has failed, by endpoint id; ms since the epoch. */
export async function loadFailing(database: Queryable): Promise<Map<string, number>> {
  const { rows } = await database.query<{ endpoint_id: string; failing_since: Date }>(
    'select endpoint_id, failing_since from endpoint_health where failing_since is not null',
  )
  return new Map(rows.map(row => [row.endpoint_id, row.failing_since.getTime()]))
}

/** The endpoint answered with success after failures. */
export async function noteRecovered(database: Queryable, endpointId: string, at: number): Promise<void> {
  await database.query(
    `update endpoint_health set failing_since = null, last_success_at = to_timestamp($2 / 1000.0) where endpoint_id = $1`,
    [endpointId, at],
  )
}

/** The endpoint began to fail; an earlier beginning stands. */
export async function noteFailing(database: Queryable, endpointId: string, at: number): Promise<void> {
  await database.query(
    `insert into endpoint_health (endpoint_id, failing_since, last_failure_at)
     select id, to_timestamp($2 / 1000.0), to_timestamp($2 / 1000.0) from endpoints where id = $1
     on conflict (endpoint_id) do update set
       failing_since = coalesce(endpoint_health.failing_since, excluded.failing_since),
       last_failure_at = excluded.last_failure_at`,
    [endpointId, at],
  )
}

/** Switches an endpoint off for good reason, and says so in the audit log; false when it was off already, or is gone. */
export async function disableEndpoint(
  database: Queryable,
  endpointId: string,
  reason: string,
  now: number,
): Promise<boolean> {
  const { rows } = await database.query<{ name: string }>(
    `with disabled as (
       update endpoints set enabled = false, disabled_reason = $2, changed_at = now()
       where id = $1 and enabled and deleted_at is null returning workspace_id, id, name
     ), noted as (
       insert into audit_log (workspace_id, id, at, actor_kind, actor_id, actor_name, operation, summary, target_id, target_name, changes)
       select workspace_id, $3, to_timestamp($4 / 1000.0), 'system', 'health', 'StatusPulse', 'disableEndpoint',
         'Disabled the endpoint "' || name || '": ' || $2, id, name,
         '[{ "field": "enabled", "before": true, "after": false }]' from disabled
     )
     select name from disabled`,
    [endpointId, reason, newId('aud', now), now],
  )
  return rows.length > 0
}
