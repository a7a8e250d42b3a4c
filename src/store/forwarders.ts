import { newId } from '../ground/ids.ts'
import type { Database, Queryable } from './database.ts'
import { deleteConsumer, type QueuePlace } from './queues.ts'
import type { Sealer } from './seal.ts'

/** Notified when forwarders were made, changed or deleted. */
export const FORWARDERS_CHANNEL = 'statuspulse_forwarders'

export const BROKERS = ['nats', 'rabbitmq', 'kafka'] as const
export type BrokerKind = (typeof BROKERS)[number]

/** Which kind of broker, and where in it. */
export type Destination =
  | { readonly broker: 'nats'; readonly subject: string }
  /** '' as exchange: the routing key is a queue's name. */
  | { readonly broker: 'rabbitmq'; readonly exchange: string; readonly routingKey: string }
  | { readonly broker: 'kafka'; readonly topic: string }

/** `starting`: no node has run it yet; `retrying`: it failed, and is tried again for ever. */
export const FORWARDER_STATES = ['starting', 'forwarding', 'retrying'] as const
export type ForwarderState = (typeof FORWARDER_STATES)[number]

/** Sends a queue's messages on to a broker. */
export interface StoredForwarder {
  readonly id: string
  readonly workspaceId: string
  readonly queue: string
  readonly destination: Destination
  readonly sealedUrl: Buffer
  readonly enabled: boolean
  /** Grows with every change of its settings. */
  readonly revision: number
  readonly state: ForwarderState
  /** Why it is retrying. */
  readonly error: string | null
  /** When state or error last changed; ms since the epoch. */
  readonly stateAt: number
  /** ms since the epoch */
  readonly createdAt: number
}

interface Row {
  id: string
  workspace_id: string
  queue: string
  destination: Destination
  url: Buffer
  enabled: boolean
  revision: number
  state: ForwarderState
  error: string | null
  state_at: Date
  created_at: Date
}

const COLUMNS =
  'id, workspace_id, queue, destination, url, enabled, revision, state, error, state_at, created_at'

/**
 * Makes a forwarder, and its place in the queue.
 * @returns null when the queue has `most` of them already
 */
export function insertForwarder(
  database: Database,
  sealer: Sealer,
  forwarder: Pick<StoredForwarder, 'workspaceId' | 'queue' | 'destination' | 'enabled'> & {
    url: string
    from: QueuePlace
  },
  most: number,
  now: number,
): Promise<StoredForwarder | null> {
  const id = newId('fwd', now)
  const { workspaceId, queue, destination, enabled, url, from } = forwarder
  return database.transaction(async tx => {
    const { rows } = await tx.query<Row>(
      `insert into forwarders (id, workspace_id, queue, destination, url, enabled, created_at)
       select $1, $2, $3, $4, $5, $6, to_timestamp($7 / 1000.0)
       where (select count(*) from forwarders where workspace_id = $2 and queue = $3) < $8
       returning ${COLUMNS}`,
      [
        id,
        workspaceId,
        queue,
        JSON.stringify(destination),
        sealer.seal(url, contextOf(id)),
        enabled,
        now,
        most,
      ],
    )
    if (!rows[0]) return null
    await insertPlace(tx, { id, workspaceId, queue }, from)
    return toForwarder(rows[0])
  })
}

/** Its place in the queue, unless it has one. */
export async function insertPlace(
  database: Queryable,
  { id, workspaceId, queue }: Pick<StoredForwarder, 'id' | 'workspaceId' | 'queue'>,
  from: QueuePlace,
): Promise<void> {
  await database.query(
    `insert into queue_consumers (workspace_id, queue, name, position, id)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [workspaceId, queue, id, from.position, from.id],
  )
}

/** Changes settings; null when there is no such forwarder. It starts anew. */
export async function updateForwarder(
  database: Queryable,
  sealer: Sealer,
  { id, workspaceId }: Pick<StoredForwarder, 'id' | 'workspaceId'>,
  settings: { destination: Destination; url: string; enabled: boolean },
): Promise<StoredForwarder | null> {
  const { rows } = await database.query<Row>(
    `update forwarders set destination = $3, url = $4, enabled = $5, revision = revision + 1,
       state = 'starting', error = null, state_at = now()
     where workspace_id = $1 and id = $2 returning ${COLUMNS}`,
    [
      workspaceId,
      id,
      JSON.stringify(settings.destination),
      sealer.seal(settings.url, contextOf(id)),
      settings.enabled,
    ],
  )
  return rows[0] ? toForwarder(rows[0]) : null
}

/** Notes how it goes, unless its settings were changed meanwhile. */
export async function noteForwarderState(
  database: Queryable,
  { id, revision }: Pick<StoredForwarder, 'id' | 'revision'>,
  state: ForwarderState,
  error: string | null,
): Promise<void> {
  await database.query(
    `update forwarders set state = $3, error = $4, state_at = now() where id = $1 and revision = $2`,
    [id, revision, state, error],
  )
}

/** A queue's forwarders by id, after `afterId`. */
export async function listForwarders(
  database: Queryable,
  workspaceId: string,
  queue: string,
  afterId: string,
  limit: number,
): Promise<StoredForwarder[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from forwarders where workspace_id = $1 and queue = $2 and id > $3 order by id limit $4`,
    [workspaceId, queue, afterId, limit],
  )
  return rows.map(toForwarder)
}

/** Every forwarder that is to run, of all workspaces. */
export async function enabledForwarders(database: Queryable): Promise<StoredForwarder[]> {
  const { rows } = await database.query<Row>(`select ${COLUMNS} from forwarders where enabled order by id`)
  return rows.map(toForwarder)
}

/** One forwarder of a queue; null when there is none. */
export async function findForwarder(
  database: Queryable,
  workspaceId: string,
  queue: string,
  id: string,
): Promise<StoredForwarder | null> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from forwarders where workspace_id = $1 and queue = $2 and id = $3`,
    [workspaceId, queue, id],
  )
  return rows[0] ? toForwarder(rows[0]) : null
}

/** Deletes a forwarder and its place in the queue; false when there is none. */
export function deleteForwarder(
  database: Database,
  workspaceId: string,
  queue: string,
  id: string,
): Promise<boolean> {
  return database.transaction(async tx => {
    const { rowCount } = await tx.query(
      'delete from forwarders where workspace_id = $1 and queue = $2 and id = $3',
      [workspaceId, queue, id],
    )
    if (rowCount > 0) await deleteConsumer(tx, workspaceId, queue, id)
    return rowCount > 0
  })
}

/** Its URL, credentials included. @throws Error when it was sealed with another key */
export function openUrl(sealer: Sealer, { id, sealedUrl }: StoredForwarder): string {
  return sealer.open(sealedUrl, contextOf(id))
}

function contextOf(id: string): string {
  return `forwarders.url:${id}`
}

function toForwarder(row: Row): StoredForwarder {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    queue: row.queue,
    destination: row.destination,
    sealedUrl: row.url,
    enabled: row.enabled,
    revision: row.revision,
    state: row.state,
    error: row.error,
    stateAt: row.state_at.getTime(),
    createdAt: row.created_at.getTime(),
  }
}
