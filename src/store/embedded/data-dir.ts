import { chmodSync, chownSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf, type Problem } from '../../ground/errors.ts'
import { defaultAccount } from './account.ts'
import { explainFailure, startProblem } from './problems.ts'
import { isAlive } from './processes.ts'

/** Its lock, in the data folder; there since the first start. */
export const LOCK_FILE = 'statuspulse.lock'
const PID_FILE = 'statuspulse.pid'
const SQLITE_BUSY = 5

/** The data folder while this process holds it. */
export interface DataDir {
  /** Absolute, links resolved. */
  readonly path: string
  /** Lets the next one have it. Calling it again is fine. */
  release(): void
}

/**
 * Takes the data folder for this process, and makes it if it is not there: for our user alone
 * (mode 0700; under root 0710, so that the user whom Postgres runs as can pass through).
 *
 * The lock is the operating system's, on `statuspulse.lock`: it ends with the process that holds
 * it, however that ends, and it also holds between containers that share the folder.
 * Node has no call for such locks, but its SQLite takes them.
 * @throws Problem `data-dir-in-use` naming the process that holds it; `disk-full`, `not-allowed`, `read-only`
 */
export async function acquireDataDir(dataDir: string): Promise<DataDir> {
  const path = makeDataDir(resolve(dataDir))
  const lock = lockFile(path)
  const pidFile = join(path, PID_FILE)
  try {
    writeFileSync(pidFile, `${process.pid}\n${hostname()}\n`, { mode: 0o600 })
  } catch (error) {
    lock.close()
    throw explainFailure('write a file', path, error)
  }
  let held = true
  return {
    path,
    release() {
      if (!held) return
      held = false
      rmSync(pidFile, { force: true })
      lock.close()
    },
  }
}

function makeDataDir(path: string): string {
  try {
    mkdirSync(dirname(path), { recursive: true })
    try {
      mkdirSync(path, { mode: 0o700 })
      passableBy(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    return realpathSync(path)
  } catch (error) {
    throw explainFailure('make the data folder', path, error)
  }
}

/** Called only for a folder that we have just made: others keep the mode that their owner gave them. */
function passableBy(path: string): void {
  const account = defaultAccount()
  if (!account) return
  chownSync(path, 0, account.gid)
  chmodSync(path, 0o710)
}

function lockFile(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(folder, LOCK_FILE), { timeout: 0 })
    lock.exec('begin exclusive')
    return lock
  } catch (error) {
    lock?.close()
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) throw inUse(folder)
    throw startProblem(
      'data-dir-lock',
      'Data folder cannot be locked',
      `Cannot lock ${join(folder, LOCK_FILE)}: it must be a file that this user may write, on a disk that ` +
        `supports file locks. Give the folder to this user, or choose another with --data-dir.\n${messageOf(error)}`,
      error,
    )
  }
}

function inUse(folder: string): Problem {
  return startProblem(
    'data-dir-in-use',
    'Data folder in use',
    `The data folder ${folder} is in use by another copy of StatusPulse${holderText(folder)}. ` +
      'Stop that one first, or give this one a folder of its own with --data-dir.',
  )
}

function holderText(folder: string): string {
  try {
    const [pid, host] = readFileSync(join(folder, PID_FILE), 'utf8').split('\n')
    if (host && host !== hostname()) return ` (process ${pid} on ${host})`
    // The holder may not have written its own id yet: say none rather than a wrong one.
    return pid && isAlive(Number(pid)) ? ` (process ${pid})` : ''
  } catch {
    return ''
  }
}
