import { compareIds, dayOf } from '../ground/ids.ts'
import type { Attempt, Delivery, DeliveryStatus, Timings } from '../ground/vocabulary.ts'
import { Columns, rowsOf } from './columns.ts'
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

const ATTEMPT_SHAPE = {
  bucket: 'smallint',
  delivery_id: 'text',
  id: 'text',
  day: 'date',
  workspace_id: 'text',
  event_id: 'text',
  endpoint_id: 'text',
  monitor_name: 'text',
  request_id: 'text',
  retry_attempt: 'smallint',
  dry_run: 'boolean',
  started_at: 'float8',
  outcome: 'text',
  status_code: 'smallint',
  error_class: 'text',
  error: 'text',
  remote_address: 'text',
  tls_version: 'text',
  http_version: 'text',
  timings: 'text',
  response_headers: 'text',
  response_body: 'text',
  delivery_status: 'text',
  why: 'text',
  next_attempt_at: 'float8',
  digest_size: 'smallint',
} as const

/** A delivery as it stands now: all of its row, as this may be the first that is written of it. */
const DELIVERY_SHAPE = {
  bucket: 'smallint',
  id: 'text',
  day: 'date',
  workspace_id: 'text',
  event_id: 'text',
  endpoint_id: 'text',
  monitor_name: 'text',
  incident_id: 'text',
  created_at: 'float8',
  epoch: 'bigint',
  status: 'text',
  place: 'text',
  due_at: 'float8',
  attempts: 'smallint',
  first_attempt_at: 'float8',
  status_code: 'smallint',
  reason: 'text',
  finished_at: 'float8',
} as const

const FIRST_OF_ATTEMPTS = 1
const FIRST_OF_DELIVERIES = FIRST_OF_ATTEMPTS + Object.keys(ATTEMPT_SHAPE).length
const CHANGES = FIRST_OF_DELIVERIES + Object.keys(DELIVERY_SHAPE).length

/**
 * One commit for a group: the attempts as they were, and each delivery where it stands now. A delivery that has
 * no row yet is an event's first one: replays have theirs from the start, so `event_day` is the delivery's own.
 */
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
        remote_address, tls_version, http_version, timings::real[], response_headers::jsonb, response_body,
        delivery_status, why, to_timestamp(next_attempt_at / 1000), digest_size, ${POSITION}
      from ${rowsOf(ATTEMPT_SHAPE, FIRST_OF_ATTEMPTS, 'a')}
      on conflict do nothing
    ), kept_changes as (
      insert into delivery_changes (bucket, id, day, workspace_id, delivery_id, event_id, endpoint_id, status,
        reason, at, position)
      select bucket, id, day, workspace_id, delivery_id, event_id, endpoint_id, status, reason,
        to_timestamp(at / 1000), ${POSITION}
      from json_to_recordset($${CHANGES}) as c (bucket smallint, id text, day date, workspace_id text, delivery_id text,
        event_id text, endpoint_id text, status text, reason text, at double precision)
      on conflict do nothing
    )
    insert into deliveries as d (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name,
      incident_id, created_at, epoch, status, place, due_at, attempts, first_attempt_at, last_status_code, reason, finished_at)
    select bucket, id, day, workspace_id, event_id, day, endpoint_id, monitor_name, incident_id,
      to_timestamp(created_at / 1000), epoch, status, place, to_timestamp(due_at / 1000), attempts,
      to_timestamp(first_attempt_at / 1000), status_code, reason, to_timestamp(finished_at / 1000)
    from ${rowsOf(DELIVERY_SHAPE, FIRST_OF_DELIVERIES, 'j')}
    where ${STILL_OWNED}
    on conflict (bucket, id, day) do update
    set status = excluded.status, place = excluded.place, due_at = excluded.due_at,
        attempts = greatest(excluded.attempts, d.attempts),
        first_attempt_at = coalesce(excluded.first_attempt_at, d.first_attempt_at),
        last_status_code = coalesce(excluded.last_status_code, d.last_status_code), reason = excluded.reason,
        finished_at = excluded.finished_at
    where d.status = 'pending'`,
}

/** Commits a group of results. Repeating it after an unclear end is harmless. */
export async function insertResults(lane: Queryable, results: readonly Result[]): Promise<void> {
  const attempts = new Columns(ATTEMPT_SHAPE)
  const deliveries = new Columns(DELIVERY_SHAPE)
  const changes: object[] = []
  for (const result of latestOfEach(results)) deliveries.add(deliveryRow(result))
  for (const result of results) {
    if (result.attempt) attempts.add(attemptRow(result.attempt))
    else changes.push(changeRow(result))
  }
  await lane.query(RECORD, [...attempts.parameters, ...deliveries.parameters, JSON.stringify(changes)])
}

/**
 * A statement may touch a row once: of several results of one delivery, the latest says where it stands. In the order
 * of ids, as everybody writes deliveries: two who write the same ones wait for each other, and never both.
 */
function latestOfEach(results: readonly Result[]): Result[] {
  const latest = new Map(results.map(result => [`${result.delivery.id} ${result.epoch}`, result]))
  return [...latest.values()].sort((one, other) => compareIds(one.delivery.id, other.delivery.id))
}

function attemptRow(attempt: Attempt) {
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
    error: keepable(attempt.error?.message ?? null),
    remote_address: attempt.remoteAddress,
    tls_version: attempt.tlsVersion,
    http_version: attempt.httpVersion,
    timings: timingsText(timings),
    response_headers: JSON.stringify(attempt.responseHeaders),
    response_body: keepable(attempt.responseBody),
    delivery_status: attempt.deliveryStatus,
    why: keepable(attempt.why),
    next_attempt_at: attempt.nextAttemptAt,
    digest_size: attempt.digestSize,
  }
}

function timingsText({ wait, dns, connect, tls, firstByte, total }: Timings): string {
  return `{${wait},${dns},${connect},${tls},${firstByte},${total}}`
}

/** Postgres cannot keep NUL in text; a receiver may well send it, and what it said stands in errors and reasons too. */
function keepable<T extends string | null>(text: T): T | string {
  return text?.includes('\0') ? text.replaceAll('\0', '\ufffd') : text
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
    reason: keepable(result.reason ?? ''),
    at: result.at,
  }
}

function deliveryRow({ delivery, attempt, ...result }: Result) {
  const pending = result.status === 'pending'
  return {
    bucket: delivery.bucket,
    id: delivery.id,
    day: dayOf(delivery.createdAt),
    workspace_id: delivery.workspaceId,
    event_id: delivery.eventId,
    endpoint_id: delivery.endpointId,
    monitor_name: delivery.monitorName,
    incident_id: delivery.incidentId,
    created_at: delivery.createdAt,
    epoch: result.epoch,
    status: result.status,
    place: pending ? 'due' : 'done',
    due_at: result.dueAt,
    attempts: delivery.attempts + (attempt ? 1 : 0),
    first_attempt_at: delivery.firstAttemptAt ?? attempt?.startedAt ?? null,
    status_code: attempt?.statusCode ?? null,
    reason: keepable(result.reason),
    finished_at: pending ? null : result.at,
  }
}
