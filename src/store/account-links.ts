import { createHash, randomBytes } from 'node:crypto'
import { newId } from '../ground/ids.ts'
import type { Role } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'

interface Base {
  readonly id: string
  /** In lower case. */
  readonly email: string
  /** Who made it, in words. */
  readonly createdBy: string
  /** Times in ms since the epoch. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** Lets whoever has it become a member of the workspace. */
export interface Invitation extends Base {
  readonly kind: 'invitation'
  readonly workspaceId: string
  readonly role: Role
}

/** Lets whoever has it set another password of the user. */
export interface PasswordReset extends Base {
  readonly kind: 'reset'
  readonly userId: string
}

export type AccountLink = Invitation | PasswordReset

interface Row {
  id: string
  kind: 'invitation' | 'reset'
  email: string
  workspace_id: string | null
  role: Role | null
  user_id: string | null
  created_by: string
  created_at: Date
  expires_at: Date
}

const COLUMNS = 'id, kind, email, workspace_id, role, user_id, created_by, created_at, expires_at'

/** What a link carries: 256 random bits as base64url. Only its hash is kept. */
export function newLinkToken(): string {
  return randomBytes(32).toString('base64url')
}

/** Keeps an invitation; one for the same address to the same workspace is replaced. */
export async function insertInvitation(
  tx: Queryable,
  made: {
    token: string
    email: string
    workspaceId: string
    role: Role
    createdBy: string
    expiresAt: number
  },
  now: number,
): Promise<Invitation> {
  await tx.query('delete from account_links where workspace_id = $1 and email = $2', [
    made.workspaceId,
    made.email,
  ])
  return (await insert(tx, { ...made, kind: 'invitation', userId: null }, now)) as Invitation
}

/** Keeps a reset of a user's password; one made before is replaced. */
export async function insertReset(
  tx: Queryable,
  made: { token: string; email: string; userId: string; createdBy: string; expiresAt: number },
  now: number,
): Promise<PasswordReset> {
  await tx.query('delete from account_links where user_id = $1', [made.userId])
  return (await insert(tx, { ...made, kind: 'reset', workspaceId: null, role: null }, now)) as PasswordReset
}

async function insert(
  tx: Queryable,
  made: {
    token: string
    kind: string
    email: string
    workspaceId: string | null
    role: Role | null
    userId: string | null
    createdBy: string
    expiresAt: number
  },
  now: number,
): Promise<AccountLink> {
  await tx.query('delete from account_links where expires_at <= to_timestamp($1 / 1000.0)', [now])
  const { rows } = await tx.query<Row>(
    `insert into account_links (id, hash, kind, email, workspace_id, role, user_id, created_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9 / 1000.0), to_timestamp($10 / 1000.0)) returning ${COLUMNS}`,
    [
      newId('lnk', now),
      hashToken(made.token),
      made.kind,
      made.email,
      made.workspaceId,
      made.role,
      made.userId,
      made.createdBy,
      now,
      made.expiresAt,
    ],
  )
  return toLink(rows[0] as Row)
}

/** The link of a token, if it is still good. */
export async function findLink(database: Queryable, token: string, now: number): Promise<AccountLink | null> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from account_links where hash = $1 and expires_at > to_timestamp($2 / 1000.0)`,
    [hashToken(token), now],
  )
  return rows[0] ? toLink(rows[0]) : null
}

/** Uses a link up. False: somebody else just did. */
export async function takeLink(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.query('delete from account_links where id = $1', [id])
  return rowCount > 0
}

/** Uses up every good invitation for the address. */
export async function takeInvitationsFor(tx: Queryable, email: string, now: number): Promise<Invitation[]> {
  const { rows } = await tx.query<Row>(
    `delete from account_links where kind = 'invitation' and email = $1 and expires_at > to_timestamp($2 / 1000.0)
     returning ${COLUMNS}`,
    [email, now],
  )
  return rows.map(row => toLink(row) as Invitation)
}

/** The workspace's open invitations by id, after `afterId`. */
export async function listInvitations(
  database: Queryable,
  workspaceId: string,
  now: number,
  afterId: string,
  limit: number,
): Promise<Invitation[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from account_links
     where workspace_id = $1 and expires_at > to_timestamp($2 / 1000.0) and id > $3 order by id limit $4`,
    [workspaceId, now, afterId, limit],
  )
  return rows.map(row => toLink(row) as Invitation)
}

/** Takes an invitation back; false: the workspace has none of that id. */
export async function deleteInvitation(
  database: Queryable,
  workspaceId: string,
  id: string,
): Promise<boolean> {
  const { rowCount } = await database.query('delete from account_links where workspace_id = $1 and id = $2', [
    workspaceId,
    id,
  ])
  return rowCount > 0
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function toLink(row: Row): AccountLink {
  const base = {
    id: row.id,
    email: row.email,
    createdBy: row.created_by,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }
  return row.kind === 'reset'
    ? { ...base, kind: 'reset', userId: row.user_id as string }
    : { ...base, kind: 'invitation', workspaceId: row.workspace_id as string, role: row.role as Role }
}
