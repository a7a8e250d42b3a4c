import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Parts } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import { Database } from './database.ts'
import { acquireDataDir, EmbeddedPostgres } from './embedded/index.ts'
import { ensurePositionsGrow } from './feed.ts'
import { migrate } from './migrate.ts'
import { checkSecretsKey, loadSecretsKey, Sealer } from './seal.ts'
import { checkServer } from './server.ts'

/**
 * The database, migrated: our own in the data folder, or the one of `DATABASE_URL`.
 * @param parts what is started for it is added to them
 * @throws Problem when the data folder is another process's, or the server is too old
 */
export async function openDatabase(config: Config, log: Logger, parts: Parts) {
  const { connection, place } = config.databaseUrl
    ? { connection: { connectionString: config.databaseUrl }, place: 'DATABASE_URL' }
    : await openEmbedded(config, log, parts)
  const database = new Database({ connection, log, connections: config.poolSize })
  await parts.start(database)
  const databaseDescription = `Postgres ${await checkServer(database)} (${place})`
  await migrate(database, log)
  await ensurePositionsGrow(database)
  return { database, databaseDescription }
}

async function openEmbedded(config: Config, log: Logger, parts: Parts) {
  const dataDir = await acquireDataDir(config.dataDir)
  await parts.start({ start: async () => {}, stop: async () => dataDir.release() })
  const postgres = new EmbeddedPostgres({ dataDir: dataDir.path, log })
  await parts.start(postgres)
  return { connection: postgres.connection, place: `embedded, in ${dataDir.path}` }
}

/**
 * What secrets are sealed with: by the configured key, or that of the data folder's file, which is made if need be.
 * @throws Problem when the database's secrets were sealed with another key
 */
export async function openSealer(config: Config, database: Database): Promise<Sealer> {
  if (config.secretsKey === null) await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  const file = join(config.dataDir, 'secrets.key')
  const sealer = new Sealer(await loadSecretsKey({ key: config.secretsKey ?? undefined, file }))
  await checkSecretsKey(database, sealer)
  return sealer
}
