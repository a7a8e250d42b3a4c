import { dayOf, readId } from '../ground/ids.ts'
import type { Event, EventType, Severity, Status } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'

/** A delivery that can be sent again: where it went, and the event it carried. */
export interface Replayable {
  readonly deliveryId: string
  readonly endpointId: string
  readonly event: Event
  /** Day of the event's row. */
  readonly eventDay: string
}

interface Row {
  delivery_id: string
  endpoint_id: string
  event_day: string
  workspace_id: string
  event_id: string
  bucket: number
  event_type: EventType
  monitor_name: string
  status: Status
  severity: Severity
  region: string | null
  incident_id: string | null
  payload: string
  accepted_at: Date
}

const COLUMNS = `
  d.id as delivery_id, d.endpoint_id, d.event_day::text as event_day, e.workspace_id, e.event_id, e.bucket, e.event_type,
  e.monitor_name, e.status, e.severity, e.region, e.incident_id, e.payload, e.accepted_at`

const JOIN = `
  from deliveries d join events e
    on e.bucket = d.bucket and e.workspace_id = d.workspace_id and e.event_id = d.event_id and e.day = d.event_day`

/** A delivery of the workspace with its event, or null: unknown, another workspace's, or past retention. */
export async function findReplayable(
  database: Queryable,
  workspaceId: string,
  deliveryId: string,
): Promise<Replayable | null> {
  const place = readId(deliveryId)
  if (!place) return null
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} ${JOIN} where d.bucket = $1 and d.id = $2 and d.day = $3 and d.workspace_id = $4 and not d.dry_run`,
    [place.bucket, deliveryId, dayOf(place.timeMs), workspaceId],
  )
  return rows[0] ? toReplayable(rows[0]) : null
}

/**
 * Failed deliveries of an endpoint made in [since, until), in order, after `afterId`.
 * Deliveries that are replays themselves are left out: their original is in the list.
 */
export async function failedDeliveries(
  database: Queryable,
  span: { endpointId: string; since: number; until: number; afterId: string; limit: number },
): Promise<Replayable[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} ${JOIN}
     where d.endpoint_id = $1 and d.status = 'failed' and d.replay_of is null and not d.dry_run
       and d.created_at >= to_timestamp($2 / 1000.0) and d.created_at < to_timestamp($3 / 1000.0)
       and d.day between $6::date and $7::date and d.id > $4
     order by d.id limit $5`,
    [span.endpointId, span.since, span.until, span.afterId, span.limit, dayOf(span.since), dayOf(span.until)],
  )
  return rows.map(toReplayable)
}

function toReplayable(row: Row): Replayable {
  return {
    deliveryId: row.delivery_id,
    endpointId: row.endpoint_id,
    eventDay: row.event_day,
    event: {
      workspaceId: row.workspace_id,
      eventId: row.event_id,
      bucket: row.bucket,
      eventType: row.event_type,
      monitorName: row.monitor_name,
      status: row.status,
      severity: row.severity,
      region: row.region,
      incidentId: row.incident_id,
      payload: row.payload,
      acceptedAt: row.accepted_at.getTime(),
      dryRun: false,
    },
  }
}
