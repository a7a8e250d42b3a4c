import { randomBytes } from 'node:crypto'
import type { Endpoint, EndpointKind, EndpointSecret, Filter, Order } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'
import type { Sealer } from './seal.ts'

/** What may be said of an endpoint from outside: everything but its id, its secrets and what we note ourselves. */
export type EndpointSettings = Pick<
  Endpoint,
  | 'kind'
  | 'name'
  | 'url'
  | 'filter'
  | 'headers'
  | 'successStatuses'
  | 'timeoutMs'
  | 'ratePerSecond'
  | 'concurrency'
  | 'order'
  | 'enabled'
  | 'options'
>

/** An endpoint with what only look-ups need. */
export interface StoredEndpoint {
  readonly endpoint: Endpoint
  /** What the handshake showed when its URL was last set; null for plain http. */
  readonly tls: object | null
  /** Since when every delivery has failed; ms since the epoch, null: it has not. */
  readonly failingSince: number | null
}

interface Row {
  id: string
  workspace_id: string
  kind: EndpointKind
  name: string
  url: Buffer
  headers: Buffer
  options: Buffer
  filter: Filter
  success_statuses: number[]
  timeout_ms: number
  rate_per_second: number | null
  concurrency: number
  delivery_order: Order
  enabled: boolean
  disabled_reason: string | null
  created_at: Date
  changed_at: Date
  tls: object | null
  failing_since: Date | null
  secrets: { sealed: string; expires_at: number | null }[] | null
}

const SELECT = `
  select e.id, e.workspace_id, e.kind, e.name, e.url, e.headers, e.options, e.filter, e.success_statuses, e.timeout_ms,
         e.rate_per_second, e.concurrency, e.delivery_order, e.enabled, e.disabled_reason, e.created_at, e.changed_at,
         e.tls, h.failing_since,
         (select json_agg(json_build_object('sealed', encode(s.sealed, 'base64'),
                                            'expires_at', floor(extract(epoch from s.expires_at) * 1000)) order by s.id desc)
          from endpoint_secrets s where s.endpoint_id = e.id) as secrets
  from endpoints e left join endpoint_health h on h.endpoint_id = e.id`

/**
 * Which endpoints there are, each with a mark that changes with any change of its rows. `xmin` is the
 * transaction that wrote a row: cheap to compare, so that a reload reads and opens only what changed.
 */
export async function endpointMarks(database: Queryable): Promise<Map<string, string>> {
  const { rows } = await database.query<{ id: string; mark: string }>(
    `select e.id, e.xmin::text || coalesce((select string_agg(s.id || '@' || s.xmin::text, ',' order by s.id)
                                            from endpoint_secrets s where s.endpoint_id = e.id), '') as mark
     from endpoints e where e.deleted_at is null`,
  )
  return new Map(rows.map(row => [row.id, row.mark]))
}

/**
 * These endpoints, secrets opened; those that were deleted are left out. For the catalog.
 * @throws Error that names the endpoint when something of it cannot be opened
 */
export async function loadEndpoints(
  database: Queryable,
  sealer: Sealer,
  ids: readonly string[],
): Promise<Endpoint[]> {
  const { rows } = await database.query<Row>(`${SELECT} where e.id = any ($1) and e.deleted_at is null`, [
    ids,
  ])
  return rows.map(row => toEndpoint(row, sealer))
}

/** Endpoints of the workspace by id, after `afterId`. */
export async function listEndpoints(
  database: Queryable,
  sealer: Sealer,
  workspaceId: string,
  afterId: string,
  limit: number,
): Promise<StoredEndpoint[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} where e.workspace_id = $1 and e.deleted_at is null and e.id > $2 order by e.id limit $3`,
    [workspaceId, afterId, limit],
  )
  return rows.map(row => toStored(row, sealer))
}

/** One endpoint of the workspace; null when there is none. */
export async function findEndpoint(
  database: Queryable,
  sealer: Sealer,
  workspaceId: string,
  id: string,
): Promise<StoredEndpoint | null> {
  const { rows } = await database.query<Row>(
    `${SELECT} where e.workspace_id = $1 and e.id = $2 and e.deleted_at is null`,
    [workspaceId, id],
  )
  return rows[0] ? toStored(rows[0], sealer) : null
}

/** A new signing secret: `whsec_` and base64 of 32 random bytes (Standard Webhooks 1.0). */
export function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`
}

/** Keeps a new endpoint and its first secret (null: it is not signed). Call it in a transaction: they come together or not at all. */
export async function insertEndpoint(
  tx: Queryable,
  sealer: Sealer,
  made: { id: string; workspaceId: string; settings: EndpointSettings; tls: unknown; secret: string | null },
  now: number,
): Promise<void> {
  const { settings } = made
  await tx.query(
    `insert into endpoints (workspace_id, id, kind, name, url, headers, options, filter, success_statuses, timeout_ms,
       rate_per_second, concurrency, delivery_order, enabled, tls, created_at, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, to_timestamp($16 / 1000.0),
       to_timestamp($16 / 1000.0))`,
    [
      made.workspaceId,
      made.id,
      settings.kind,
      ...columnsOf(sealer, made.id, settings),
      jsonOf(made.tls),
      now,
    ],
  )
  if (made.secret !== null) await insertSecret(tx, sealer, made.id, made.secret)
}

/**
 * Puts new settings in place of the old ones; the kind stays. False when the endpoint is gone.
 */
