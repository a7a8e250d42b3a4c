import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { Database, Queryable } from './database.ts'

const FOLDER = new URL('./migrations/', import.meta.url)

/** Any number that nothing else in the database locks on. */
const MIGRATION_LOCK = 5_770_001

interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/**
 * Brings the database's tables to what this version needs: the numbered SQL files in
 * migrations/, each once, in order, forward only, all of them or (on an error) none.
 * Nodes that start together wait for one another on an advisory lock.
 * @returns the names of what was applied
 * @throws Error when an applied file was changed since, or the database is newer than the program
 */
export async function migrate(database: Database, log: Logger): Promise<string[]> {
  const migrations = await readMigrations()
  return database.transaction(async tx => {
    await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    await tx.query(`create table if not exists schema_migrations (
      number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`)
    const { rows: applied } = await tx.query<{ number: number; name: string; checksum: string }>(
      'select number, name, checksum from schema_migrations order by number',
    )
    refuseUnknown(applied, migrations)
    const waiting = migrations.slice(applied.length)
    for (const migration of waiting) await apply(tx, migration, log)
    return waiting.map(migration => migration.name)
  })
}

/** Names of migrations that the database still lacks; for `doctor`. */
export async function pendingMigrations(database: Queryable): Promise<string[]> {
  const migrations = await readMigrations()
  const { rows: tables } = await database.query<{ there: boolean }>(
    `select to_regclass('schema_migrations') is not null as there`,
  )
  if (!tables[0]?.there) return migrations.map(migration => migration.name)
  const { rows } = await database.query<{ number: number }>('select number from schema_migrations')
  const applied = new Set(rows.map(row => row.number))
  return migrations.filter(migration => !applied.has(migration.number)).map(migration => migration.name)
}

async function apply(tx: Queryable, migration: Migration, log: Logger): Promise<void> {
  try {
    await tx.query(migration.sql)
  } catch (error) {
    throw new Error(`migration ${migration.name} failed: ${messageOf(error)}`, { cause: error })
  }
  await tx.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
    migration.number,
    migration.name,
    migration.checksum,
  ])
  log.info(`migrated: ${migration.name}`)
}

function refuseUnknown(
  applied: { number: number; name: string; checksum: string }[],
  known: Migration[],
): void {
  for (const [index, row] of applied.entries()) {
    const migration = known[index]
    if (!migration) {
      throw new Error(
        `the database has migration ${row.name}, which this version does not know: start a newer version`,
      )
    }
    if (migration.number !== row.number || migration.checksum !== row.checksum) {
      throw new Error(`migration ${row.name} was changed after it was applied to this database`)
    }
  }
}

async function readMigrations(): Promise<Migration[]> {
  const files = (await readdir(FOLDER)).filter(file => file.endsWith('.sql')).sort()
  return Promise.all(
    files.map(async file => {
      const sql = await readFile(new URL(file, FOLDER), 'utf8')
      return {
        number: Number.parseInt(file, 10),
        name: file.replace(/\.sql$/, ''),
        sql,
        checksum: createHash('sha256').update(sql).digest('hex'),
      }
    }),
  )
}
