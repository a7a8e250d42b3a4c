import { nextTickAt } from '../decide/next-tick.ts'
import type { Observation } from '../decide/observation.ts'
import { initialState, type MonitorState } from '../decide/state.ts'
import { holdsChildren } from '../decide/suppression.ts'
import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import { newId } from '../ground/ids.ts'
import type { Logger } from '../ground/log.ts'
import type { Rulings } from '../keep/rulings.ts'
import { nextOccurrence } from './cron.ts'
import { type Judgement, judge } from './judge.ts'
import type { ParentsDown } from './parents-down.ts'
import { rulingOf } from './ruling-of.ts'
import { Series } from './series.ts'
import { earlier, surroundingsOf } from './surroundings.ts'
import type { Ticker } from './ticker.ts'
import { FLUSH, ownSight, type Sight, type Watch, type WatchedBucket } from './watch.ts'
import { idleConfig, type WatchedMonitor } from './watched-monitor.ts'
import type { Watchlist } from './watchlist.ts'

/** What a crash may lose of counters and samples that nobody was promised. */
const DIRTY_MS = 10_000
/** Sights judged together; their events come in one commit. */
const AT_ONCE = 1_000
/** After the database refused a ruling for what is in it, time alone asks again so much later. */
const REFUSED_MS = 60_000

/** The bucket of what was seen is not ours any more, and nothing was decided. */
export class BucketLost extends Error {}

/**
 * The one writer of its buckets' monitors: judges what is seen of each, strictly one after the other, and
 * keeps what follows. Nothing is told, and no state taken up, before it is committed; counters and samples
 * apart, which are written within {@link DIRTY_MS}.
 */
export class Watcher {
  readonly #watchlist: Watchlist
  readonly #parentsDown: ParentsDown
  readonly #rulings: Rulings
  readonly #ticker: Ticker<Watch>
  readonly #clock: Clock
  readonly #log: Logger
  readonly #dirty = new Set<Watch>()

  constructor(options: {
    watchlist: Watchlist
    parentsDown: ParentsDown
    rulings: Rulings
    ticker: Ticker<Watch>
    clock: Clock
    log: Logger
  }) {
    this.#watchlist = options.watchlist
    this.#parentsDown = options.parentsDown
    this.#rulings = options.rulings
    this.#ticker = options.ticker
    this.#clock = options.clock
    this.#log = options.log
  }

