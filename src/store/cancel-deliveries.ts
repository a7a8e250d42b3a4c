import { BUCKETS } from '../ground/bucket.ts'
import type { Database } from './database.ts'
import { POSITION } from './feed.ts'

const ROWS = 1_000
const ALL_BUCKETS = Array.from({ length: BUCKETS }, (_, bucket) => bucket)

/**
 * What waits in the table, and is in nobody's memory. The owner of a bucket may take a row at the same
 * moment: whoever locks it first has it, and the owner cancels what it finds has no endpoint.
 */
const CANCEL = `
  with picked as (
    select bucket, id, day from deliveries
    where workspace_id = $1 and endpoint_id = $2 and bucket = any ($3::smallint[]) and place in ('due', 'parked')
    limit $4 for update skip locked
  ), gone as (
    update deliveries d
    set status = 'cancelled', place = 'done', due_at = null, reason = $5, finished_at = now()
    from picked p where d.bucket = p.bucket and d.id = p.id and d.day = p.day
    returning d.bucket, d.id, d.workspace_id, d.event_id, d.endpoint_id
  ), told as (
    insert into delivery_changes (bucket, id, day, workspace_id, delivery_id, event_id, endpoint_id, status, reason, at,
                                  position)
    select bucket, id || '.cancelled', (now() at time zone 'utc')::date, workspace_id, id, event_id, endpoint_id,
           'cancelled', $5, now(), ${POSITION}
    from gone on conflict do nothing
  )
  select count(*)::int as count from gone`

/**
 * Cancels the deliveries to an endpoint that wait in the table, in portions.
 * @returns how many
 */
export async function cancelWaiting(
  database: Database,
  workspaceId: string,
  endpointId: string,
  reason: string,
): Promise<number> {
  let cancelled = 0
  for (;;) {
    const { rows } = await database.query<{ count: number }>(CANCEL, [
      workspaceId,
      endpointId,
      ALL_BUCKETS,
      ROWS,
      reason,
    ])
    const count = rows[0]?.count ?? 0
    cancelled += count
    if (count < ROWS) return cancelled
  }
}
