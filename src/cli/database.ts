import type { ClientConfig } from 'pg'
import type { Config } from '../config.ts'
import { Problem } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import { Database } from '../store/database.ts'
import { acquireDataDir, EmbeddedPostgres } from '../store/embedded/index.ts'

/**
 * Runs `work` on the database itself: DATABASE_URL's, or the data folder's embedded one, which is
 * started for it and stopped afterwards.
 * @throws Problem `data-dir-in-use` while a server runs on that data folder; the driver's error
 */
export async function withDatabase<T>(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: Logger,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  if (config.databaseUrl !== null) return withConnection({ connectionString: config.databaseUrl }, log, work)
  const dataDir = await acquireDataDir(config.dataDir).catch(error => {
    throw error instanceof Problem && error.code === 'data-dir-in-use' ? stopServerFirst(error) : error
  })
  const postgres = new EmbeddedPostgres({ dataDir: dataDir.path, log })
  try {
    await postgres.start()
    return await withConnection(postgres.connection, log, work)
  } finally {
    await postgres.stop()
    dataDir.release()
  }
}

/** Runs `work` on a database that is there already. */
export async function withConnection<T>(
  connection: ClientConfig,
  log: Logger,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const database = new Database({ connection, log, connections: 2 })
  try {
    await database.start()
    return await work(database)
  } finally {
    await database.stop()
  }
}

function stopServerFirst(inUse: Problem): Problem {
  const detail = `${inUse.message}\nThis command opens the database itself, so no server may run on it meanwhile.`
  return new Problem(inUse.status, inUse.code, inUse.title, detail, { cause: inUse })
}
