import type { Database, Queryable } from './database.ts'

/** A user who may what an operator's key may: everything of the whole installation. */
export interface Operator {
  readonly userId: string
  readonly email: string
  readonly name: string
  /** ms since the epoch; when their account was made */
  readonly createdAt: number
}

/** What became of taking it from somebody. `last operator`: refused, or nobody could give it to anybody. */
export type OperatorOutcome = Operator | 'unknown' | 'last operator'

interface Row {
  id: string
  email: string
  name: string
  created_at: Date
}

const COLUMNS = 'id, email, name, created_at'

/** Operators by id, after `afterId`. */
export async function listOperators(
  database: Queryable,
  afterId: string,
  limit: number,
): Promise<Operator[]> {
  const { rows } = await database.query<Row>(
    `select ${COLUMNS} from users where operator and id > $1 order by id limit $2`,
    [afterId, limit],
  )
  return rows.map(toOperator)
}

/**
 * Makes the user of an address an operator; one who is already stays it.
 * @param email in lower case
 * @returns null: nobody has that address
 */
export async function makeOperator(database: Queryable, email: string): Promise<Operator | null> {
  const { rows } = await database.query<Row>(
    `update users set operator = true where email = $1 returning ${COLUMNS}`,
    [email],
  )
  return rows[0] ? toOperator(rows[0]) : null
}

/** Makes an operator a user like others; what they are in their workspaces they stay. */
export async function endOperator(database: Database, userId: string): Promise<OperatorOutcome> {
  return database.transaction(async tx => {
    if (await isLastOperator(tx, userId)) return 'last operator'
    const { rows } = await tx.query<Row>(
      `update users set operator = false where id = $1 and operator returning ${COLUMNS}`,
      [userId],
    )
    return rows[0] ? toOperator(rows[0]) : 'unknown'
  })
}

/** Locks the operators until the transaction ends: two who remove each other at once must not both succeed. */
export async function isLastOperator(tx: Queryable, userId: string): Promise<boolean> {
  const { rows } = await tx.query<{ id: string }>(
    'select id from users where operator order by id for no key update',
  )
  return rows.length === 1 && rows[0]?.id === userId
}

function toOperator(row: Row): Operator {
  return { userId: row.id, email: row.email, name: row.name, createdAt: row.created_at.getTime() }
}
