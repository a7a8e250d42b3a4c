import { createHash, randomBytes } from 'node:crypto'
import { newId } from '../ground/ids.ts'
import type { Role } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'

/** Where somebody is signed in. */
export interface Session {
  readonly id: string
  readonly userId: string
  readonly workspaceId: string
  /** Times in ms since the epoch. */
  readonly createdAt: number
  readonly seenAt: number
  /** Whatever happens, it ends then. */
  readonly expiresAt: number
  readonly userAgent: string
  readonly address: string
}

/** A session with whose it is, and what they are in its workspace. */
export interface LiveSession extends Session {
  readonly email: string
  readonly name: string
  readonly operator: boolean
  readonly role: Role
}

/** How long sessions last, ms. */
export interface SessionLimits {
  /** Without a request. */
  readonly idleMs: number
  /** At most. */
  readonly longestMs: number
}

interface Row {
  id: string
  user_id: string
  workspace_id: string
  created_at: Date
  seen_at: Date
  expires_at: Date
  user_agent: string
  address: string
}

const COLUMNS = 'id, user_id, workspace_id, created_at, seen_at, expires_at, user_agent, address'
const LONGEST_USER_AGENT = 300
/** A session's last use is written down so often at most: a page makes many requests. */
const SEEN_EVERY_MS = 60_000

/** What a cookie holds: 256 random bits as base64url. */
export function newSessionToken(): string {
  return randomBytes(32).toString('base64url')
}

export function hashSessionToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Keeps a session, and clears away those that are over. `now`: ms since the epoch. */
export async function insertSession(
  database: Queryable,
  session: { token: string; userId: string; workspaceId: string; userAgent: string; address: string },
  limits: SessionLimits,
  now: number,
): Promise<Session> {
  await database.query(
    'delete from sessions where expires_at <= to_timestamp($1 / 1000.0) or seen_at <= to_timestamp($2 / 1000.0)',
    [now, now - limits.idleMs],
  )
  const { rows } = await database.query<Row>(
    `insert into sessions (id, hash, user_id, workspace_id, created_at, seen_at, expires_at, user_agent, address)
     values ($1, $2, $3, $4, to_timestamp($5 / 1000.0), to_timestamp($5 / 1000.0), to_timestamp($6 / 1000.0), $7, $8)
     returning ${COLUMNS}`,
    [
      newId('ses', now),
      hashSessionToken(session.token),
      session.userId,
      session.workspaceId,
      now,
      now + limits.longestMs,
      session.userAgent.slice(0, LONGEST_USER_AGENT),
      session.address,
    ],
  )
  return toSession(rows[0] as Row)
}

/**
 * The session that a token opens, if it is not over; its use is written down. Two primary keys and
 * one unique index: one statement for each request that comes with a cookie.
 */
export async function findSession(
  database: Queryable,
  token: string,
  limits: SessionLimits,
  now: number,
): Promise<LiveSession | null> {
  const { rows } = await database.query<Row & { email: string; name: string; operator: boolean; role: Role }>(
    `select s.${COLUMNS.replaceAll(', ', ', s.')}, u.email, u.name, u.operator, m.role
     from sessions s join users u on u.id = s.user_id
     join memberships m on m.workspace_id = s.workspace_id and m.user_id = s.user_id
     where s.hash = $1 and s.expires_at > to_timestamp($2 / 1000.0) and s.seen_at > to_timestamp($3 / 1000.0)`,
    [hashSessionToken(token), now, now - limits.idleMs],
  )
  const row = rows[0]
  if (!row) return null
  if (row.seen_at.getTime() < now - SEEN_EVERY_MS)
    await database.query('update sessions set seen_at = to_timestamp($2 / 1000.0) where id = $1', [
      row.id,
      now,
    ])
  return { ...toSession(row), email: row.email, name: row.name, operator: row.operator, role: row.role }
}

/** Those of these sessions that still are what they were: not ended, not over, in the same workspace. */
export async function stillOpen(
  database: Queryable,
  sessions: readonly { id: string; workspaceId: string }[],
  now: number,
): Promise<Set<string>> {
  const { rows } = await database.query<{ id: string }>(
    `select s.id from sessions s join unnest($1::text[], $2::text[]) as asked (id, workspace_id)
       on s.id = asked.id and s.workspace_id = asked.workspace_id
     where s.expires_at > to_timestamp($3 / 1000.0)`,
    [sessions.map(one => one.id), sessions.map(one => one.workspaceId), now],
  )
  return new Set(rows.map(row => row.id))
}

/** The user's sessions that are not over, the latest used first; at most 100. */
export async function listSessions(
  database: Queryable,
  userId: string,
  limits: SessionLimits,
  now: number,
): Promise<Session[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from sessions
     where user_id = $1 and expires_at > to_timestamp($2 / 1000.0) and seen_at > to_timestamp($3 / 1000.0)
     order by seen_at desc, id desc limit 100`,
    [userId, now, now - limits.idleMs],
  )
  return rows.map(toSession)
}

/** Moves a session to another workspace that its user is a member of; false: is none. */
export async function moveSession(database: Queryable, id: string, workspaceId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `update sessions s set workspace_id = $2 where id = $1
     and exists (select 1 from memberships m where m.workspace_id = $2 and m.user_id = s.user_id)`,
    [id, workspaceId],
  )
  return rowCount > 0
}

/** Ends one of the user's sessions; false: there is none of that id. */
export async function endSession(database: Queryable, userId: string, id: string): Promise<boolean> {
  const { rowCount } = await database.query('delete from sessions where user_id = $1 and id = $2', [
    userId,
    id,
  ])
  return rowCount > 0
}

/** Ends the session of a token, if there is one. */
export async function endSessionOf(database: Queryable, token: string): Promise<void> {
  await database.query('delete from sessions where hash = $1', [hashSessionToken(token)])
}

function toSession(row: Row): Session {
  return {
    id: row.id,
    userId: row.user_id,
    workspaceId: row.workspace_id,
    createdAt: row.created_at.getTime(),
    seenAt: row.seen_at.getTime(),
    expiresAt: row.expires_at.getTime(),
    userAgent: row.user_agent,
    address: row.address,
  }
}
