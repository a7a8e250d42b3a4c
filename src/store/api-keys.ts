import { createHash, randomBytes } from 'node:crypto'
import { newId } from '../ground/ids.ts'
import type { Scope } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'

/** A key as it is kept: its hash, never itself. */
export interface ApiKey {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
  readonly scopes: readonly Scope[]
  /** May also create and list workspaces. */
  readonly operator: boolean
  /** SHA-256 of the key. */
  readonly hash: Buffer
  /** The first characters, to recognise it by. */
  readonly hint: string
  /** ms since the epoch */
  readonly createdAt: number
  /** ms since the epoch; null: valid */
  readonly revokedAt: number | null
  /** ms since the epoch, up to a minute old; null: not known, or never */
  readonly lastUsedAt: number | null
}

interface Row {
  id: string
  workspace_id: string
  name: string
  scopes: Scope[]
  operator: boolean
  hash: Buffer
  hint: string
  created_at: Date
  revoked_at: Date | null
  used_at?: Date | null
}

const COLUMNS = 'id, workspace_id, name, scopes, operator, hash, hint, created_at, revoked_at'
const WITH_USE = `${COLUMNS}, (select used_at from api_key_uses where key_id = api_keys.id) as used_at`
const HINT_LENGTH = 9

/** A new API key: `sp_` and 256 random bits as base64url. */
export function newApiKey(): string {
  return `sp_${randomBytes(32).toString('base64url')}`
}

/** What of a key is kept, and what a request's key is looked up by. */
export function hashApiKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** Every valid key; for the catalog. */
export async function loadApiKeys(database: Queryable): Promise<ApiKey[]> {
  const { rows } = await database.query<Row>(`select ${COLUMNS} from api_keys where revoked_at is null`)
  return rows.map(toApiKey)
}

/**
 * Keeps a key of the workspace; `key` itself is in the caller's hands only.
 * @throws the driver's error; 23505: that very key is kept already
 */
export async function insertApiKey(
  database: Queryable,
  made: { workspaceId: string; name: string; scopes: readonly Scope[]; operator: boolean; key: string },
  now: number,
): Promise<ApiKey> {
  const { rows } = await database.query<Row>(
    `insert into api_keys (id, workspace_id, name, scopes, operator, hash, hint, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8 / 1000.0)) returning ${COLUMNS}`,
    [
      newId('key', now),
      made.workspaceId,
      made.name,
      made.scopes,
      made.operator,
      hashApiKey(made.key),
      made.key.slice(0, HINT_LENGTH),
      now,
    ],
  )
  return toApiKey(rows[0] as Row)
}

/** Keys of the workspace by id, after `afterId`, revoked ones included. */
export async function listApiKeys(
  database: Queryable,
  workspaceId: string,
  afterId: string,
  limit: number,
): Promise<ApiKey[]> {
  const { rows } = await database.query<Row>(
    `select ${WITH_USE} from api_keys where workspace_id = $1 and id > $2 order by id limit $3`,
    [workspaceId, afterId, limit],
  )
  return rows.map(toApiKey)
}

/** The key of the workspace, revoked or not; null when there is none. */
export async function findApiKey(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<ApiKey | null> {
  const { rows } = await database.query<Row>(
    `select ${WITH_USE} from api_keys where workspace_id = $1 and id = $2`,
    [workspaceId, id],
  )
  return rows[0] ? toApiKey(rows[0]) : null
}

/** Notes when keys were used (ms since the epoch); what is noted already and later stays. */
export async function noteKeyUses(
  database: Queryable,
  uses: readonly { readonly keyId: string; readonly at: number }[],
): Promise<void> {
  await database.query(
    `insert into api_key_uses (key_id, used_at)
     select key_id, to_timestamp(at / 1000.0) from unnest($1::text[], $2::float8[]) as uses (key_id, at)
     on conflict (key_id) do update set used_at = greatest(api_key_uses.used_at, excluded.used_at)`,
    [uses.map(({ keyId }) => keyId), uses.map(({ at }) => at)],
  )
}

/** Ends a key's validity, for good. */
export async function revokeApiKey(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<'revoked' | 'unknown' | 'last admin'> {
  // One statement: two admins that revoke each other's key at once must not both succeed.
  const { rows } = await database.query<{ found: boolean; revoked: boolean }>(
    `with admins as (
       select id from api_keys where workspace_id = $1 and revoked_at is null and 'admin' = any (scopes) order by id for update
     ), gone as (
       update api_keys set revoked_at = now()
       where workspace_id = $1 and id = $2 and revoked_at is null and exists (select 1 from admins where id <> $2)
       returning id
     )
     select exists (select 1 from api_keys where workspace_id = $1 and id = $2 and revoked_at is null) as found,
            exists (select 1 from gone) as revoked`,
    [workspaceId, id],
  )
  if (rows[0]?.revoked) return 'revoked'
  return rows[0]?.found ? 'last admin' : 'unknown'
}

function toApiKey(row: Row): ApiKey {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    name: row.name,
    scopes: row.scopes,
    operator: row.operator,
    hash: row.hash,
    hint: row.hint,
    createdAt: row.created_at.getTime(),
    revokedAt: row.revoked_at?.getTime() ?? null,
    lastUsedAt: row.used_at?.getTime() ?? null,
  }
}
