import type { OperatorAction } from '../decide/observation.ts'
import { bucketOf } from '../ground/bucket.ts'
import type { Clock } from '../ground/clock.ts'
import { messageOf, unavailable } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import { cleanTexts } from '../ground/text.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Database } from '../store/database.ts'
import { ensureMonitors } from '../store/monitors.ts'
import { OBSERVED_CHANNEL } from '../store/observations.ts'
import type { Detector, Observed, Sighting } from './detector.ts'
import { Inbox } from './inbox.ts'
import type { Relay } from './relay.ts'
import type { Scheduler } from './scheduler.ts'
import type { Ticker } from './ticker.ts'
import type { Watch } from './watch.ts'
import type { WatchedBuckets } from './watched-buckets.ts'
import { BucketLost, type Watcher } from './watcher.ts'
import type { Watchlist } from './watchlist.ts'

const FLUSH_MS = 1_000
const MARK_MS = 5_000
/** The net under lost notifications. */
const SWEEP_MS = 10_000

/** What is watched, at work: has our monitors checked, woken and judged, and takes what is seen of any. */
export class Detection implements Detector, Part {
  readonly #database: Database
  readonly #catalog: Catalog
  readonly #watchlist: Watchlist
  readonly #watcher: Watcher
  readonly #buckets: WatchedBuckets
  readonly #relay: Relay
  readonly #inbox: Inbox
  readonly #scheduler: Scheduler
  readonly #ticker: Ticker<Watch>
  readonly #clock: Clock
  readonly #log: Logger
  readonly #cancels = new Map<string, () => void>()

  constructor(options: {
    database: Database
    catalog: Catalog
    watchlist: Watchlist
    watcher: Watcher
    buckets: WatchedBuckets
    relay: Relay
    scheduler: Scheduler
    ticker: Ticker<Watch>
    clock: Clock
    log: Logger
  }) {
    this.#database = options.database
    this.#catalog = options.catalog
    this.#watchlist = options.watchlist
    this.#watcher = options.watcher
    this.#buckets = options.buckets
    this.#relay = options.relay
    this.#scheduler = options.scheduler
    this.#ticker = options.ticker
    this.#clock = options.clock
    this.#log = options.log
    this.#inbox = new Inbox({ ...options, watchOf: (...of) => this.#buckets.watchOf(...of) })
    this.#buckets.connect(bucket => this.#inbox.read(bucket))
    this.#watchlist.onChange(change => this.#buckets.listChanged(change))
  }

  async start(): Promise<void> {
    await this.#database.listen(OBSERVED_CHANNEL, payload => this.#readInbox(payload))
    await this.#scheduler.start()
    await this.#ticker.start()
    this.#every(FLUSH_MS, 'what was counted is not written', () => this.#watcher.flush())
    this.#every(MARK_MS, 'it is not noted that we watch', () => this.#buckets.mark())
    this.#every(SWEEP_MS, 'observations were not looked for', async () => this.#readInbox(''))
  }

  /** Ends what is under way, and writes everything. What is seen from then on waits for whoever comes next. */
  async stop(): Promise<void> {
    for (const cancel of this.#cancels.values()) cancel()
    this.#cancels.clear()
    await this.#scheduler.stop()
    await this.#ticker.stop()
    await this.#buckets.releaseAll()
  }

  async observe(workspaceId: string, sightings: readonly Sighting[]): Promise<Observed> {
    try {
      const unknown = await this.#makeKnown(workspaceId, sightings)
      const known = cleanTexts(sightings.filter(({ monitorName }) => !unknown.has(monitorName)))
      const missed = await Promise.all(known.map(sighting => this.#judgeHere(workspaceId, sighting)))
      const elsewhere = known.filter((_, index) => missed[index])
      await this.#relay.pass(elsewhere.map(sighting => asNew(workspaceId, sighting)))
      return { unknown: [...unknown] }
    } catch (error) {
      throw unavailable('What was seen was not confirmed by the database. Send it again.', error)
    }
  }

  /** See {@link Detector.act}. */
  async act(workspaceId: string, monitorName: string, action: OperatorAction): Promise<string | null> {
    const sighting = { monitorName, observation: cleanTexts(action) }
    try {
      let refused: string | null = null
      const isMissed = await this.#judgeHere(workspaceId, sighting, why => {
        refused = why
      })
      if (!isMissed) return refused
      if (await this.#relay.passAndWait(asNew(workspaceId, sighting))) return null
    } catch (error) {
      throw unavailable('This was not confirmed by the database. Try it again.', error)
    }
    throw unavailable('This is kept, but the node that decides on it has not answered yet.')
  }

  /**
   * Has it judged by us, if the monitor is ours, and waits for what follows to be kept.
   * @returns true: it is not ours to judge
   */
  #judgeHere(
    workspaceId: string,
    { monitorName, observation }: Sighting,
    onRefused: (refused: string | null) => void = () => {},
  ): Promise<boolean> | boolean {
    const bucket = this.#buckets.openBucket(bucketOf(workspaceId, monitorName))
    const watch = bucket && this.#buckets.watchOf(bucket, workspaceId, monitorName)
    if (!watch) return true
    return new Promise((resolve, reject) => {
      this.#watcher.see(watch, {
        observation,
        isPromised: true,
        takenId: null,
        onKept: refused => {
          onRefused(refused)
          resolve(false)
        },
        onLost: error => (error instanceof BucketLost ? resolve(true) : reject(error)),
      })
    })
  }

  /** Makes the monitors that nobody made; gives those that the workspace forbids. */
  async #makeKnown(workspaceId: string, sightings: readonly Sighting[]): Promise<ReadonlySet<string>> {
    const kinds = new Map<string, 'metric' | 'external'>()
    for (const { monitorName, observation } of sightings) {
      if (this.#watchlist.byName(workspaceId, monitorName)) continue
      const kind = observation.kind === 'sample' ? 'metric' : 'external'
      if (kinds.get(monitorName) !== 'external') kinds.set(monitorName, kind)
    }
    if (kinds.size === 0) return NOTHING
    if (this.#catalog.workspace(workspaceId)?.allowUnknownMonitors !== false) {
      const monitors = [...kinds].map(([name, kind]) => ({ name, kind }))
      await ensureMonitors(this.#database, workspaceId, monitors, this.#clock.now())
    }
    // Another node may have made them a moment ago.
    await this.#watchlist.reload()
    return new Set([...kinds.keys()].filter(name => !this.#watchlist.byName(workspaceId, name)))
  }

  #readInbox(payload: string): void {
    const named = payload === '' ? null : new Set(payload.split(',').map(Number))
    for (const bucket of this.#buckets.openBuckets())
      if (named === null || named.has(bucket.bucket)) this.#inbox.read(bucket)
  }

  #every(ms: number, failure: string, work: () => Promise<void>): void {
    const cancel = this.#clock.after(ms, async () => {
      try {
        await work()
      } catch (error) {
        this.#log.warn(`${failure}: ${messageOf(error)}`)
      }
      if (this.#cancels.has(failure)) this.#every(ms, failure, work)
    })
    this.#cancels.set(failure, cancel)
  }
}

const NOTHING: ReadonlySet<string> = new Set()

function asNew(workspaceId: string, { monitorName, observation }: Sighting) {
  return { bucket: bucketOf(workspaceId, monitorName), workspaceId, monitorName, observation }
}
