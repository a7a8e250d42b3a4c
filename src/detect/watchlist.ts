import { createHash } from 'node:crypto'
import type { MaintenanceWindow } from '../decide/maintenance.ts'
import { type CompiledSilence, compileSilence } from '../decide/silences.ts'
import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Database } from '../store/database.ts'
import { loadWindows } from '../store/maintenance-windows.ts'
import { loadMonitorChanges, type Monitor, WATCHLIST_CHANNEL } from '../store/monitors.ts'
import type { Sealer } from '../store/seal.ts'
import { loadSilences } from '../store/silences.ts'
import { type WatchedMonitor, watchedMonitor } from './watched-monitor.ts'

/** The net under notifications that were lost. */
const SWEEP_MS = 10_000
const NONE: readonly never[] = Object.freeze([])

/** What a reload found. */
export interface WatchlistChange {
  /** Made or changed. */
  readonly changed: readonly WatchedMonitor[]
  readonly gone: readonly WatchedMonitor[]
  /** Workspaces whose silences or windows are not the same. */
  readonly quieted: ReadonlySet<string>
}

/**
 * Every workspace's monitors, silences and maintenance windows in memory: every node has all of them, told of
 * changes by notifications, and looking for what has changed only.
 */
export class Watchlist implements Part {
  readonly #database: Database
  readonly #sealer: Sealer
  readonly #clock: Clock
  readonly #log: Logger
  readonly #listeners: ((change: WatchlistChange) => void)[] = []
  readonly #monitors = new Map<string, WatchedMonitor>()
  readonly #marks = new Map<string, string>()
  readonly #byName = new Map<string, WatchedMonitor>()
  readonly #bySlug = new Map<string, WatchedMonitor>()
  readonly #byToken = new Map<string, WatchedMonitor>()
  #silences = new Map<string, CompiledSilence[]>()
  #windows = new Map<string, MaintenanceWindow[]>()
  #quietMarks = new Map<string, string>()
  #since: string | null = null
  #running: Promise<void> | null = null
  #queued: Promise<void> | null = null
  #cancelSweep: () => void = () => {}
  #stopped = false

  constructor(options: { database: Database; sealer: Sealer; clock: Clock; log: Logger }) {
    this.#database = options.database
    this.#sealer = options.sealer
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Resolves when everything is loaded; rejects when it cannot be. */
  async start(): Promise<void> {
    await this.#database.listen(WATCHLIST_CHANNEL, () => this.#reloadSoon())
    await this.reload()
    this.#sweepLater()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelSweep()
    await this.#queued?.catch(() => {})
    await this.#running?.catch(() => {})
  }

  /** Calls `listener` after every reload that found a change. */
  onChange(listener: (change: WatchlistChange) => void): void {
    this.#listeners.push(listener)
  }

  all(): IterableIterator<WatchedMonitor> {
    return this.#monitors.values()
  }

  monitor(id: string): WatchedMonitor | undefined {
    return this.#monitors.get(id)
  }

  byName(workspaceId: string, name: string): WatchedMonitor | undefined {
    return this.#byName.get(`${workspaceId} ${name}`)
  }

  bySlug(workspaceId: string, slug: string): WatchedMonitor | undefined {
    return this.#bySlug.get(`${workspaceId} ${slug}`)
  }

  /** The monitor that a token lets ping. Found by the token's hash: how long it takes says nothing of the token. */
  byPingToken(token: string): WatchedMonitor | undefined {
    return this.#byToken.get(hashOf(token))
  }

  silencesOf(workspaceId: string): readonly CompiledSilence[] {
    return this.#silences.get(workspaceId) ?? NONE
  }

  windowsOf(workspaceId: string): readonly MaintenanceWindow[] {
    return this.#windows.get(workspaceId) ?? NONE
  }

  /**
   * Resolves when everything that was committed before the call is held. At most one reload runs and one
   * waits, however many ask.
   * @throws the driver's error; what was held stays
   */
  reload(): Promise<void> {
    if (!this.#running) return this.#run()
    this.#queued ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#queued = null
        return this.#run()
      })
    return this.#queued
  }

