import { messageOf } from '../../ground/errors.ts'
import { silentLog } from '../../ground/log.ts'
import type { Database, Queryable } from '../../store/database.ts'
import { pendingMigrations } from '../../store/migrate.ts'
import { checkServer } from '../../store/server.ts'
import { withConnection } from '../database.ts'
import type { Finding } from './finding.ts'

/** Leases of buckets go by the database's clock, timestamps of events by ours. */
const MOST_SKEW_MS = 1_000

/** Whether the database of DATABASE_URL can be reached and used, and whether the clocks agree. */
export async function checkDatabase(url: string): Promise<Finding[]> {
  try {
    return await withConnection({ connectionString: url }, silentLog, async database => [
      await checkVersion(database),
      await checkMigrations(database),
      await checkClock(database),
    ])
  } catch (error) {
    const remedy =
      'is DATABASE_URL right (host, port, user, password, database), and may this machine connect?'
    return [{ name: 'Database', ok: false, found: messageOf(error), remedy }]
  }
}

async function checkVersion(database: Database): Promise<Finding> {
  return { name: 'Database', ok: true, found: `Postgres ${await checkServer(database)}` }
}

async function checkMigrations(database: Queryable): Promise<Finding> {
  const pending = await pendingMigrations(database)
  const found = pending.length === 0 ? 'up to date' : `${pending.length} to apply: ${pending.join(', ')}`
  // The next start applies them: nothing to do.
  return { name: 'Migrations', ok: true, found }
}

async function checkClock(database: Queryable): Promise<Finding> {
  const name = 'Clock'
  const before = Date.now()
  const { rows } = await database.query<{ ms: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
  )
  const after = Date.now()
  // As far outside the time that the question took as it certainly is.
  const theirs = rows[0]?.ms ?? 0
  const skew = Math.round(Math.max(before - theirs, theirs - after, 0))
  const found = `${skew} ms apart from the database's`
  if (skew <= MOST_SKEW_MS) return { name, ok: true, found }
  return { name, ok: false, found, remedy: 'keep both clocks right with NTP (chrony, systemd-timesyncd)' }
}
