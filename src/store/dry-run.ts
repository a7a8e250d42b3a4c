import { dayOf } from '../ground/ids.ts'
import type { Attempt, Event } from '../ground/vocabulary.ts'
import type { Database } from './database.ts'
import { POSITION } from './feed.ts'
import { insertResults } from './results.ts'

/** Puts a dry run on record: its event, its delivery (over already) and its one attempt. */
export async function insertDryRun(database: Database, event: Event, attempt: Attempt): Promise<void> {
  const { delivery } = attempt
  const day = dayOf(event.acceptedAt)
  await database.transaction(async tx => {
    await tx.query(
      `insert into events (bucket, workspace_id, event_id, day, event_type, monitor_name, status, severity, region,
                           incident_id, payload, matched, dry_run, accepted_at, position)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, true, to_timestamp($13 / 1000.0), ${POSITION})`,
      [
        event.bucket,
        event.workspaceId,
        event.eventId,
        day,
        event.eventType,
        event.monitorName,
        event.status,
        event.severity,
        event.region,
        event.incidentId,
        event.payload,
        JSON.stringify([[delivery.endpointId, delivery.id]]),
        event.acceptedAt,
      ],
    )
    await tx.query(
      `insert into deliveries (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name, incident_id,
                               status, place, attempts, first_attempt_at, last_status_code, reason, dry_run, created_at,
                               finished_at)
       values ($1, $2, $3, $4, $5, $3, $6, $7, $8, $9, 'done', 1, to_timestamp($10 / 1000.0), $11, $12, true,
               to_timestamp($13 / 1000.0), now())`,
      [
        delivery.bucket,
        delivery.id,
        day,
        delivery.workspaceId,
        delivery.eventId,
        delivery.endpointId,
        delivery.monitorName,
        delivery.incidentId,
        attempt.deliveryStatus,
        attempt.startedAt,
        attempt.statusCode,
        attempt.why,
        delivery.createdAt,
      ],
    )
    const result = { delivery, epoch: -1, attempt, status: attempt.deliveryStatus, reason: attempt.why }
    await insertResults(tx, [{ ...result, dueAt: null, at: attempt.startedAt }])
  })
}
