import { newId } from '../ground/ids.ts'
import type { Queryable } from './database.ts'
import { Conditions, firstIdAt } from './list.ts'

export const ACTOR_KINDS = ['user', 'key', 'system'] as const

/** Who did it. `system`: StatusPulse itself, by what `id` says. */
export interface Actor {
  readonly kind: (typeof ACTOR_KINDS)[number]
  readonly id: string
  readonly name: string
}

/** A field that changed. A value that is secret, long, or was not there is left out. */
export interface FieldChange {
  readonly field: string
  readonly before?: unknown
  readonly after?: unknown
}

/** One change, as it is kept. */
export interface AuditEntry {
  readonly id: string
  readonly workspaceId: string
  /** ms since the epoch */
  readonly at: number
  readonly actor: Actor
  /** The operation's id in the OpenAPI document, or what did it instead. */
  readonly operation: string
  /** What was done, in words. */
  readonly summary: string
  readonly targetId: string | null
  readonly targetName: string | null
  /** Names and ids of whatever else it was done to; it is found by them. */
  readonly also?: readonly string[]
  readonly changes: readonly FieldChange[]
}

interface Row {
  workspace_id: string
  id: string
  at: Date
  actor_kind: Actor['kind']
  actor_id: string
  actor_name: string
  operation: string
  summary: string
  target_id: string | null
  target_name: string | null
  changes: FieldChange[]
}

const COLUMNS =
  'workspace_id, id, at, actor_kind, actor_id, actor_name, operation, summary, target_id, target_name, changes'

/** An entry with its id. `now`: ms since the epoch. */
export function auditEntry(change: Omit<AuditEntry, 'id' | 'at'>, now: number): AuditEntry {
  return { ...change, id: newId('aud', now), at: now }
}

/** Keeps an entry; one that is kept already stays as it is. @throws the driver's error */
export async function insertAudit(database: Queryable, entry: AuditEntry): Promise<void> {
  const { workspaceId, id, at, actor, operation, summary, targetId, targetName, also = [], changes } = entry
  await database.query(
    `insert into audit_log (${COLUMNS}, also)
     values ($1, $2, to_timestamp($3 / 1000.0), $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing`,
    [
      workspaceId,
      id,
      at,
      actor.kind,
      actor.id,
      actor.name,
      operation,
      summary,
      targetId,
      targetName,
      JSON.stringify(changes),
      also,
    ],
  )
}

/** What is looked for; undefined asks for nothing. Times: ms since the epoch. */
export interface AuditFilters {
  /** Id or name. */
  readonly actor: string | undefined
  readonly operation: string | undefined
  /** Id or name. */
  readonly target: string | undefined
  readonly since: number | undefined
  readonly until: number | undefined
}

/** Entries of the workspace, the latest first, before `beforeId`. */
export async function listAudit(
  database: Queryable,
  workspaceId: string,
  { actor, operation, target, since, until }: AuditFilters,
  page: { readonly beforeId: string | null; readonly limit: number },
): Promise<AuditEntry[]> {
  const where = new Conditions().equal({ workspace_id: workspaceId, operation })
  if (actor !== undefined) where.add('(actor_id = ? or actor_name = ?)', actor, actor)
  if (target !== undefined)
    where.add('(target_id = ? or target_name = ? or ? = any (also))', target, target, target)
  if (since !== undefined) where.add('id >= ?', firstIdAt('aud', since))
  if (until !== undefined) where.add('id < ?', firstIdAt('aud', until))
  if (page.beforeId !== null) where.add('id < ?', page.beforeId)
  const limit = where.value(page.limit)
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from audit_log where ${where.text} order by id desc limit ${limit}`,
    where.values,
  )
  return rows.map(toEntry)
}

/** Forgets what is older. `before`: ms since the epoch. */
export async function pruneAudit(database: Queryable, before: number): Promise<void> {
  await database.query('delete from audit_log where at < to_timestamp($1 / 1000.0)', [before])
}

function toEntry(row: Row): AuditEntry {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    at: row.at.getTime(),
    actor: { kind: row.actor_kind, id: row.actor_id, name: row.actor_name },
    operation: row.operation,
    summary: row.summary,
    targetId: row.target_id,
    targetName: row.target_name,
    changes: row.changes,
  }
}