  /** Takes a monitor up, where an earlier owner left it (`known`) or from nothing. */
  open(
    bucket: WatchedBucket,
    monitor: WatchedMonitor,
    known: { state: MonitorState; version: number; lastCheck: unknown } | null,
  ): Watch {
    const watch: Watch = {
      bucket,
      monitor,
      state: known?.state ?? initialState(this.#clock.now()),
      version: known?.version ?? 0,
      dirtySince: null,
      lastCheck: known?.lastCheck ?? null,
      series: new Series(),
      sights: [],
      busy: null,
      isGone: false,
      dueAt: 0,
      place: -1,
    }
    bucket.watches.set(monitor.id, watch)
    return watch
  }

  /** Adds what was seen to what is to be judged. */
  see(watch: Watch, sight: Sight): void {
    watch.sights.push(sight)
    // In the next microtask: what is seen together is judged together.
    watch.busy ??= Promise.resolve().then(() => this.#work(watch))
  }

  /** The same for observations of our own, which nobody waits for. */
  note(watch: Watch, observation: Observation): void {
    this.see(watch, ownSight(observation))
  }

  /** The monitor was deleted: what it had open ends, and its state goes. */
  end(watch: Watch): void {
    watch.isGone = true
    watch.monitor = { ...watch.monitor, check: null, config: idleConfig(watch.monitor.name) }
    const observation: Observation = {
      kind: 'operator',
      time: this.#clock.now(),
      action: 'resolve',
      incidentId: null,
      by: 'whoever deleted the monitor',
      comment: null,
    }
    this.see(watch, { observation, isPromised: true, takenId: null })
  }

  /** Writes what has waited for long enough; with `all`, whatever waits. Resolves when it is written, or given up. */
  async flush(watches: Iterable<Watch> = this.#overdue()): Promise<void> {
    const flushed: Promise<unknown>[] = []
    for (const watch of watches) {
      if (watch.dirtySince !== null) this.see(watch, FLUSH)
      if (watch.busy) flushed.push(watch.busy)
    }
    await Promise.all(flushed)
  }

  /** Drops a bucket that is not ours: nothing of it is decided any more. */
  forget(bucket: WatchedBucket): void {
    bucket.isOpen = false
    bucket.isOurs = false
    for (const watch of bucket.watches.values()) this.#drop(watch)
  }

  *#overdue(): Iterable<Watch> {
    const before = this.#clock.now() - DIRTY_MS
    // In the order in which they became so.
    for (const watch of this.#dirty) {
      if (watch.dirtySince! > before) return
      yield watch
    }
  }

  async #work(watch: Watch): Promise<void> {
    while (watch.sights.length > 0 && watch.bucket.isOurs) {
      const sights = watch.sights.splice(0, AT_ONCE)
      try {
        await this.#judge(watch, sights)
      } catch (error) {
        if (!(error instanceof BucketLost))
          this.#log.error(`what was seen of ${watch.monitor.name} cannot be kept: ${messageOf(error)}`)
        this.#ticker.wake(watch, this.#clock.now() + REFUSED_MS)
        for (const sight of sights) sight.onLost?.(error)
      }
    }
    watch.busy = null
    if (!watch.bucket.isOurs) this.#drop(watch)
  }

  async #judge(watch: Watch, sights: readonly Sight[]): Promise<void> {
    const { monitor, bucket } = watch
    const at = this.#clock.now()
    const { surroundings, changesAt } = surroundingsOf(monitor, this.#watchlist, this.#parentsDown, at)
    const newIncidentId = (time: number) => newId('inc', time, bucket.bucket)
    const observations = sights.flatMap(({ observation }) => observation ?? [])
    const setting = { monitor: monitor.config, surroundings, newIncidentId, nextOccurrence }
    const judgement = judge(watch.state, observations, at, setting)
    for (const sample of judgement.samples) watch.series.add(sample)
    if (judgement.isNews || sights.some(({ isPromised }) => isPromised)) {
      await this.#keep(watch, judgement, sights, at)
    } else if (watch.dirtySince === null) {
      watch.dirtySince = at
      this.#dirty.add(watch)
    }
    watch.state = judgement.state
    const refused = judgement.refused.values()
    for (const sight of sights) if (sight.observation) sight.onKept?.(refused.next().value ?? null)
    this.#parentsDown.note(monitor.workspaceId, monitor.name, !watch.isGone && holdsChildren(watch.state))
    if (watch.isGone && watch.sights.length === 0) this.#drop(watch)
    else this.#ticker.wake(watch, earlier(nextTickAt(watch.state, monitor.config), changesAt))
  }

  /** @throws BucketLost, or the driver's error when the database will not take it */
  async #keep(watch: Watch, judgement: Judgement, sights: readonly Sight[], at: number): Promise<void> {
    const { bucket } = watch
    const taken = sights.flatMap(({ takenId }) => takenId ?? [])
    const ruling = rulingOf(watch, judgement, taken)
    if (!(await this.#rulings.keep(ruling, judgement.events, at, () => bucket.isOurs))) {
      this.forget(bucket)
      throw new BucketLost()
    }
    watch.version++
    watch.dirtySince = null
    this.#dirty.delete(watch)
    for (const id of taken) bucket.inHand.delete(id)
  }

  #drop(watch: Watch): void {
    watch.bucket.watches.delete(watch.monitor.id)
    this.#dirty.delete(watch)
    this.#ticker.wake(watch, null)
    if (watch.busy) return
    for (const sight of watch.sights.splice(0)) sight.onLost?.(new BucketLost())
  }
}
