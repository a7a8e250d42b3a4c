import type { MonitorState } from '../decide/state.ts'
import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { Database } from '../store/database.ts'
import { loadStates, markWatched, type StoredState, watchedUntil } from '../store/monitor-states.ts'
import type { Checking } from './checking.ts'
import { parentKey } from './parents-down.ts'
import type { Watch, WatchedBucket } from './watch.ts'
import { idleConfig, type WatchedMonitor } from './watched-monitor.ts'
import type { Watcher } from './watcher.ts'
import type { Watchlist, WatchlistChange } from './watchlist.ts'

const RETRY_MS = 500

/** The monitors of the buckets that this node owns: taken up when a bucket comes, let go of when it goes. */
export class WatchedBuckets {
  readonly #database: Database
  readonly #watchlist: Watchlist
  readonly #watcher: Watcher
  readonly #checking: Checking
  readonly #clock: Clock
  readonly #log: Logger
  readonly #buckets = new Map<number, WatchedBucket>()
  /** Whom to ask again when a monitor goes down or comes back, by its {@link parentKey}. */
  readonly #children = new Map<string, Set<string>>()
  readonly #suspended = new Set<WatchedBucket>()
  #suspendedAt = 0
  #onOpen: (bucket: WatchedBucket) => void = () => {}

  constructor(options: {
    database: Database
    watchlist: Watchlist
    watcher: Watcher
    checking: Checking
    clock: Clock
    log: Logger
  }) {
    this.#database = options.database
    this.#watchlist = options.watchlist
    this.#watcher = options.watcher
    this.#checking = options.checking
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Who is told that a bucket is taken up; set once. */
  connect(onOpen: (bucket: WatchedBucket) => void): void {
    this.#onOpen = onOpen
  }

  /** The bucket, if its monitors are watched here and what is seen of them can be judged now. */
  openBucket(bucket: number): WatchedBucket | null {
    const held = this.#buckets.get(bucket)
    return held?.isOpen ? held : null
  }

  *openBuckets(): Iterable<WatchedBucket> {
    for (const bucket of this.#buckets.values()) if (bucket.isOpen) yield bucket
  }

  *watches(): Iterable<Watch> {
    for (const bucket of this.#buckets.values()) yield* bucket.watches.values()
  }

  /** The monitor's watch; one of which nothing was seen yet is taken up now. null: there is no such monitor. */
  watchOf(bucket: WatchedBucket, workspaceId: string, monitorName: string): Watch | null {
    const monitor = this.#watchlist.byName(workspaceId, monitorName)
    if (!monitor) return null
    return bucket.watches.get(monitor.id) ?? this.#open(bucket, monitor, null)
  }

  /** The bucket is ours: takes its monitors up, trying again until it has, or the bucket is gone. */
  gained(bucket: number, epoch: number): void {
    const held = { bucket, epoch, watches: new Map(), isOpen: false, isOurs: true, inHand: new Set<string>() }
    this.#buckets.set(bucket, held)
    this.#takeOver(held)
  }

  /** The bucket is another's, or may be: nothing more is decided for it. */
  lost(bucket: number): void {
    const held = this.#buckets.get(bucket)
    if (!held) return
    this.#buckets.delete(bucket)
    for (const id of held.watches.keys()) this.#checking.remove(id)
    this.#watcher.forget(held)
  }

  /** No bucket may be ours, and the database is not to be had: nothing is checked or decided until {@link resumed}. */
  suspended(): void {
    this.#suspendedAt = this.#clock.now()
    for (const bucket of this.#buckets.values()) {
      if (!bucket.isOpen) continue
      bucket.isOpen = false
      this.#suspended.add(bucket)
      for (const id of bucket.watches.keys()) this.#checking.remove(id)
    }
  }

  /** Those that were not {@link lost} meanwhile are ours as before; what happened meanwhile, nobody saw. */
  resumed(): void {
    const now = this.#clock.now()
    for (const bucket of this.#suspended) {
      if (!bucket.isOurs) continue
      bucket.isOpen = true
      for (const watch of bucket.watches.values()) {
        const monitor = this.#watchlist.monitor(watch.monitor.id)
        if (!monitor) this.#end(watch)
        else {
          if (monitor !== watch.monitor) this.#change(watch, monitor)
          this.#checking.put(watch)
          this.#watcher.note(watch, { kind: 'blind', from: this.#suspendedAt, until: now })
        }
      }
      this.#openOthers(bucket)
      this.#onOpen(bucket)
    }
    this.#suspended.clear()
  }

  /** Lets go of a bucket in good order: what was seen is judged, and all of it written. */
  async release(bucket: number): Promise<void> {
    const held = this.#buckets.get(bucket)
    if (!held) return
    if (held.isOpen) {
      held.isOpen = false
      for (const id of held.watches.keys()) this.#checking.remove(id)
      await this.#watcher.flush(held.watches.values())
      if (held.isOurs) await markWatched(this.#database, [held], this.#clock.now())
    }
    this.lost(bucket)
  }

  async releaseAll(): Promise<void> {
    await Promise.all([...this.#buckets.keys()].map(bucket => this.release(bucket)))
  }

  /** Notes that our buckets were watched until now. */
  async mark(): Promise<void> {
    const open = [...this.openBuckets()].map(({ bucket, epoch }) => ({ bucket, epoch }))
    if (open.length > 0) await markWatched(this.#database, open, this.#clock.now())
  }

  /** Nobody watched for a while, ms since the epoch: nothing counts as missed for it. */
  wasBlind(from: number, until: number): void {
    for (const watch of this.watches()) this.#watcher.note(watch, { kind: 'blind', from, until })
  }

  /** Monitors went down or came back: what their children held is decided anew. */
  parentsChanged(keys: Iterable<string>): void {
    for (const key of keys) {
      for (const id of this.#children.get(key) ?? []) {
        const monitor = this.#watchlist.monitor(id)
        const watch = monitor && this.#buckets.get(monitor.bucket)?.watches.get(id)
        if (watch) this.#watcher.note(watch, { kind: 'tick' })
      }
    }
  }

  /** The watchlist is another: takes up what is new, and decides anew what is judged otherwise. */
  listChanged({ changed, gone, quieted }: WatchlistChange): void {
    for (const monitor of gone) {
      const watch = this.#buckets.get(monitor.bucket)?.watches.get(monitor.id)
      if (watch) this.#end(watch)
    }
    for (const monitor of changed) {
      const bucket = this.openBucket(monitor.bucket)
      if (!bucket) continue
      const watch = bucket.watches.get(monitor.id)
      if (watch) this.#change(watch, monitor)
      else if (isWatchedFromTheStart(monitor))
        this.#watcher.note(this.#open(bucket, monitor, null), { kind: 'tick' })
    }
    if (quieted.size === 0) return
    for (const watch of this.watches())
      if (quieted.has(watch.monitor.workspaceId)) this.#watcher.note(watch, { kind: 'tick' })
  }

  async #takeOver(held: WatchedBucket): Promise<void> {
    try {
      const [until, states] = await Promise.all([
        watchedUntil(this.#database, held.bucket),
        loadStates(this.#database, held.bucket),
      ])
      if (held.isOurs) this.#takeUp(held, until, states)
    } catch (error) {
      if (!held.isOurs) return
      this.#log.warn(`monitors of bucket ${held.bucket} were not taken up, trying again: ${messageOf(error)}`)
      this.#clock.after(RETRY_MS, () => {
        if (held.isOurs) this.#takeOver(held)
      })
    }
  }

  #takeUp(held: WatchedBucket, until: number | null, states: readonly StoredState[]): void {
    held.isOpen = true
    const now = this.#clock.now()
    for (const stored of states) {
      const monitor = this.#watchlist.monitor(stored.monitorId)
      const state = stored.state as MonitorState
      const known = { state, version: stored.version, lastCheck: stored.lastCheck }
      const watch = this.#open(held, monitor ?? remains(stored, held.bucket), known)
      if (!monitor) this.#end(watch)
      else
        this.#watcher.note(watch, { kind: 'blind', from: Math.max(until ?? 0, state.decidedAt), until: now })
    }
    this.#openOthers(held)
    this.#onOpen(held)
  }

  /** Takes up the monitors of a bucket that nothing was known of. */
  #openOthers(held: WatchedBucket): void {
    for (const monitor of this.#watchlist.all()) {
      if (monitor.bucket !== held.bucket || held.watches.has(monitor.id)) continue
      if (isWatchedFromTheStart(monitor))
        this.#watcher.note(this.#open(held, monitor, null), { kind: 'tick' })
    }
  }

  #open(
    bucket: WatchedBucket,
    monitor: WatchedMonitor,
    known: { state: MonitorState; version: number; lastCheck: unknown } | null,
  ): Watch {
    const watch = this.#watcher.open(bucket, monitor, known)
    this.#adopt(monitor)
    this.#checking.put(watch)
    return watch
  }

  #change(watch: Watch, monitor: WatchedMonitor): void {
    const before = watch.monitor
    this.#disown(before)
    this.#adopt(monitor)
    watch.monitor = monitor
    this.#checking.put(watch)
    const now = this.#clock.now()
    // While it was switched off nobody watched.
    const wasOff = monitor.enabled && !before.enabled
    this.#watcher.note(
      watch,
      wasOff ? { kind: 'blind', from: watch.state.decidedAt, until: now } : { kind: 'tick' },
    )
  }

  #end(watch: Watch): void {
    this.#disown(watch.monitor)
    this.#checking.remove(watch.monitor.id)
    this.#watcher.end(watch)
  }

