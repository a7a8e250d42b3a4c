import type { IngestKey } from './accept.ts'
import type { Queryable } from './database.ts'

/** Remembers keys whose requests were answered already; one that is remembered stays as it is. */
export async function rememberIngestKeys(lane: Queryable, keys: readonly IngestKey[]): Promise<void> {
  const rows = keys.map(({ workspaceId, bucket, key, hash, answer, createdAt }) => ({
    workspace_id: workspaceId,
    bucket,
    key,
    hash: hash.toString('hex'),
    answer,
    created_at: createdAt,
  }))
  await lane.query(
    `insert into ingest_keys (bucket, workspace_id, key, hash, answer, created_at)
     select bucket, workspace_id, key, decode(hash, 'hex'), answer, to_timestamp(created_at / 1000)
     from json_to_recordset($1) as k (bucket smallint, workspace_id text, key text, hash text, answer jsonb,
       created_at double precision)
     on conflict do nothing`,
    [JSON.stringify(rows)],
  )
}
