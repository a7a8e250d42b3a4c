import { type ApiKey, hashApiKey, insertApiKey, newApiKey } from './api-keys.ts'
import { type Actor, auditEntry, insertAudit } from './audit-log.ts'
import type { Database, Queryable } from './database.ts'
import { insertWorkspace } from './workspaces.ts'

const LOCK = 5_770_004
const SCOPES = ['ingest', 'read', 'admin'] as const

/**
 * Makes sure that there is a workspace and an operator's key. Nodes that start together wait for one another.
 * @param adminToken the operator's key as configured; it is kept (as a hash) if it is not yet
 * @returns the key that was made because there was none: to be shown once, it cannot be read again
 */
export async function ensureOperator(
  database: Database,
  adminToken: string | null,
  now: number,
): Promise<string | null> {
  return database.transaction(async tx => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
    const workspaceId = await ensureWorkspace(tx, now)
    const key = adminToken ?? newApiKey()
    const { rowCount } = adminToken
      ? await tx.query('select 1 from api_keys where hash = $1', [hashApiKey(adminToken)])
      : await tx.query('select 1 from api_keys where operator and revoked_at is null limit 1')
    if (rowCount > 0) return null
    const name = adminToken ? 'configured admin token' : 'first admin token'
    const kept = await insertApiKey(tx, { workspaceId, name, scopes: [...SCOPES], operator: true, key }, now)
    await noteKey(tx, kept, { kind: 'system', id: 'start', name: 'The start of StatusPulse' }, now)
    return adminToken ? null : key
  })
}

/**
 * Makes a further operator's key, for whoever lost theirs and has the database.
 * @returns it as it is kept, and the key itself
 */
export async function addOperatorKey(
  database: Database,
  name: string,
  now: number,
): Promise<{ kept: ApiKey; key: string }> {
  return database.transaction(async tx => {
    await tx.query('select pg_advisory_xact_lock($1)', [LOCK])
    const workspaceId = await ensureWorkspace(tx, now)
    const key = newApiKey()
    const kept = await insertApiKey(tx, { workspaceId, name, scopes: [...SCOPES], operator: true, key }, now)
    await noteKey(tx, kept, { kind: 'system', id: 'cli', name: 'statuspulse keys create --operator' }, now)
    return { kept, key }
  })
}

function noteKey(tx: Queryable, { workspaceId, id, name }: ApiKey, actor: Actor, now: number): Promise<void> {
  const summary = `Made the operator's API key "${name}"`
  const of = { workspaceId, actor, operation: 'createKey', summary, targetId: id, targetName: name }
  return insertAudit(tx, auditEntry({ ...of, changes: [] }, now))
}

/** The first workspace; made, if there is none. */
async function ensureWorkspace(tx: Queryable, now: number): Promise<string> {
  return (
    (await findFirst(tx)) ??
    (await insertWorkspace(tx, { name: 'default', allowUnknownMonitors: true }, now)).id
  )
}

/** The id of the workspace that was made at the first start. @throws Error before there is one */
export async function firstWorkspace(database: Queryable): Promise<string> {
  const id = await findFirst(database)
  if (id === null) throw new Error('there is no workspace yet')
  return id
}

async function findFirst(database: Queryable): Promise<string | null> {
  const { rows } = await database.query<{ id: string }>('select id from workspaces order by id limit 1')
  return rows[0]?.id ?? null
}
