import type { Queryable } from './database.ts'

/** Tells the owners of these buckets (`3,17`) that something was seen of their monitors. */
export const OBSERVED_CHANNEL = 'statuspulse_observed'

/** Tells the id of an operator's word that the owner has taken. */
export const TAKEN_CHANNEL = 'statuspulse_taken'

/** Something that a node saw of another node's monitor. */
export interface NewObservation {
  readonly bucket: number
  readonly workspaceId: string
  readonly monitorName: string
  /** As JSON. */
  readonly observation: unknown
}

export interface StoredObservation extends NewObservation {
  readonly id: string
}

const KEEP = {
  name: 'keep_observations',
  text: `
    with kept as (
      insert into observations (bucket, workspace_id, monitor_name, observation)
      select bucket, workspace_id, monitor_name, observation
      from json_to_recordset($1) as o (bucket smallint, workspace_id text, monitor_name text, observation jsonb)
      returning id
    ), told as (select pg_notify('${OBSERVED_CHANNEL}', $2))
    select id from kept, told order by id`,
}

/** Keeps observations until their monitors' owners take them, and tells those. @returns their ids, in order */
export async function insertObservations(
  database: Queryable,
  observations: readonly NewObservation[],
): Promise<string[]> {
  const rows = observations.map(one => ({
    bucket: one.bucket,
    workspace_id: one.workspaceId,
    monitor_name: one.monitorName,
    observation: one.observation,
  }))
  const buckets = [...new Set(observations.map(({ bucket }) => bucket))].join(',')
  const { rows: kept } = await database.query<{ id: string }>(KEEP, [JSON.stringify(rows), buckets])
  return kept.map(({ id }) => id)
}

const LIST = {
  name: 'list_observations',
  text: `select id, workspace_id, monitor_name, observation from observations
         where bucket = $1 and id <> all ($2::bigint[]) order by id limit $3`,
}

/** The oldest observations that wait for the bucket's owner, those it has in hand apart. They go when a ruling takes them. */
export async function listObservations(
  database: Queryable,
  bucket: number,
  inHand: readonly string[],
  limit: number,
): Promise<StoredObservation[]> {
  const { rows } = await database.query<{
    id: string
    workspace_id: string
    monitor_name: string
    observation: unknown
  }>(LIST, [bucket, inHand, limit])
  return rows.map(row => ({
    bucket,
    id: row.id,
    workspaceId: row.workspace_id,
    monitorName: row.monitor_name,
    observation: row.observation,
  }))
}

/** Drops observations of monitors that are gone. */
export async function deleteObservations(
  database: Queryable,
  bucket: number,
  ids: readonly string[],
): Promise<void> {
  await database.query('delete from observations where bucket = $1 and id = any ($2::bigint[])', [
    bucket,
    ids,
  ])
}

/** Whether an observation still waits for the bucket's owner. */
export async function isWaiting(database: Queryable, bucket: number, id: string): Promise<boolean> {
  const { rows } = await database.query('select 1 from observations where bucket = $1 and id = $2', [
    bucket,
    id,
  ])
  return rows.length > 0
}
