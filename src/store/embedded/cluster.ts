import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type Account, giveTo } from './account.ts'
import type { Binaries } from './binaries.ts'
import { explainFailure, startProblem } from './problems.ts'
import { ACCESS_RULES, type PostgresSettings, renderSettings } from './settings.ts'

/** The superuser, and the database that everything is in. */
export const DATABASE_USER = 'statuspulse'
export const DATABASE_NAME = 'statuspulse'

/** Follows the cluster's name while it is being made. */
export const UNFINISHED = '.new-'

/** What Postgres sees of our environment: nothing that could change its locale, time zone or settings. */
export const POSTGRES_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/**
 * Makes the cluster if it is not there yet. It gets its name when it is complete and on disk, so one
 * that was cut short is never taken for whole.
 * @throws Problem naming folder and remedy: disk full, permission denied, made by another major version
 */
export async function ensureCluster(
  cluster: string,
  binaries: Binaries,
  account: Account | null,
  signal: AbortSignal,
): Promise<void> {
  if (existsSync(cluster)) return refuseOtherVersion(cluster, binaries)
  const unfinished = cluster + UNFINISHED + randomBytes(4).toString('hex')
  try {
    await mkdir(unfinished, { mode: 0o700 })
    await giveTo(account, unfinished)
    await initdb(unfinished, binaries, account, signal)
    await rename(unfinished, cluster)
    await flush(dirname(cluster))
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => {})
    signal.throwIfAborted()
    throw explainFailure('make the database', dirname(cluster), error)
  }
}

/** Writes the configuration files where they differ from what they should be. */
export async function configure(
  cluster: string,
  account: Account | null,
  settings: PostgresSettings,
): Promise<void> {
  try {
    await writeConfig(join(cluster, 'postgresql.conf'), renderSettings(settings), account)
    await writeConfig(join(cluster, 'pg_hba.conf'), ACCESS_RULES, account)
  } catch (error) {
    throw explainFailure('configure the database', cluster, error)
  }
}

async function initdb(folder: string, binaries: Binaries, account: Account | null, signal: AbortSignal) {
  const child = spawn(
    binaries.initdb,
    [
      `--pgdata=${folder}`,
      `--username=${DATABASE_USER}`,
      '--auth=trust',
      '--encoding=UTF8',
      // The same order and the same answers on every system: no collation of the operating system's.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    {
      ...account,
      cwd: '/',
      env: POSTGRES_ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      signal,
    },
  )
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [said, code] = await Promise.all([text(child.stderr), ended])
  if (code !== 0) throw new Error(said || `initdb ended with ${code}`)
}

async function refuseOtherVersion(cluster: string, binaries: Binaries): Promise<void> {
  let version: string
  try {
    version = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw explainFailure('read the database', cluster, error)
    throw startProblem(
      'no-cluster',
      'Not a database',
      `${cluster} is in the place of the database, but is none (no PG_VERSION in it). Move it away, or restore it from a backup.`,
      error,
    )
  }
  if (version === binaries.majorVersion) return
  throw startProblem(
    'other-version',
    'Database of another Postgres version',
    `The database in ${cluster} was made by Postgres ${version}; this version of StatusPulse brings Postgres ` +
      `${binaries.majorVersion}. Start the version of StatusPulse that made it, dump it there (pg_dump), ` +
      `and restore the dump here into a new data folder.`,
  )
}

async function writeConfig(file: string, content: string, account: Account | null): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => null)) === content) return
  const unfinished = `${file}.new-${randomBytes(4).toString('hex')}`
  const handle = await open(unfinished, 'wx', 0o600)
  try {
    await handle.writeFile(content)
    if (account) await handle.chown(account.uid, account.gid)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(unfinished, file)
}

/** Makes a rename in this folder outlive a power cut. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
