import { createHash } from 'node:crypto'
import { accessSync, constants, mkdirSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Account, barTo, giveTo } from './account.ts'
import { startProblem } from './problems.ts'

/** Linux takes 107 bytes of path for a local socket, macOS and the BSDs 103. */
const LONGEST_PATH = 103
const SOCKET_NAME = '.s.PGSQL.5432'
const NAME_LENGTH = 'statuspulse-0123456789ab'.length

/**
 * Makes the private folder (0700, the account's) for the server's local socket: in the folder for
 * temporary files, because paths of sockets must be short; else beside the cluster. Emptied, as
 * what an earlier server left there could keep the new one from starting: call it only when none runs.
 * @throws Problem `no-socket-folder`
 */
export async function makeSocketDir(cluster: string, account: Account | null): Promise<string> {
  const tried = [tmpdir(), '/tmp', dirname(cluster)]
  const parent = tried.find(folder => fits(folder) && isOpenTo(account, folder))
  if (!parent) {
    throw startProblem(
      'no-socket-folder',
      'No room for a local socket',
      `Postgres needs a folder for its local socket with a short path. None of these can be used: ${tried.join(', ')}. ` +
        'Set TMPDIR to one that every user may enter.',
    )
  }
  const name = `statuspulse-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`
  const folder = join(parent, name)
  try {
    await rm(folder, { recursive: true, force: true })
    mkdirSync(folder, { mode: 0o700 })
    await giveTo(account, folder)
    return folder
  } catch {
    // Somebody else's: names in a shared folder can be taken by anyone.
    const own = mkdtempSync(join(parent, 'statuspulse-'))
    await giveTo(account, own)
    return own
  }
}

function fits(folder: string): boolean {
  return Buffer.byteLength(folder) + 1 + NAME_LENGTH + 1 + SOCKET_NAME.length <= LONGEST_PATH
}

function isOpenTo(account: Account | null, folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return barTo(account, folder) === null
  } catch {
    return false
  }
}
