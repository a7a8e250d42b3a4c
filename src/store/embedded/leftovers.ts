import { readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from '../../ground/log.ts'
import { UNFINISHED } from './cluster.ts'
import { startProblem } from './problems.ts'
import { isAlive, isPostmasterOf } from './processes.ts'

const POLL_MS = 10

/** How long a server left behind gets after each signal, ms: fast shutdown, immediate shutdown, the end. */
const PATIENCE: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGINT', 20_000],
  ['SIGQUIT', 5_000],
  ['SIGKILL', 5_000],
]

/**
 * Clears away what an earlier run left that did not end in order: its Postgres, if that still
 * runs; its `postmaster.pid`, if another program has that process id by now; clusters half made.
 * The caller holds the data folder, so nobody else's server is meant.
 * @throws Problem `postgres-left-running` when it cannot be stopped
 */
export async function clearLeftovers(cluster: string, log: Logger): Promise<void> {
  await removeUnfinished(cluster)
  const pidFile = join(cluster, 'postmaster.pid')
  const pid = readPid(pidFile)
  if (pid === null || !isAlive(pid)) return
  const isOurs = isPostmasterOf(pid, cluster)
  if (isOurs) {
    log.info(`stopping the Postgres that an earlier run left behind (process ${pid})`)
    await stopLeftover(pid, cluster)
  } else if (isOurs === false) {
    // Postgres only asks whether a process of that id runs, and would not start.
    log.info(`removing ${pidFile}: process ${pid} is another program`)
    await rm(pidFile, { force: true })
  }
}

/** Process id in the first line of a postmaster.pid; null when there is no such file or no id in it. */
export function readPid(pidFile: string): number | null {
  try {
    const pid = Math.abs(Number.parseInt(readFileSync(pidFile, 'utf8'), 10))
    return pid > 0 ? pid : null
  } catch {
    return null
  }
}

async function stopLeftover(pid: number, cluster: string): Promise<void> {
  for (const [signal, patienceMs] of PATIENCE) {
    try {
      process.kill(pid, signal)
    } catch {
      // Gone already, or not ours to signal: the wait tells which.
    }
    // It is no child of ours, so no event tells of its end.
    for (let waited = 0; waited < patienceMs; waited += POLL_MS) {
      if (!isAlive(pid)) return
      await wait(POLL_MS)
    }
  }
  throw startProblem(
    'postgres-left-running',
    'Postgres of an earlier run still runs',
    `Process ${pid} is a Postgres that an earlier run left in ${cluster}, and it does not stop. Stop it, then start again.`,
  )
}

async function removeUnfinished(cluster: string): Promise<void> {
  const folder = dirname(cluster)
  const start = basename(cluster) + UNFINISHED
  for (const name of await readdir(folder)) {
    if (!name.startsWith(start)) continue
    // An initdb that outlived its parent may still be writing there; then the next start has it.
    await rm(join(folder, name), { recursive: true, force: true }).catch(() => {})
  }
}
