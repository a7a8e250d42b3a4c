import type { Filter, Verdict } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'
import { HORIZON } from './feed.ts'

/** The queue that every workspace has from its start, and keeps. */
export const DEFAULT_QUEUE = 'ops-integrations'

/** Which attempts a queue holds. An empty list means all. */
export interface QueueFilter extends Filter {
  readonly endpointIds: readonly string[]
  readonly outcomes: readonly Verdict['outcome'][]
}

/** A named, durable, ordered feed of attempt records; the attempts themselves stay in their table. */
export interface Queue {
  readonly name: string
  /** Never changes: what a consumer has passed stays passed. */
  readonly filter: QueueFilter
  /** The feed's position when the queue was made: nothing older is in it. */
  readonly startPosition: number
  /** ms since the epoch */
  readonly createdAt: number
}

/** A place among a workspace's attempts: everything up to and including it is acknowledged. '' as id: before all of the position. */
export interface QueuePlace {
  readonly position: number
  readonly id: string
}

/** Whoever reads a queue, and how far it is. */
export interface Consumer {
  readonly name: string
  readonly place: QueuePlace
  /** When the place last moved; ms since the epoch. */
  readonly updatedAt: number
}

interface QueueRow {
  name: string
  filter: Partial<QueueFilter>
  start_position: string
  created_at: Date
}

interface ConsumerRow {
  name: string
  position: string
  id: string
  updated_at: Date
}

const QUEUE_COLUMNS = 'name, filter, start_position::text as start_position, created_at'
const CONSUMER_COLUMNS = 'name, position::text as position, id, updated_at'

/**
 * SQL: makes the default queue of each workspace in `made (id)`: part of the statement that makes
 * the workspace, so that there is never one without.
 */
export const INSERT_DEFAULT_QUEUE = `
  insert into queues (workspace_id, name, filter, start_position)
  select id, '${DEFAULT_QUEUE}', '{}', ${HORIZON} from made`

/**
 * Makes a queue; what is attempted from now on is in it.
 * @returns null when there is one of that name; `full` when the workspace has `most` queues
 */
export async function insertQueue(
  database: Queryable,
  workspaceId: string,
  queue: Pick<Queue, 'name' | 'filter'>,
  most: number,
): Promise<Queue | 'full' | null> {
  const { rows } = await database.query<QueueRow & { allowed: boolean }>(
    `with room as (select count(*) < $4 as is_left from queues where workspace_id = $1), made as (
       insert into queues (workspace_id, name, filter, start_position)
       select $1, $2, $3, ${HORIZON} from room where is_left
       on conflict do nothing returning ${QUEUE_COLUMNS})
     select m.*, r.is_left as allowed from room r left join made m on true`,
    [workspaceId, queue.name, JSON.stringify(queue.filter), most],
  )
  const row = rows[0]
  if (!row?.allowed) return 'full'
  return row.name === null ? null : toQueue(row)
}

/** The workspace's queues by name, after `afterName`. */
export async function listQueues(
  database: Queryable,
  workspaceId: string,
  afterName: string,
  limit: number,
): Promise<Queue[]> {
  const { rows } = await database.query<QueueRow>(
    `select ${QUEUE_COLUMNS} from queues where workspace_id = $1 and name > $2 order by name limit $3`,
    [workspaceId, afterName, limit],
  )
  return rows.map(toQueue)
}

/** One queue of the workspace; null when there is none. */
export async function findQueue(
  database: Queryable,
  workspaceId: string,
  name: string,
): Promise<Queue | null> {
  const { rows } = await database.query<QueueRow>(
    `select ${QUEUE_COLUMNS} from queues where workspace_id = $1 and name = $2`,
    [workspaceId, name],
  )
  return rows[0] ? toQueue(rows[0]) : null
}

/** Deletes a queue with its consumers; false when there is none. */
export async function deleteQueue(database: Queryable, workspaceId: string, name: string): Promise<boolean> {
  const { rowCount } = await database.query('delete from queues where workspace_id = $1 and name = $2', [
    workspaceId,
    name,
  ])
  return rowCount > 0
}

/** A queue's consumers by name. */
export async function listConsumers(
  database: Queryable,
  workspaceId: string,
  queue: string,
): Promise<Consumer[]> {
  const { rows } = await database.query<ConsumerRow>(
    `select ${CONSUMER_COLUMNS} from queue_consumers where workspace_id = $1 and queue = $2 order by name`,
    [workspaceId, queue],
  )
  return rows.map(toConsumer)
}

/** One consumer of a queue; null when there is none. */
export async function findConsumer(
  database: Queryable,
  workspaceId: string,
  queue: string,
  name: string,
): Promise<Consumer | null> {
  const { rows } = await database.query<ConsumerRow>(
    `select ${CONSUMER_COLUMNS} from queue_consumers where workspace_id = $1 and queue = $2 and name = $3`,
    [workspaceId, queue, name],
  )
  return rows[0] ? toConsumer(rows[0]) : null
}

/** Makes a consumer, unless it is there or the queue has `most` of them; {@link findConsumer} tells. */
export async function insertConsumer(
  database: Queryable,
  workspaceId: string,
  queue: string,
  consumer: Pick<Consumer, 'name' | 'place'>,
  most: number,
): Promise<void> {
  await database.query(
    `insert into queue_consumers (workspace_id, queue, name, position, id)
     select $1, $2, $3, $4, $5
     where (select count(*) from queue_consumers where workspace_id = $1 and queue = $2) < $6
     on conflict do nothing`,
    [workspaceId, queue, consumer.name, consumer.place.position, consumer.place.id, most],
  )
}

/** Moves a consumer forward to a place; one that is there or further stays. */
export async function advanceConsumer(
  database: Queryable,
  workspaceId: string,
  queue: string,
  name: string,
  to: QueuePlace,
): Promise<void> {
  await database.query(
    `update queue_consumers set position = $4, id = $5, updated_at = now()
     where workspace_id = $1 and queue = $2 and name = $3 and (position, id) < ($4::bigint, $5)`,
    [workspaceId, queue, name, to.position, to.id],
  )
}

/** Forgets a consumer and how far it was; false when there is none. */
export async function deleteConsumer(
  database: Queryable,
  workspaceId: string,
  queue: string,
  name: string,
): Promise<boolean> {
  const { rowCount } = await database.query(
    'delete from queue_consumers where workspace_id = $1 and queue = $2 and name = $3',
    [workspaceId, queue, name],
  )
  return rowCount > 0
}

function toQueue(row: QueueRow): Queue {
  const all = {
    endpointIds: [],
    monitors: [],
    excludeMonitors: [],
    severities: [],
    eventTypes: [],
    regions: [],
  }
  return {
    name: row.name,
    filter: { ...all, outcomes: [], ...row.filter },
    startPosition: Number(row.start_position),
    createdAt: row.created_at.getTime(),
  }
}

function toConsumer(row: ConsumerRow): Consumer {
  return {
    name: row.name,
    place: { position: Number(row.position), id: row.id },
    updatedAt: row.updated_at.getTime(),
  }
}
