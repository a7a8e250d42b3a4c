import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { silentLog } from '../../src/ground/log.ts'
import { Database } from '../../src/store/database.ts'
import { EmbeddedPostgres } from '../../src/store/embedded/index.ts'
import { migrate } from '../../src/store/migrate.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's Postgres is reached: its host is a folder. */
    postgres: { host: string; port: number; user: string }
  }
}

/** The database that tests get copies of. */
export const TEMPLATE = 'template_migrated'

/**
 * One Postgres for the whole run: the same binaries, launcher and migrations that the program uses.
 * Tests of durability start clusters of their own; this one may forget on a power cut, and is faster.
 */
export default async function startGlobalPostgres({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'statuspulse-test-'))
  const postgres = new EmbeddedPostgres({
    dataDir: folder,
    log: silentLog,
    settings: { fsync: 'off', max_connections: '300' },
  })
  await postgres.start()
  const { host, port, user } = postgres.connection
  if (!host || !port || !user) throw new Error('the embedded Postgres does not say where it is')
  await makeTemplate({ host, port, user })
  provide('postgres', { host, port, user })
  return async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function makeTemplate(connection: { host: string; port: number; user: string }): Promise<void> {
  const server = new Database({ connection: { ...connection, database: 'postgres' }, log: silentLog })
  await server.query(`create database ${TEMPLATE}`)
  await server.stop()
  const template = new Database({ connection: { ...connection, database: TEMPLATE }, log: silentLog })
  await template.start()
  await migrate(template, silentLog)
  await template.stop()
}
