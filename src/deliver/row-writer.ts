import { type Clock, sleep } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Database, Queryable } from '../store/database.ts'
import { tellOwners } from '../store/due-channel.ts'
import { freeUnclear, writeDown } from '../store/places.ts'
import { Fifo } from './fifo.ts'
import type { Held } from './held.ts'
import type { Parcel } from './parcel.ts'

/**
 * A delivery that has no result so long after its acceptance gets its row without one. Longer than most receivers
 * are given to answer: whoever hangs costs one row written once, too.
 */
const LATE_MS = 6_000
/** Time between two looks for late ones: a little each time, so that a backlog's rows are no burst. */
const LOOK_MS = 100
/** Rows of one statement: a result of any of them waits for its commit. */
export const ROWS_AT_ONCE = 50
const RETRY_MS = 1_000
/** Time between two looks into a bucket for what was lost on the way, nearly. */
export const SWEEP_MS = 30_000
/** A commit without an answer may still come true after we looked for it: two sweeps look again before the mark goes on. */
const IN_DOUBT_MS = 3 * SWEEP_MS

/**
 * Gives deliveries rows of their own that only their event's row names so far (see {@link Unwritten}): those whose
 * result is late, those that somebody wants to see in a list, and those that we may not send after all.
 */
export class RowWriter implements Part {
  readonly #database: Database
  readonly #lane: Queryable
  readonly #held: Held
  readonly #dueAt: (bucket: number, at: number) => void
  readonly #clock: Clock
  readonly #log: Logger
  readonly #late = new Fifo<Parcel>()
  #writing: Promise<void> = Promise.resolve()
  #left: Parcel[] = []
  #unclear: { parcels: readonly Parcel[]; settled: () => void }[] = []
  #clearingUp = false
  readonly #doubts = new Set<() => void>()
  #cancel: (() => void) | null = null
  #stopped = false

  /** @param options.dueAt told that a delivery of a bucket waits in the table until a time (ms since the epoch) */
  constructor(options: {
    database: Database
    held: Held
    dueAt: (bucket: number, at: number) => void
    clock: Clock
    log: Logger
  }) {
    this.#database = options.database
    // The backlog's: its statements about a delivery and ours must come one after the other.
    this.#lane = options.database.lane('backlog')
    this.#held = options.held
    this.#dueAt = options.dueAt
    this.#clock = options.clock
    this.#log = options.log
  }

  async start(): Promise<void> {
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    for (const cancel of this.#doubts) cancel()
    await this.#writing.catch(() => {})
  }

  /** Resolves when every delivery in memory has its row: for whoever reads the table now. */
  writeOut(): Promise<void> {
    return this.#writeSince(Number.POSITIVE_INFINITY)
  }

  /** Committed deliveries that we may not send, as their bucket is not ours any more: its owner shall. */
  async leave(parcels: Iterable<Parcel>): Promise<void> {
    const left = new Fifo<Parcel>()
    for (const parcel of parcels) left.push(parcel)
    await this.#writeAll(left, 'due')
  }

  /** The same for one that nobody waits for: tried until it is done. */
  leaveSoon(parcel: Parcel): void {
    this.#left.push(parcel)
    if (this.#left.length === 1) setImmediate(() => this.#leaveThem())
  }

  /**
   * Their commit ended without an answer: what of them is kept is due as soon as that can be asked.
   * @param settled called when it cannot come true any more unseen
   */
  unclear(parcels: readonly Parcel[], settled: () => void): void {
    this.#unclear.push({ parcels, settled })
    if (!this.#clearingUp) this.#clearUp()
  }

  #writeSince(before: number): Promise<void> {
    for (const parcel of this.#held.takeUnwritten(before)) this.#late.push(parcel)
    // Whoever comes while rows are being written waits for those as well.
    this.#writing = this.#writing.catch(() => {}).then(() => this.#writeAll(this.#late, 'memory'))
    return this.#writing
  }

  /** Gives all of them rows, and takes each out as it has one; rejects with those that have none still in. */
  async #writeAll(parcels: Fifo<Parcel>, place: 'memory' | 'due'): Promise<void> {
    while (parcels.length > 0) {
      const some = takeUnwritten(parcels, ROWS_AT_ONCE)
      if (some.length === 0) return
      const dueAt = place === 'due' ? this.#clock.now() : null
      const rows = some.map(({ delivery, epoch }) => ({ delivery, epoch, place, dueAt }))
      try {
        const buckets = await writeDown(this.#lane, rows)
        if (place === 'due') tellOwners(this.#database, buckets)
      } catch (error) {
        for (const parcel of some) parcels.push(parcel)
        throw error
      }
      for (const parcel of some) this.#held.written(parcel)
    }
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(LOOK_MS, async () => {
      await this.#writeSince(this.#clock.now() - LATE_MS).catch(error =>
        this.#log.warn(`pending deliveries were not written down, trying again: ${messageOf(error)}`),
      )
      if (!this.#stopped) this.#schedule()
    })
  }

  async #leaveThem(): Promise<void> {
    const left = this.#left.splice(0)
    try {
      await this.leave(left)
    } catch (error) {
      this.#log.warn(`${left.length} deliveries were not handed over, trying again: ${messageOf(error)}`)
      this.#clock.after(RETRY_MS, () => {
        for (const parcel of left) this.leaveSoon(parcel)
      })
    }
  }

  async #clearUp(): Promise<void> {
    this.#clearingUp = true
    while (this.#unclear.length > 0 && !this.#stopped) {
      const asked = this.#unclear.slice()
      const parcels = asked.flatMap(commit => commit.parcels)
      try {
        const now = this.#clock.now()
        await freeUnclear(
          this.#lane,
          parcels.map(({ delivery, epoch, unwrittenAt }) => ({
            delivery,
            epoch,
            hasRow: unwrittenAt === null,
          })),
          now,
        )
        this.#unclear.splice(0, asked.length)
        for (const { settled } of asked) this.#doubts.add(this.#clock.after(IN_DOUBT_MS, settled))
        for (const { delivery } of parcels) this.#dueAt(delivery.bucket, now)
      } catch (error) {
        this.#log.debug(`an unclear commit cannot be looked up yet: ${messageOf(error)}`)
        await sleep(this.#clock, RETRY_MS)
      }
    }
    this.#clearingUp = false
  }
}

/** The first `limit` that no result came of meanwhile. */
function takeUnwritten(parcels: Fifo<Parcel>, limit: number): Parcel[] {
  const taken: Parcel[] = []
  while (taken.length < limit) {
    const parcel = parcels.shift()
    if (!parcel) break
    if (parcel.unwrittenAt !== null) taken.push(parcel)
  }
  return taken
}