  #adopt({ id, workspaceId, config }: WatchedMonitor): void {
    for (const parent of config.parents) {
      const key = parentKey(workspaceId, parent)
      const children = this.#children.get(key) ?? new Set()
      this.#children.set(key, children.add(id))
    }
  }

  #disown({ id, workspaceId, config }: WatchedMonitor): void {
    for (const parent of config.parents) {
      const key = parentKey(workspaceId, parent)
      const children = this.#children.get(key)
      if (children?.delete(id) && children.size === 0) this.#children.delete(key)
    }
  }
}

/** Whether anything may follow without a word of the monitor. Of the others there may be many that nobody ever sees. */
function isWatchedFromTheStart({ kind, config }: WatchedMonitor): boolean {
  return (kind !== 'external' && kind !== 'metric') || config.thresholds.some(({ noData }) => noData !== null)
}

/** What is left of a monitor that was deleted while nobody owned its bucket. */
function remains({ workspaceId, monitorId, monitorName }: StoredState, bucket: number): WatchedMonitor {
  return {
    id: monitorId,
    workspaceId,
    name: monitorName,
    bucket,
    kind: 'external',
    slug: null,
    enabled: false,
    config: idleConfig(monitorName),
    region: null,
    check: null,
    pingToken: null,
    createdAt: 0,
  }
}
