import { newId } from '../ground/ids.ts'
import type { Queryable } from './database.ts'

/** Somebody who signs in. */
export interface User {
  readonly id: string
  /** In lower case; unique. */
  readonly email: string
  readonly name: string
  /** PHC string; null: signs in by single sign-on only. */
  readonly passwordHash: string | null
  /** May what an operator's key may. */
  readonly operator: boolean
  /** ms since the epoch */
  readonly createdAt: number
}

interface Row {
  id: string
  email: string
  name: string
  password_hash: string | null
  operator: boolean
  created_at: Date
}

const COLUMNS = 'id, email, name, password_hash, operator, created_at'
const FIRST_LOCK = 5_770_007

/** Whether there is anybody at all; if not, the first one sets the installation up. */
export async function hasUsers(database: Queryable): Promise<boolean> {
  const { rowCount } = await database.query('select 1 from users limit 1')
  return rowCount > 0
}

/** In a transaction: nobody else makes the first user until it ends. */
export async function lockFirstUser(tx: Queryable): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [FIRST_LOCK])
}

/**
 * Keeps a user. `now`: ms since the epoch.
 * @throws the driver's error; 23505: the address has one already
 */
export async function insertUser(
  database: Queryable,
  user: { email: string; name: string; passwordHash: string | null; operator: boolean },
  now: number,
): Promise<User> {
  const { rows } = await database.query<Row>(
    `insert into users (id, email, name, password_hash, operator, created_at)
     values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0)) returning ${COLUMNS}`,
    [newId('usr', now), user.email, user.name, user.passwordHash, user.operator, now],
  )
  return toUser(rows[0] as Row)
}

export async function findUser(database: Queryable, id: string): Promise<User | null> {
  return one(await database.query<Row>(`select ${COLUMNS} from users where id = $1`, [id]))
}

/** @param email in lower case */
export async function findUserByEmail(database: Queryable, email: string): Promise<User | null> {
  return one(await database.query<Row>(`select ${COLUMNS} from users where email = $1`, [email]))
}

/** Whom an OpenID provider's `sub` was linked to. */
export async function findUserByIdentity(
  database: Queryable,
  issuer: string,
  subject: string,
): Promise<User | null> {
  return one(
    await database.query<Row>(
      `select ${COLUMNS} from users where id = (select user_id from user_identities where issuer = $1 and subject = $2)`,
      [issuer, subject],
    ),
  )
}

/** From now on, `subject` of `issuer` is this user; one that is linked already stays as it is. */
export async function linkIdentity(
  database: Queryable,
  userId: string,
  issuer: string,
  subject: string,
): Promise<void> {
  await database.query(
    'insert into user_identities (issuer, subject, user_id) values ($1, $2, $3) on conflict do nothing',
    [issuer, subject, userId],
  )
}

export async function renameUser(database: Queryable, id: string, name: string): Promise<void> {
  await database.query('update users set name = $2 where id = $1', [id, name])
}

/** Sets another password, and ends every session and every open link of the user. In a transaction. */
export async function replacePassword(tx: Queryable, id: string, passwordHash: string): Promise<void> {
  await tx.query('update users set password_hash = $2 where id = $1', [id, passwordHash])
  await tx.query('delete from sessions where user_id = $1', [id])
  await tx.query('delete from account_links where user_id = $1', [id])
}

function one({ rows }: { rows: Row[] }): User | null {
  return rows[0] ? toUser(rows[0]) : null
}

function toUser(row: Row): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    passwordHash: row.password_hash,
    operator: row.operator,
    createdAt: row.created_at.getTime(),
  }
}
