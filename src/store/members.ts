import type { Role } from '../ground/vocabulary.ts'
import type { Database, Queryable } from './database.ts'
import { isLastOperator } from './operators.ts'

/** A user in a workspace. */
export interface Member {
  readonly userId: string
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly operator: boolean
  /** ms since the epoch; of the latest session that there still is, null: none */
  readonly seenAt: number | null
  /** ms since the epoch */
  readonly createdAt: number
}

/** A workspace that a user is a member of. */
export interface Membership {
  readonly workspaceId: string
  readonly workspaceName: string
  readonly role: Role
}

/**
 * What became of a change of a member. `last owner`: refused, or nobody could manage the workspace; `last operator`:
 * refused, or nobody could manage the installation.
 */
export type MemberOutcome = 'done' | 'unknown' | 'last owner' | 'last operator'

interface Row {
  user_id: string
  email: string
  name: string
  role: Role
  operator: boolean
  seen_at: Date | null
  created_at: Date
}

const SELECT = `select m.user_id, u.email, u.name, m.role, u.operator, m.created_at,
    (select max(s.seen_at) from sessions s where s.user_id = m.user_id and s.workspace_id = m.workspace_id) as seen_at
  from memberships m join users u on u.id = m.user_id`

/** Makes a user a member; one who is already stays with the role that they have. */
export async function insertMember(
  database: Queryable,
  member: { workspaceId: string; userId: string; role: Role },
  now: number,
): Promise<void> {
  await database.query(
    `insert into memberships (workspace_id, user_id, role, created_at) values ($1, $2, $3, to_timestamp($4 / 1000.0))
     on conflict do nothing`,
    [member.workspaceId, member.userId, member.role, now],
  )
}

/** Members of the workspace by id, after `afterId`. */
export async function listMembers(
  database: Queryable,
  workspaceId: string,
  afterId: string,
  limit: number,
): Promise<Member[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} where m.workspace_id = $1 and m.user_id > $2 order by m.user_id limit $3`,
    [workspaceId, afterId, limit],
  )
  return rows.map(toMember)
}

export async function findMember(
  database: Queryable,
  workspaceId: string,
  userId: string,
): Promise<Member | null> {
  const { rows } = await database.query<Row>(`${SELECT} where m.workspace_id = $1 and m.user_id = $2`, [
    workspaceId,
    userId,
  ])
  return rows[0] ? toMember(rows[0]) : null
}

/** Workspaces that the user is a member of, the first joined first. */
export async function membershipsOf(database: Queryable, userId: string): Promise<Membership[]> {
  const { rows } = await database.query<{ workspace_id: string; name: string; role: Role }>(
    `select m.workspace_id, w.name, m.role from memberships m join workspaces w on w.id = m.workspace_id
     where m.user_id = $1 order by m.created_at, m.workspace_id`,
    [userId],
  )
  return rows.map(row => ({ workspaceId: row.workspace_id, workspaceName: row.name, role: row.role }))
}

export async function hasOwner(database: Queryable, workspaceId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `select 1 from memberships where workspace_id = $1 and role = 'owner' limit 1`,
    [workspaceId],
  )
  return rowCount > 0
}

export async function changeRole(
  database: Database,
  workspaceId: string,
  userId: string,
  role: Role,
): Promise<MemberOutcome> {
  return database.transaction(async tx => {
    if (role !== 'owner' && (await isLastOwner(tx, workspaceId, userId))) return 'last owner'
    const { rowCount } = await tx.query(
      'update memberships set role = $3 where workspace_id = $1 and user_id = $2',
      [workspaceId, userId, role],
    )
    return rowCount > 0 ? 'done' : 'unknown'
  })
}

/** Ends a membership and its sessions; a user who is a member of nothing any more is deleted. */
export async function removeMember(
  database: Database,
  workspaceId: string,
  userId: string,
): Promise<MemberOutcome> {
  return database.transaction(async tx => {
    if (await isLastOwner(tx, workspaceId, userId)) return 'last owner'
    // Without a membership left the account goes, and nobody without one can sign in.
    if ((await isLastOperator(tx, userId)) && !(await isMemberElsewhere(tx, workspaceId, userId)))
      return 'last operator'
    const { rowCount } = await tx.query('delete from memberships where workspace_id = $1 and user_id = $2', [
      workspaceId,
      userId,
    ])
    if (rowCount === 0) return 'unknown'
    await tx.query(
      'delete from users where id = $1 and not exists (select 1 from memberships where user_id = $1)',
      [userId],
    )
    return 'done'
  })
}

async function isMemberElsewhere(tx: Queryable, workspaceId: string, userId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select 1 from memberships where user_id = $2 and workspace_id <> $1 limit 1',
    [workspaceId, userId],
  )
  return rowCount > 0
}

/** Locks the workspace's owners: two who remove each other at once must not both succeed. */
async function isLastOwner(tx: Queryable, workspaceId: string, userId: string): Promise<boolean> {
  const { rows } = await tx.query<{ user_id: string }>(
    `select user_id from memberships where workspace_id = $1 and role = 'owner' order by user_id for update`,
    [workspaceId],
  )
  return rows.length === 1 && rows[0]?.user_id === userId
}

function toMember(row: Row): Member {
  return {
    userId: row.user_id,
    email: row.email,
    name: row.name,
    role: row.role,
    operator: row.operator,
    seenAt: row.seen_at?.getTime() ?? null,
    createdAt: row.created_at.getTime(),
  }
}
