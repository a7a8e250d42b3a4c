import { readFileSync, realpathSync, statSync } from 'node:fs'
import { chown } from 'node:fs/promises'
import { dirname } from 'node:path'

/** A user of the system. Postgres refuses to run as root, so under root it runs as one of these. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

const NOBODY: Account = { uid: 65_534, gid: 65_534 }

export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** Whom Postgres runs as when nothing else decides: null (ourselves) unless we are root, then `postgres` or `nobody`. */
export function defaultAccount(): Account | null {
  if (!isRoot()) return null
  return lookUp('postgres') ?? lookUp('nobody') ?? NOBODY
}

/** The owner of a folder if we are root and it is not root's; else {@link defaultAccount}. */
export function accountFor(folder: string): Account | null {
  if (!isRoot()) return null
  const { uid, gid } = statSync(folder)
  return uid === 0 ? defaultAccount() : { uid, gid }
}

/** Gives a file or folder that we made to the account. */
export async function giveTo(account: Account | null, path: string): Promise<void> {
  if (account) await chown(path, account.uid, account.gid)
}

/**
 * The first folder or file on the way to `path` (itself included) that bars the account, or null
 * if nothing does. Judged by owner, group and mode alone. Folders must be enterable; a file
 * at the end must be readable, and executable if it is so for its owner.
 */
export function barTo(account: Account | null, path: string): string | null {
  if (!account) return null
  const way = []
  for (let at = realpathSync(path); ; at = dirname(at)) {
    way.unshift(at)
    if (at === dirname(at)) break
  }
  return way.find(step => !letsIn(step, account)) ?? null
}

function letsIn(path: string, account: Account): boolean {
  const stat = statSync(path)
  const shift = stat.uid === account.uid ? 6 : stat.gid === account.gid ? 3 : 0
  const granted = (stat.mode >> shift) & 0o7
  const needed = stat.isDirectory() ? 0o1 : 0o4 | ((stat.mode >> 6) & 0o1)
  return (granted & needed) === needed
}

function lookUp(name: string): Account | null {
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const fields = line.split(':')
      const uid = Number(fields[2])
      const gid = Number(fields[3])
      if (fields[0] === name && uid > 0 && gid > 0) return { uid, gid }
    }
  } catch {
    // No such file: the numbers of `nobody` work without one.
  }
  return null
}
