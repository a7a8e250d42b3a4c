import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Logger } from '../../ground/log.ts'
import { type Account, accountFor, barTo, defaultAccount, isRoot } from './account.ts'
import { explainFailure, startProblem } from './problems.ts'

/** Where clusters go that cannot be in their data folder, and copies of the binaries (root only). */
const SHARED_FOLDER = '/var/lib/statuspulse'

/** Holds the path of the cluster when that is elsewhere. */
const LOCATION_FILE = 'postgres.location'

export interface Placement {
  /** The cluster's folder. Its parent exists; it may itself still have to be made. */
  readonly cluster: string
  /** Whom Postgres runs as; null: ourselves. */
  readonly account: Account | null
  /** Folder for what the account must be able to reach, beside the cluster. */
  readonly shared: string
}

/**
 * Decides where the cluster of a data folder lives (docs/adr/0001): in `<data folder>/postgres`,
 * unless we are root and the user that Postgres runs as cannot get there. Then it lives below
 * /var/lib/statuspulse, and `postgres.location` in the data folder says where.
 * A cluster that is there stays where it is.
 * @throws Problem `cluster-missing` when the data folder names a cluster that is gone,
 *   `cluster-unreachable` when one is there that the user cannot get to
 */
export async function placeCluster(dataDir: string, log: Logger): Promise<Placement> {
  const elsewhere = await readLocation(dataDir)
  if (elsewhere) {
    log.info(`the Postgres cluster of ${dataDir} is in ${elsewhere}`)
    return placed(elsewhere, accountFor(elsewhere))
  }
  const inside = join(dataDir, 'postgres')
  if (existsSync(inside)) return placed(inside, reachable(inside, accountFor(inside)))
  const account = accountFor(dataDir)
  const bar = barTo(account, dataDir)
  return bar ? placeElsewhere(dataDir, bar, log) : placed(inside, account)
}

/** To be called once a cluster that lives elsewhere is complete, so that a first start cut short leaves no trace. */
export async function rememberPlacement(dataDir: string, placement: Placement): Promise<void> {
  if (dirname(placement.cluster) === dataDir) return
  const file = join(dataDir, LOCATION_FILE)
  if (existsSync(file)) return
  try {
    await writeFile(`${file}.new`, `${placement.cluster}\n`, { flush: true })
    await rename(`${file}.new`, file)
  } catch (error) {
    throw explainFailure(`write ${LOCATION_FILE}`, dataDir, error)
  }
}

async function readLocation(dataDir: string): Promise<string | null> {
  const file = join(dataDir, LOCATION_FILE)
  if (!existsSync(file)) return null
  const cluster = (await readFile(file, 'utf8')).trim()
  if (cluster && existsSync(join(cluster, 'PG_VERSION'))) return cluster
  throw startProblem(
    'cluster-missing',
    'Database files are missing',
    `${file} says that the database is in ${cluster || '(nothing)'}, and there is none that this user can see. ` +
      `Put it back (from a backup, if it is lost), or delete ${file} to start with an empty database.`,
  )
}

function reachable(cluster: string, account: Account | null): Account | null {
  const bar = barTo(account, cluster)
  if (!bar || bar === cluster) return account
  throw startProblem(
    'cluster-unreachable',
    'Database cannot be reached',
    `The database is in ${cluster}, and the user that Postgres runs as (id ${account?.uid}) may not enter ${bar}. ` +
      `Let others pass through that folder again (chmod o+x ${bar}).`,
  )
}

async function placeElsewhere(dataDir: string, bar: string, log: Logger): Promise<Placement> {
  const account = defaultAccount()
  // A name of its own each time: after the data folder was deleted, a new one starts empty.
  const home = join(SHARED_FOLDER, `${basename(dataDir)}-${randomBytes(6).toString('hex')}`)
  try {
    for (const folder of [SHARED_FOLDER, home]) {
      if (existsSync(folder)) continue
      await mkdir(folder, { recursive: true })
      await chmod(folder, 0o755)
    }
    await writeFile(join(home, 'data-folder'), `${dataDir}\n`)
  } catch (error) {
    throw explainFailure('make a folder for the database', home, error)
  }
  log.warn(
    `the database of ${dataDir} is kept in ${join(home, 'postgres')}: Postgres does not run as root, ` +
      `and the user that it runs as may not enter ${bar}`,
  )
  return placed(join(home, 'postgres'), account)
}

function placed(cluster: string, account: Account | null): Placement {
  return { cluster, account, shared: isRoot() ? SHARED_FOLDER : dirname(cluster) }
}