export async function updateEndpoint(
  tx: Queryable,
  sealer: Sealer,
  change: {
    id: string
    workspaceId: string
    settings: EndpointSettings
    tls: unknown
    changedAt: number
  },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update endpoints set name = $3, url = $4, headers = $5, options = $6, filter = $7, success_statuses = $8,
       timeout_ms = $9, rate_per_second = $10, concurrency = $11, delivery_order = $12, enabled = $13,
       disabled_reason = case when $13 then null else disabled_reason end, tls = $14,
       changed_at = to_timestamp($15 / 1000.0)
     where workspace_id = $1 and id = $2 and deleted_at is null`,
    [
      change.workspaceId,
      change.id,
      ...columnsOf(sealer, change.id, change.settings),
      jsonOf(change.tls),
      change.changedAt,
    ],
  )
  return rowCount > 0
}

/** Columns from `name` to `enabled`, in the order that both statements above name them in. */
function columnsOf(sealer: Sealer, id: string, settings: EndpointSettings): unknown[] {
  return [
    settings.name,
    sealer.seal(settings.url, `endpoints.url:${id}`),
    sealer.seal(JSON.stringify(settings.headers), `endpoints.headers:${id}`),
    sealer.seal(JSON.stringify(settings.options), `endpoints.options:${id}`),
    JSON.stringify(settings.filter),
    settings.successStatuses,
    settings.timeoutMs,
    settings.ratePerSecond,
    settings.concurrency,
    settings.order,
    settings.enabled,
  ]
}

/** Keeps others from changing the endpoint until the transaction ends. */
export async function lockEndpoint(tx: Queryable, workspaceId: string, id: string): Promise<void> {
  await tx.query('select 1 from endpoints where workspace_id = $1 and id = $2 for update', [workspaceId, id])
}

/** The endpoint's failures so far count no more: someone switched it on again. */
export async function forgetFailures(tx: Queryable, id: string): Promise<void> {
  await tx.query('update endpoint_health set failing_since = null where endpoint_id = $1', [id])
}

/** Takes an endpoint out of use; its row stays, for the record. False when there is none. */
export async function deleteEndpoint(tx: Queryable, workspaceId: string, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update endpoints set deleted_at = now() where workspace_id = $1 and id = $2 and deleted_at is null',
    [workspaceId, id],
  )
  // Nothing is signed with them any more.
  if (rowCount > 0) await tx.query('delete from endpoint_secrets where endpoint_id = $1', [id])
  return rowCount > 0
}

/** Names of these endpoints of the workspace, deleted ones included. */
export async function endpointNames(
  database: Queryable,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, { name: string; deleted: boolean }>> {
  const { rows } = await database.query<{ id: string; name: string; deleted: boolean }>(
    `select id, name, deleted_at is not null as deleted from endpoints where workspace_id = $1 and id = any ($2)`,
    [workspaceId, ids],
  )
  return new Map(rows.map(row => [row.id, { name: row.name, deleted: row.deleted }]))
}

/**
 * Puts a new secret before the old ones, which stay valid until `overlapUntil` (ms since the epoch)
 * at the latest. At most two are ever valid: of the old ones, the newest stays. Lock the endpoint first.
 */
export async function rotateSecret(
  tx: Queryable,
  sealer: Sealer,
  rotation: { endpointId: string; secret: string; now: number; overlapUntil: number },
): Promise<void> {
  const { endpointId, secret, now, overlapUntil } = rotation
  await tx.query(
    `delete from endpoint_secrets where endpoint_id = $1
       and (expires_at <= to_timestamp($2 / 1000.0) or $3::bigint <= $2::bigint
            or id < (select max(id) from endpoint_secrets where endpoint_id = $1))`,
    [endpointId, now, overlapUntil],
  )
  await tx.query(
    `update endpoint_secrets set expires_at = least(coalesce(expires_at, 'infinity'), to_timestamp($2 / 1000.0))
     where endpoint_id = $1`,
    [endpointId, overlapUntil],
  )
  await insertSecret(tx, sealer, endpointId, secret)
}

async function insertSecret(
  tx: Queryable,
  sealer: Sealer,
  endpointId: string,
  secret: string,
): Promise<void> {
  await tx.query('insert into endpoint_secrets (endpoint_id, sealed) values ($1, $2)', [
    endpointId,
    sealer.seal(secret, `endpoint_secrets.sealed:${endpointId}`),
  ])
}

function toStored(row: Row, sealer: Sealer): StoredEndpoint {
  return {
    endpoint: toEndpoint(row, sealer),
    tls: row.tls,
    failingSince: row.failing_since?.getTime() ?? null,
  }
}

function toEndpoint(row: Row, sealer: Sealer): Endpoint {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    kind: row.kind,
    name: row.name,
    url: sealer.open(row.url, `endpoints.url:${row.id}`),
    filter: row.filter,
    headers: JSON.parse(sealer.open(row.headers, `endpoints.headers:${row.id}`)),
    secrets: (row.secrets ?? []).map(
      ({ sealed, expires_at }): EndpointSecret => ({
        value: sealer.open(Buffer.from(sealed, 'base64'), `endpoint_secrets.sealed:${row.id}`),
        expiresAt: expires_at,
      }),
    ),
    successStatuses: row.success_statuses,
    timeoutMs: row.timeout_ms,
    ratePerSecond: row.rate_per_second,
    concurrency: row.concurrency,
    order: row.delivery_order,
    enabled: row.enabled,
    disabledReason: row.disabled_reason,
    options: JSON.parse(sealer.open(row.options, `endpoints.options:${row.id}`)),
    createdAt: row.created_at.getTime(),
    changedAt: row.changed_at.getTime(),
  }
}

function jsonOf(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value)
}
