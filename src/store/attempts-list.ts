import { dayOf, readId } from '../ground/ids.ts'
import type { DeliveryStatus, ErrorClass, Timings, Verdict } from '../ground/vocabulary.ts'
import type { Database, Queryable } from './database.ts'
import { Conditions, readBriefly } from './list.ts'

/** An attempt as it is kept. Times: ms since the epoch. */
export interface StoredAttempt {
  readonly id: string
  readonly requestId: string
  readonly deliveryId: string
  readonly eventId: string
  readonly endpointId: string
  readonly monitorName: string
  readonly retryAttempt: number
  readonly dryRun: boolean
  readonly startedAt: number
  readonly outcome: Verdict['outcome']
  readonly deliveryStatus: DeliveryStatus
  readonly statusCode: number | null
  readonly error: { readonly class: ErrorClass; readonly message: string } | null
  readonly why: string | null
  readonly nextAttemptAt: number | null
  readonly remoteAddress: string | null
  readonly tlsVersion: string | null
  readonly httpVersion: string | null
  readonly timings: Timings
  readonly responseHeaders: Readonly<Record<string, string>>
  readonly responseBody: string
  /** How many deliveries the request carried, this one included. */
  readonly digestSize: number
  /** Where it stands in the feed. */
  readonly position: string
}

/** What a list of attempts may ask for. Times: ms since the epoch, [since, until). */
export interface AttemptQuery {
  readonly endpointId?: string | undefined
  /** Attempts of these deliveries only. */
  readonly deliveryIds?: readonly string[] | undefined
  readonly monitorName?: string | undefined
  readonly requestId?: string | undefined
  readonly outcome?: Verdict['outcome'] | undefined
  readonly statusCode?: number | undefined
  readonly dryRun?: boolean | undefined
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** A row of `attempts`, for whoever reads the table. */
export interface AttemptRow {
  id: string
  request_id: string
  delivery_id: string
  event_id: string
  endpoint_id: string
  monitor_name: string
  retry_attempt: number
  dry_run: boolean
  started_at: Date
  outcome: Verdict['outcome']
  delivery_status: DeliveryStatus
  status_code: number | null
  error_class: ErrorClass | null
  error: string | null
  why: string | null
  next_attempt_at: Date | null
  remote_address: string | null
  tls_version: string | null
  http_version: string | null
  timings: (number | null)[]
  response_headers: Record<string, string>
  response_body: string
  digest_size: number
  position: string
}

/** The columns of an {@link AttemptRow}. */
export const ATTEMPT_COLUMNS = `id, request_id, delivery_id, event_id, endpoint_id, monitor_name, retry_attempt, dry_run,
  started_at, outcome, delivery_status, status_code, error_class, error, why, next_attempt_at, remote_address,
  tls_version, http_version, timings, response_headers, response_body, digest_size, position::text as position`

/**
 * Attempts of the workspace, the latest first, after a place.
 * @param after position and id of the last one seen
 */
export function listAttempts(
  database: Database,
  workspaceId: string,
  query: AttemptQuery,
  page: { after: readonly string[] | null; limit: number },
): Promise<StoredAttempt[]> {
  const where = new Conditions().add('workspace_id = ?', workspaceId).equal({
    endpoint_id: query.endpointId,
    monitor_name: query.monitorName,
    outcome: query.outcome,
    status_code: query.statusCode,
    dry_run: query.dryRun,
  })
  if (query.deliveryIds) {
    const places = query.deliveryIds.flatMap(id => readId(id) ?? [])
    const buckets = [...new Set(places.map(place => place.bucket))]
    where.add('bucket = any (?::smallint[]) and delivery_id = any (?)', buckets, query.deliveryIds)
    // No attempt is older than its delivery.
    const earliest = Math.min(...places.map(place => place.timeMs))
    if (places.length > 0) where.add('day >= ?::date', dayOf(earliest))
  }
  if (query.requestId !== undefined) {
    // It is of the bucket and the time of its first delivery; the others of a digest are found by their index.
    const place = readId(query.requestId)
    where.add(
      '((bucket = ? and request_id = ?) or (digest_size > 1 and request_id = ?)) and day = ?::date',
      place?.bucket ?? -1,
      query.requestId,
      query.requestId,
      dayOf(place?.timeMs ?? 0),
    )
  }
  if (query.since !== undefined) {
    where.add(
      'day >= ?::date and started_at >= to_timestamp(?::float8 / 1000)',
      dayOf(query.since),
      query.since,
    )
  }
  if (query.until !== undefined) {
    where.add(
      'day <= ?::date and started_at < to_timestamp(?::float8 / 1000)',
      dayOf(query.until),
      query.until,
    )
  }
  if (page.after) where.add('(position, id) < (?::bigint, ?)', ...page.after)
  const limit = where.value(page.limit)
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<AttemptRow>(
      `select ${ATTEMPT_COLUMNS} from attempts where ${where.text} order by attempts.position desc, id desc limit ${limit}`,
      where.values,
    )
    return rows.map(toStoredAttempt)
  })
}

/** All attempts of a delivery of the workspace (15 at most), the first one first. */
export async function attemptsOfDelivery(
  database: Queryable,
  workspaceId: string,
  deliveryId: string,
): Promise<StoredAttempt[]> {
  const place = readId(deliveryId)
  if (!place) return []
  const { rows } = await database.query<AttemptRow>(
    `select ${ATTEMPT_COLUMNS} from attempts
     where workspace_id = $1 and bucket = $2 and delivery_id = $3 and day >= $4 order by id`,
    [workspaceId, place.bucket, deliveryId, dayOf(place.timeMs)],
  )
  return rows.map(toStoredAttempt)
}

/** A row as code has it. */
export function toStoredAttempt(row: AttemptRow): StoredAttempt {
  const [wait, dns, connect, tls, firstByte, total] = row.timings
  return {
    id: row.id,
    requestId: row.request_id,
    deliveryId: row.delivery_id,
    eventId: row.event_id,
    endpointId: row.endpoint_id,
    monitorName: row.monitor_name,
    retryAttempt: row.retry_attempt,
    dryRun: row.dry_run,
    startedAt: row.started_at.getTime(),
    outcome: row.outcome,
    deliveryStatus: row.delivery_status,
    statusCode: row.status_code,
    error: row.error_class === null ? null : { class: row.error_class, message: row.error ?? '' },
    why: row.why,
    nextAttemptAt: row.next_attempt_at?.getTime() ?? null,
    remoteAddress: row.remote_address,
    tlsVersion: row.tls_version,
    httpVersion: row.http_version,
    timings: {
      wait: wait ?? 0,
      dns: dns ?? null,
      connect: connect ?? null,
      tls: tls ?? null,
      firstByte: firstByte ?? null,
      total: total ?? 0,
    },
    responseHeaders: row.response_headers,
    responseBody: row.response_body,
    digestSize: row.digest_size,
    position: row.position,
  }
}
