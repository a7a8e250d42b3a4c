import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second of /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const TICKS = 100

/** CPU seconds (user and system) that a process has used, from /proc. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

function parentOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return -1
  }
}

/** Pids of all processes below `root`. */
function descendants(root: number): number[] {
  const pids = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
  const parents = new Map(pids.map(pid => [pid, parentOf(pid)]))
  const found: number[] = []
  let layer = [root]
  while (layer.length > 0) {
    layer = pids.filter(pid => layer.includes(parents.get(pid) ?? -1))
    found.push(...layer)
  }
  return found
}

/** What the program has used so far: its own process and the Postgres that it started, apart. */
export interface Usage {
  readonly node: number
  readonly postgres: number
}

/** CPU seconds used by a node and by its embedded Postgres (ended backends included: the postmaster reaps them). */
export function usageOf(pid: number): Usage {
  let postgres = 0
  for (const child of descendants(pid)) {
    try {
      postgres += cpuSeconds(child) + reapedSeconds(child)
    } catch {
      // It ended between the listing and the look.
    }
  }
  return { node: cpuSeconds(pid), postgres }
}

function reapedSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS
}

/** The most memory a process ever held, in MiB (VmHWM). */
export function peakMemoryMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}
