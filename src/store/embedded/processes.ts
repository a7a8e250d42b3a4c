import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'

/** Whether a process of that id runs. One that ended and was never reaped (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return !isZombie(pid)
}

/**
 * Whether process `pid` is the Postgres server of this cluster folder: told by its command line and
 * by its working folder, which a server sets to its cluster. null: the system does not say.
 */
export function isPostmasterOf(pid: number, cluster: string): boolean | null {
  if (!existsSync('/proc/self/cmdline')) return isPostmasterByPs(pid, cluster)
  const commandLine = read(`/proc/${pid}/cmdline`)
  if (commandLine === null) return existsSync(`/proc/${pid}`) ? null : false
  const words = commandLine.split('\0')
  if (basename(words[0] ?? '') !== 'postgres') return false
  try {
    const at = statSync(`/proc/${pid}/cwd`)
    const home = statSync(cluster)
    return at.dev === home.dev && at.ino === home.ino
  } catch {
    return words[words.indexOf('-D') + 1] === cluster
  }
}

function isPostmasterByPs(pid: number, cluster: string): boolean | null {
  try {
    const commandLine = execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return commandLine.includes('postgres') && commandLine.includes(`-D ${cluster}`)
  } catch (error) {
    return (error as { status?: unknown }).status === 1 ? false : null
  }
}

function isZombie(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`)
  // "pid (name) state …", where the name may hold anything, brackets included.
  return stat !== null && stat.charAt(stat.lastIndexOf(')') + 2) === 'Z'
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
