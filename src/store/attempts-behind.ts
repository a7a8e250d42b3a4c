import type { Verdict } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'
import { HORIZON } from './feed.ts'
import type { QueuePlace } from './queues.ts'

/** An attempt, as far as counting it asks. */
export interface AttemptBehind {
  readonly deliveryId: string
  readonly endpointId: string
  readonly monitorName: string
  readonly outcome: Verdict['outcome']
  /** ms since the epoch */
  readonly startedAt: number
}

interface Row {
  delivery_id: string
  endpoint_id: string
  monitor_name: string
  outcome: Verdict['outcome']
  started_at: Date
}

/** The workspace's first attempts after a place, in the order of the feed, as far as it can be read. */
export async function attemptsBehind(
  database: Queryable,
  workspaceId: string,
  after: QueuePlace,
  limit: number,
): Promise<AttemptBehind[]> {
  const { rows } = await database.query<Row>(
    `select delivery_id, endpoint_id, monitor_name, outcome, started_at from attempts
     where workspace_id = $1 and (position, id) > ($2::bigint, $3) and position < ${HORIZON}
     order by position, id limit $4`,
    [workspaceId, after.position, after.id, limit],
  )
  return rows.map(row => ({
    deliveryId: row.delivery_id,
    endpointId: row.endpoint_id,
    monitorName: row.monitor_name,
    outcome: row.outcome,
    startedAt: row.started_at.getTime(),
  }))
}
