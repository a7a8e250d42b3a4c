import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { constants, existsSync } from 'node:fs'
import { access, mkdtemp, rm, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Config } from '../../config.ts'
import { messageOf, Problem } from '../../ground/errors.ts'
import { silentLog } from '../../ground/log.ts'
import { prepareBinaries } from '../../store/embedded/binaries.ts'
import { acquireDataDir, LOCK_FILE } from '../../store/embedded/index.ts'
import type { Finding } from './finding.ts'

const NEEDED_NODE = 24
const LEAST_FREE_BYTES = 1024 ** 3

export function checkNode(): Finding {
  const name = 'Node'
  const found = `${process.version} (${process.platform}, ${process.arch})`
  if (Number(process.versions.node.split('.')[0]) >= NEEDED_NODE) return { name, ok: true, found }
  return { name, ok: false, found, remedy: `Node ${NEEDED_NODE} or newer is needed: npm rebuild node` }
}

/** Whether it can be written, and who holds it. */
export async function checkDataFolder({ dataDir }: Pick<Config, 'dataDir'>): Promise<Finding> {
  const name = 'Data folder'
  const parent = nearestFolder(dataDir)
  try {
    await access(parent, constants.W_OK | constants.X_OK)
  } catch (error) {
    const remedy = 'give this user the folder (chown), or choose another with --data-dir'
    return { name, ok: false, found: messageOf(error), remedy }
  }
  if (parent !== dataDir) return { name, ok: true, found: `${dataDir} will be made at the first start` }
  // Where no server ever ran: a lock file that we made might not be the server's user's to write.
  if (!existsSync(join(dataDir, LOCK_FILE))) return { name, ok: true, found: `${dataDir}, not used so far` }
  try {
    const held = await acquireDataDir(dataDir)
    held.release()
    return { name, ok: true, found: `${dataDir}, no server runs on it` }
  } catch (error) {
    // That a server runs on it is as it should be.
    const isInUse = error instanceof Problem && error.code === 'data-dir-in-use'
    return { name, ok: isInUse, found: isInUse ? `${dataDir}, a server runs on it` : messageOf(error) }
  }
}

export async function checkDisk({ dataDir }: Pick<Config, 'dataDir'>): Promise<Finding> {
  const name = 'Disk space'
  const folder = nearestFolder(dataDir)
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const found = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${folder}`
  if (free >= LEAST_FREE_BYTES) return { name, ok: true, found }
  return { name, ok: false, found, remedy: 'free some space: Postgres stops when the disk is full' }
}

/** Whether the Postgres that npm brought runs on this machine. */
export async function checkPostgres(): Promise<Finding> {
  const name = 'Postgres'
  const copies = await mkdtemp(join(tmpdir(), 'statuspulse-doctor-'))
  try {
    const { postgres } = await prepareBinaries(null, copies, silentLog)
    const { stdout } = await promisify(execFile)(postgres, ['--version'])
    return { name, ok: true, found: `${stdout.trim()}, embedded` }
  } catch (error) {
    const remedy = 'run npm ci again, or set DATABASE_URL to a Postgres of your own (15 or newer)'
    return { name, ok: false, found: messageOf(error), remedy }
  } finally {
    await rm(copies, { recursive: true, force: true })
  }
}

/** Whether the port is free, or StatusPulse's own already. */
export async function checkPort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Finding> {
  const name = 'Port'
  const place = `${host}:${port}`
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return { name, ok: true, found: port === 0 ? 'any free one' : `${place} is free` }
  } catch (error) {
    const inUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
    if (inUse && (await isOurs(place))) return { name, ok: true, found: `StatusPulse listens on ${place}` }
    const found = inUse ? `another program listens on ${place}` : `${place}: ${messageOf(error)}`
    return { name, ok: false, found, remedy: 'choose another with --port (0: any free one) or --host' }
  } finally {
    server.close()
  }
}

async function isOurs(place: string): Promise<boolean> {
  try {
    const response = await fetch(`http://${place}/livez`, { signal: AbortSignal.timeout(2_000) })
    return ((await response.json()) as { status?: string }).status === 'alive'
  } catch {
    return false
  }
}

/** The folder itself, or what is there on the way to it. */
function nearestFolder(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearestFolder(dirname(path))
}
