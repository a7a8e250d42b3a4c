import { compareIds, dayOf } from '../ground/ids.ts'
import type { Attempt, Delivery, DeliveryStatus, Timings } from '../ground/vocabulary.ts'
import {
  bigint,
  boolean,
  date,
  float8,
  json,
  parametersOf,
  plain,
  rowsOf,
  smallint,
  text,
} from './columns.ts'
import { type Queryable, sqlState, UNIQUE_VIOLATION } from './database.ts'
import { OF_DELIVERY } from './delivery-rows.ts'
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
  /** No row of the delivery was there when it happened. */
  readonly fresh?: boolean
}

const ATTEMPT_SHAPE = {
  ...OF_DELIVERY,
  delivery_id: plain<Attempt>(({ delivery }) => delivery.id),
  id: plain<Attempt>(attempt => attempt.id),
  day: date<Attempt>(attempt => dayOf(attempt.startedAt)),
  request_id: plain<Attempt>(attempt => attempt.requestId),
  retry_attempt: smallint<Attempt>(attempt => attempt.retryAttempt),
  dry_run: boolean<Attempt>(attempt => attempt.dryRun),
  started_at: float8<Attempt>(attempt => attempt.startedAt),
  outcome: plain<Attempt>(attempt => attempt.outcome),
  status_code: smallint<Attempt>(attempt => attempt.statusCode),
  error_class: plain<Attempt>(({ error }) => error?.class),
  error: text<Attempt>(({ error }) => keepable(error?.message ?? null)),
  remote_address: plain<Attempt>(attempt => attempt.remoteAddress),
  tls_version: plain<Attempt>(attempt => attempt.tlsVersion),
  http_version: plain<Attempt>(attempt => attempt.httpVersion),
  timings: plain<Attempt>(({ timings }) => timingsText(timings)),
  response_headers: json<Attempt>(attempt => JSON.stringify(attempt.responseHeaders)),
  response_body: text<Attempt>(attempt => keepable(attempt.responseBody)),
  delivery_status: plain<Attempt>(attempt => attempt.deliveryStatus),
  why: text<Attempt>(attempt => keepable(attempt.why)),
  next_attempt_at: float8<Attempt>(attempt => attempt.nextAttemptAt),
  digest_size: smallint<Attempt>(attempt => attempt.digestSize),
}

/** A delivery as it stands now: all of its row, as this may be the first that is written of it. */
const DELIVERY_SHAPE = {
  ...OF_DELIVERY,
  id: plain<Result>(({ delivery }) => delivery.id),
  day: date<Result>(({ delivery }) => dayOf(delivery.createdAt)),
  incident_id: text<Result>(({ delivery }) => delivery.incidentId),
  created_at: float8<Result>(({ delivery }) => delivery.createdAt),
  epoch: bigint<Result>(result => result.epoch),
  status: plain<Result>(result => result.status),
  place: plain<Result>(({ status }) => (status === 'pending' ? 'due' : 'done')),
  due_at: float8<Result>(result => result.dueAt),
  attempts: smallint<Result>(({ delivery, attempt }) => delivery.attempts + (attempt ? 1 : 0)),
  first_attempt_at: float8<Result>(({ delivery, attempt }) => delivery.firstAttemptAt ?? attempt?.startedAt),
  status_code: smallint<Result>(({ attempt }) => attempt?.statusCode),
  reason: text<Result>(result => keepable(result.reason)),
  finished_at: float8<Result>(({ status, at }) => (status === 'pending' ? null : at)),
}

const FIRST_OF_ATTEMPTS = 1
const FIRST_OF_DELIVERIES = FIRST_OF_ATTEMPTS + Object.keys(ATTEMPT_SHAPE).length
const CHANGES = FIRST_OF_DELIVERIES + Object.keys(DELIVERY_SHAPE).length

/**
 * One commit for a group: the attempts as they were, and each delivery where it stands now. A delivery that has
 * no row yet is an event's first one: replays have theirs from the start, so `event_day` is the delivery's own.
 */
function recordText(changes: string, conflicts: { attempts: string; deliveries: string }): string {
  return `
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
      ${conflicts.attempts}
    )${changes}
    insert into deliveries as d (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name,
      incident_id, created_at, epoch, status, place, due_at, attempts, first_attempt_at, last_status_code, reason, finished_at)
    select bucket, id, day, workspace_id, event_id, day, endpoint_id, monitor_name, incident_id,
      to_timestamp(created_at / 1000), epoch, status, place, to_timestamp(due_at / 1000), attempts,
      to_timestamp(first_attempt_at / 1000), status_code, reason, to_timestamp(finished_at / 1000)
    from ${rowsOf(DELIVERY_SHAPE, FIRST_OF_DELIVERIES, 'j')}
    where ${STILL_OWNED}
    ${conflicts.deliveries}`
}

const KEPT_CHANGES = `,
    kept_changes as (
      insert into delivery_changes (bucket, id, day, workspace_id, delivery_id, event_id, endpoint_id, status,
        reason, at, position)
      select bucket, id, day, workspace_id, delivery_id, event_id, endpoint_id, status, reason,
        to_timestamp(at / 1000), ${POSITION}
      from json_to_recordset($${CHANGES}) as c (bucket smallint, id text, day date, workspace_id text, delivery_id text,
        event_id text, endpoint_id text, status text, reason text, at double precision)
      on conflict do nothing
    )`

const RECORD = {
  name: 'record',
  text: recordText(KEPT_CHANGES, {
    attempts: 'on conflict do nothing',
    deliveries: `
      on conflict (bucket, id, day) do update
      set status = excluded.status, place = excluded.place, due_at = excluded.due_at,
          attempts = greatest(excluded.attempts, d.attempts),
          first_attempt_at = coalesce(excluded.first_attempt_at, d.first_attempt_at),
          last_status_code = coalesce(excluded.last_status_code, d.last_status_code), reason = excluded.reason,
          finished_at = excluded.finished_at
      where d.status = 'pending'`,
  }),
}

/** The same for attempts alone, whose rows are all new: looking for their likes first takes Postgres an eighth longer. */
const RECORD_NEW = {
  name: 'record_new',
  text: recordText('', { attempts: '', deliveries: '' }),
}

/** Commits a group of results. Repeating it after an unclear end is harmless. */
export async function insertResults(lane: Queryable, results: readonly Result[]): Promise<void> {
  const attempts = results.flatMap(({ attempt }) => attempt ?? [])
  const columns = [
    ...parametersOf(ATTEMPT_SHAPE, attempts),
    ...parametersOf(DELIVERY_SHAPE, latestOfEach(results)),
  ]
  if (results.every(({ fresh, attempt }) => fresh && attempt)) {
    try {
      await lane.query(RECORD_NEW, columns)
      return
    } catch (error) {
      // One of them has a row after all: it got one for being late, or this is a repetition.
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error
    }
  }
  const changes = results.filter(({ attempt }) => !attempt).map(changeRow)
  await lane.query(RECORD, [...columns, JSON.stringify(changes)])
}

/**
 * A statement may touch a row once: of several results of one delivery, the latest says where it stands. In the order
 * of ids, as everybody writes deliveries: two who write the same ones wait for each other, and never both.
 */
function latestOfEach(results: readonly Result[]): Result[] {
  const latest = new Map(results.map(result => [`${result.delivery.id} ${result.epoch}`, result]))
  return [...latest.values()].sort((one, other) => compareIds(one.delivery.id, other.delivery.id))
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
