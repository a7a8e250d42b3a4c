import { Problem } from '../ground/errors.ts'
import type { Queryable } from './database.ts'

const LEAST_VERSION = 150_000

/**
 * Refuses a database server that the program was not made for.
 * @returns its version, as in `18.4`
 * @throws Problem that says which version it is and which is needed
 */
export async function checkServer(database: Queryable): Promise<string> {
  const { rows } = await database.query<{ number: number; version: string; standby: boolean }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
       pg_is_in_recovery() as standby`,
  )
  const { number, version, standby } = rows[0] as { number: number; version: string; standby: boolean }
  if (number < LEAST_VERSION) {
    throw new Problem(
      500,
      'old-postgres',
      'Postgres is too old',
      `DATABASE_URL names a Postgres ${version}; StatusPulse needs 15 or newer.`,
    )
  }
  if (standby) {
    throw new Problem(
      500,
      'read-only-postgres',
      'Postgres is a standby',
      'DATABASE_URL names a standby, which takes no writes. Name the primary.',
    )
  }
  return version.split(' ')[0] as string
}
