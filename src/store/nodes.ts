import type { Queryable } from './database.ts'

/** A running copy of StatusPulse, as its heartbeats tell of it. */
export interface Node {
  readonly id: string
  readonly hostname: string
  readonly version: string
  /** ms since the epoch, by the database's clock */
  readonly startedAt: number
  /** Its last heartbeat; ms since the epoch, by the database's clock. */
  readonly seenAt: number
  /** Whether that is less than a lease ago. */
  readonly alive: boolean
  /** Whose lease it holds now, in order. */
  readonly buckets: readonly number[]
}

interface Row {
  id: string
  hostname: string
  version: string
  started_at: Date
  seen_at: Date
  alive: boolean
  buckets: number[] | null
}

/** Nodes by id, after `afterId`. */
export async function listNodes(
  database: Queryable,
  afterId: string,
  limit: number,
  leaseSeconds: number,
): Promise<Node[]> {
  const { rows } = await database.query<Row>(
    `select id, hostname, version, started_at, seen_at, seen_at > now() - $3 * interval '1 second' as alive,
       (select json_agg(bucket order by bucket) from buckets where node_id = nodes.id and lease_until > now()) as buckets
     from nodes where id > $1 order by id limit $2`,
    [afterId, limit, leaseSeconds],
  )
  return rows.map(row => ({
    id: row.id,
    hostname: row.hostname,
    version: row.version,
    startedAt: row.started_at.getTime(),
    seenAt: row.seen_at.getTime(),
    alive: row.alive,
    buckets: row.buckets ?? [],
  }))
}
