import { dayOf } from '../ground/ids.ts'
import type { Attempt, Delivery, DeliveryStatus } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'
import { POSITION } from './feed.ts'
import { STILL_OWNED } from './fencing.ts'

/** What became of a delivery: by an attempt, or without one (superseded, endpoint gone). */
export interface Result {
  readonly delivery: Delivery
  /** The epoch under which it was held: a result of an earlier owner does not touch the delivery. */
  readonly epoch: number
  readonly attempt: Attempt | null
  readonly status: DeliveryStatus
  readonly reason: string | null
  /** When a pending delivery is due again; ms since the epoch. */
  readonly dueAt: number | null
  /** When it happened; ms since the epoch. */
  readonly at: number
}

/** One commit for a group: the attempts as they were, and each delivery where it stands now. */
const RECORD = {
  name: 'record',
  text: `
    with kept_attempts as (
      insert into attempts (bucket, delivery_id, id, day, workspace_id, event_id, endpoint_id, monitor_name,
        request_id, retry_attempt, dry_run, started_at, outcome, status_code, error_class, error, remote_address,
        tls_version, http_version, timings, response_headers, response_body, delivery_status, why,
        next_attempt_at, digest_size, position)
      select bucket, delivery_id, id, day, workspace_id, event_id, endpoint_id, monitor_name,
        request_id, retry_attempt, dry_run, to_timestamp(started_at / 1000), outcome, status_code, error_class, error,
        remote_address, tls_version, http_version, timings, response_headers, response_body, delivery_status, why,
        to_timestamp(next_attempt_at / 1000), digest_size, ${POSITION}
      from json_to_recordset($1) as a (bucket smallint, delivery_id text, id text, day date, workspace_id text,
        event_id text, endpoint_id text, monitor_name text, request_id text, retry_attempt smallint, dry_run boolean,
        started_at double precision, outcome text, status_code smallint, error_class text, error text,
        remote_address text, tls_version text, http_version text, timings real[], response_headers jsonb,
        response_body text, delivery_status text, why text, next_attempt_at double precision,
        digest_size smallint)
      on conflict do nothing
    ), kept_changes as (
      insert into delivery_changes (bucket, id, day, workspace_id, delivery_id, event_id, endpoint_id, status,
        reason, at, position)
      select bucket, id, day, workspace_id, delivery_id, event_id, endpoint_id, status, reason,
        to_timestamp(at / 1000), ${POSITION}
      from json_to_recordset($2) as c (bucket smallint, id text, day date, workspace_id text, delivery_id text,
        event_id text, endpoint_id text, status text, reason text, at double precision)
      on conflict do nothing
    )
    update deliveries d
    set status = r.status, place = r.place, due_at = to_timestamp(r.due_at / 1000), attempts = greatest(r.attempts, d.attempts),
        first_attempt_at = coalesce(to_timestamp(r.first_attempt_at / 1000), d.first_attempt_at),
        last_status_code = coalesce(r.status_code, d.last_status_code), reason = r.reason,
        finished_at = to_timestamp(r.finished_at / 1000)
    from (
      select * from json_to_recordset($3) as j (bucket smallint, id text, epoch bigint, status text, place text,
        due_at double precision, attempts smallint, first_attempt_at double precision, status_code smallint,
        reason text, finished_at double precision)
      where ${STILL_OWNED} offset 0
    ) r
    where d.bucket = r.bucket and d.id = r.id and d.day = $4::date and d.status = 'pending'`,
}

/**
 * Commits a group of results. Repeating it after an unclear end is harmless.
 * @param results all of deliveries made on one UTC day, so that one partition is touched
 */
export async function insertResults(lane: Queryable, day: string, results: readonly Result[]): Promise<void> {
  const attempts: object[] = []
  const changes: object[] = []
  for (const result of results) {
    if (result.attempt) attempts.push(attemptRow(result.attempt))
    else changes.push(changeRow(result))
  }
  await lane.query(RECORD, [
    JSON.stringify(attempts),
    JSON.stringify(changes),
    JSON.stringify(results.map(deliveryRow)),
    day,
  ])
}

function attemptRow(attempt: Attempt): object {
  const { delivery, timings } = attempt
  return {
    bucket: delivery.bucket,
    delivery_id: delivery.id,
    id: attempt.id,
    day: dayOf(attempt.startedAt),
    workspace_id: delivery.workspaceId,
    event_id: delivery.eventId,
    endpoint_id: delivery.endpointId,
    monitor_name: delivery.monitorName,
    request_id: attempt.requestId,
    retry_attempt: attempt.retryAttempt,
    dry_run: attempt.dryRun,
    started_at: attempt.startedAt,
    outcome: attempt.outcome,
    status_code: attempt.statusCode,
    error_class: attempt.error?.class ?? null,
    error: attempt.error?.message ?? null,
    remote_address: attempt.remoteAddress,
    tls_version: attempt.tlsVersion,
    http_version: attempt.httpVersion,
    timings: [timings.wait, timings.dns, timings.connect, timings.tls, timings.firstByte, timings.total],
    response_headers: attempt.responseHeaders,
    response_body: keepable(attempt.responseBody),
    delivery_status: attempt.deliveryStatus,
    why: attempt.why,
    next_attempt_at: attempt.nextAttemptAt,
    digest_size: attempt.digestSize,
  }
}

/** Postgres cannot keep NUL in text; a receiver may well send it. */
function keepable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
}

function changeRow(result: Result): object {
  const { delivery } = result
  return {
    bucket: delivery.bucket,
    id: `${delivery.id}.${result.status}`,
    day: dayOf(result.at),
    workspace_id: delivery.workspaceId,
    delivery_id: delivery.id,
    event_id: delivery.eventId,
    endpoint_id: delivery.endpointId,
    status: result.status,
    reason: result.reason ?? '',
    at: result.at,
  }
}

function deliveryRow(result: Result): object {
  const pending = result.status === 'pending'
  return {
    bucket: result.delivery.bucket,
    id: result.delivery.id,
    epoch: result.epoch,
    status: result.status,
    place: pending ? 'due' : 'done',
    due_at: result.dueAt,
    attempts: result.delivery.attempts + (result.attempt ? 1 : 0),
    first_attempt_at: result.delivery.firstAttemptAt ?? result.attempt?.startedAt ?? null,
    status_code: result.attempt?.statusCode ?? null,
    reason: result.reason,
    finished_at: pending ? null : result.at,
  }
}