  #run(): Promise<void> {
    this.#running = this.#load().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  #reloadSoon(): void {
    if (this.#stopped) return
    this.reload().catch(error => this.#log.warn(`monitors were not reloaded: ${messageOf(error)}`))
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#clock.after(SWEEP_MS, () => {
      this.#reloadSoon()
      if (!this.#stopped) this.#sweepLater()
    })
  }

  async #load(): Promise<void> {
    const now = this.#clock.now()
    const changes = await loadMonitorChanges(this.#database, this.#sealer, this.#since)
    const [silences, windows] = await Promise.all([
      loadSilences(this.#database, now),
      loadWindows(this.#database, now),
    ])
    const changed = changes.changed.flatMap(monitor => this.#put(monitor) ?? [])
    const gone = changes.gone.flatMap(id => this.#remove(id) ?? [])
    this.#since = changes.next
    const quieted = this.#quiet(silences, windows)
    if (changed.length === 0 && gone.length === 0 && quieted.size === 0) return
    for (const listener of this.#listeners) listener({ changed, gone, quieted })
  }

  /** null: it is held already, as it is. */
  #put(monitor: Monitor): WatchedMonitor | null {
    const mark = hashOf(JSON.stringify(monitor))
    if (this.#marks.get(monitor.id) === mark) return null
    try {
      const watched = watchedMonitor(monitor)
      this.#remove(monitor.id)
      this.#marks.set(monitor.id, mark)
      this.#monitors.set(monitor.id, watched)
      const { workspaceId, name, slug, pingToken } = watched
      this.#byName.set(`${workspaceId} ${name}`, watched)
      if (slug !== null) this.#bySlug.set(`${workspaceId} ${slug}`, watched)
      if (pingToken !== null) this.#byToken.set(hashOf(pingToken), watched)
      return watched
    } catch (error) {
      this.#log.error(`monitor ${monitor.id} (${monitor.name}) cannot be watched: ${messageOf(error)}`)
      return null
    }
  }

  #remove(id: string): WatchedMonitor | null {
    const held = this.#monitors.get(id)
    if (!held) return null
    this.#monitors.delete(id)
    this.#marks.delete(id)
    const { workspaceId, name, slug, pingToken } = held
    drop(this.#byName, `${workspaceId} ${name}`, held)
    if (slug !== null) drop(this.#bySlug, `${workspaceId} ${slug}`, held)
    if (pingToken !== null) drop(this.#byToken, hashOf(pingToken), held)
    return held
  }

  /** Takes silences and windows up; gives the workspaces for which they are others than before. */
  #quiet(
    silences: Awaited<ReturnType<typeof loadSilences>>,
    windows: Awaited<ReturnType<typeof loadWindows>>,
  ): Set<string> {
    const ofSilences = Map.groupBy(silences, one => one.workspaceId)
    const ofWindows = Map.groupBy(windows, one => one.workspaceId)
    const marks = new Map<string, string>()
    for (const id of new Set([...ofSilences.keys(), ...ofWindows.keys()]))
      marks.set(id, JSON.stringify([ofSilences.get(id), ofWindows.get(id)]))
    const changed = new Set<string>()
    for (const id of new Set([...marks.keys(), ...this.#quietMarks.keys()])) {
      if (marks.get(id) === this.#quietMarks.get(id)) continue
      changed.add(id)
      this.#silences.set(id, (ofSilences.get(id) ?? []).map(compileSilence))
      this.#windows.set(id, ofWindows.get(id) ?? [])
    }
    this.#quietMarks = marks
    return changed
  }
}

function drop(map: Map<string, WatchedMonitor>, key: string, monitor: WatchedMonitor): void {
  if (map.get(key) === monitor) map.delete(key)
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
