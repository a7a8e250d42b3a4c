import { BUCKETS } from '../ground/bucket.ts'
import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Database, Queryable } from '../store/database.ts'
import {
  bringForward,
  type ClaimedDelivery,
  claimDue,
  claimParked,
  nextDueAt,
  parkedEndpoints,
  type WaitingDelivery,
  waitingDeliveries,
} from '../store/deliveries.ts'
import { freeLeft, handOver } from '../store/places.ts'
import type { Held, HeldBucket } from './held.ts'
import type { Parcel } from './parcel.ts'
import { Parking } from './parking.ts'
import { type RowWriter, SWEEP_MS } from './row-writer.ts'

/** Due deliveries taken from one bucket at once. */
const CLAIM_LIMIT = 200
/** Timers closer together than this are one. */
const TIMER_GRAIN_MS = 20
/** The clock is looked at again at least so often: it may have been set. */
const LONGEST_TIMER_MS = 10_000
const RETRY_MS = 1_000
/** Time between the sweeps of two buckets. */
const STEP_MS = SWEEP_MS / BUCKETS

/** Who gets what the table gives. */
export interface BacklogReader {
  submit(parcels: Iterable<Parcel>): void
  remember(waiting: Iterable<WaitingDelivery>): void
  rememberParked(endpointId: string, bucket: number): void
  /** The event of a delivery is past retention: there is nothing left to send. */
  payloadGone(claimed: ClaimedDelivery, epoch: number): void
}

/**
 * The pending deliveries that wait in the table: retries until they are due, what is parked until
 * its endpoint has room, and what an earlier owner held. One timer for the next that is due; the
 * slow sweep is the net under lost notifications and unclear commits.
 */
export class Backlog implements Part {
  readonly #lane: Queryable
  readonly #held: Held
  readonly #rows: RowWriter
  readonly #clock: Clock
  readonly #log: Logger
  readonly #unparking = new Set<string>()
  readonly #parkedMeanwhile = new Set<string>()
  readonly #parking: Parking
  #reader: BacklogReader | null = null
  #cancelTimer: (() => void) | null = null
  #timerAt = Number.POSITIVE_INFINITY
  #cancelSweep: (() => void) | null = null
  /** The bucket that was swept last. */
  #swept = 0
  #stopped = false

  constructor(options: { database: Database; held: Held; rows: RowWriter; clock: Clock; log: Logger }) {
    this.#lane = options.database.lane('backlog')
    this.#held = options.held
    this.#rows = options.rows
    this.#clock = options.clock
    this.#log = options.log
    this.#parking = new Parking({ ...options, lane: this.#lane })
  }

  /** Who is served; set once, before {@link start}. */
  connect(reader: BacklogReader): void {
    this.#reader = reader
  }

  async start(): Promise<void> {
    this.#scheduleSweep()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelTimer?.()
    this.#cancelSweep?.()
  }

  /** A delivery of the bucket waits in the table until `at` (ms since the epoch). */
  dueAt(bucket: number, at: number): void {
    const held = this.#held.get(bucket)
    if (!held || at >= held.nextDueAt) return
    held.nextDueAt = at
    this.#arm(at)
  }

  /** Takes a bucket over: what an earlier owner held, what is due, what is parked. Until then nothing else of it is read. */
  async takeOver(bucket: number): Promise<void> {
    const held = this.#held.get(bucket)
    if (!held) return
    await this.#free(held)
    const waiting = await waitingDeliveries(this.#lane, bucket)
    const parked = await parkedEndpoints(this.#lane, bucket)
    if (this.#held.get(bucket) !== held) return
    held.ready = true
    this.#reader?.remember(waiting)
    for (const endpointId of parked) this.#reader?.rememberParked(endpointId, bucket)
    await this.#look(held)
  }

  /** Leaves everything of the bucket that is in memory to the next owner. Nothing of it may be in flight. */
  async handOver(bucket: number): Promise<void> {
    const held = this.#held.get(bucket)
    if (!held) return
    await this.#parking.flush()
    await this.#rows.leave(held.parcels.values())
    await handOver(this.#lane, bucket, held.epoch, this.#clock.now())
  }

  /** Puts a parcel that has no room in memory back into the table. */
  park(parcel: Parcel): void {
    this.parked(parcel.delivery.endpointId, parcel.delivery.bucket)
    this.#parking.add(parcel)
  }

  /** More of the endpoint's is parked in the bucket: who is fetching there has perhaps not seen it. */
  parked(endpointId: string, bucket: number): void {
    const key = keyOf(endpointId, bucket)
    if (this.#unparking.has(key)) this.#parkedMeanwhile.add(key)
  }

  /** Whether what is parked gets into the table as fast as it comes. */
  get keepsUp(): boolean {
    return this.#parking.keepsUp
  }

  /** Fetches the oldest parked deliveries. `emptied` is called when no more are left in the table; `arrived` always, and last. */
  async unpark(
    endpointId: string,
    bucket: number,
    limit: number,
    answer: { arrived: (parcels: Parcel[]) => void; emptied: () => void },
  ): Promise<void> {
    const held = this.#held.get(bucket)
    if (!held) {
      answer.emptied()
      answer.arrived([])
      return
    }
    const key = keyOf(endpointId, bucket)
    this.#unparking.add(key)
    this.#parkedMeanwhile.delete(key)
    try {
      await this.#parking.flush()
      const claimed = await claimParked(this.#lane, bucket, held.epoch, endpointId, limit)
      const isLate = this.#parking.has(endpointId, bucket)
      if (this.#parking.refused && isLate && claimed.length === 0)
        throw new Error('they could not be parked yet')
      if (claimed.length < limit && !isLate && !this.#parkedMeanwhile.has(key)) answer.emptied()
      this.#unparking.delete(key)
      answer.arrived(this.#parcels(claimed, held.epoch))
    } catch (error) {
      this.#log.warn(`parked deliveries were not fetched: ${messageOf(error)}`)
      this.#clock.after(RETRY_MS, () => {
        this.#unparking.delete(key)
        answer.arrived([])
      })
    }
  }

  /** The endpoint answers again: its waiting retries are due now. */
  async bringForward(endpointId: string): Promise<void> {
    const now = this.#clock.now()
    const buckets = await bringForward(this.#lane, this.#held.numbers(), endpointId, now)
    for (const bucket of buckets) this.dueAt(bucket, now)
  }

  #arm(at: number): void {
    if (this.#stopped || at >= this.#timerAt) return
    this.#cancelTimer?.()
    this.#timerAt = at
    this.#cancelTimer = this.#after(at - this.#clock.now(), () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      const now = this.#clock.now()
      let next = Number.POSITIVE_INFINITY
      for (const held of this.#held.all()) {
        if (held.nextDueAt <= now) this.#claim(held)
        else next = Math.min(next, held.nextDueAt)
      }
      if (next < Number.POSITIVE_INFINITY) this.#arm(next)
    })
  }

  #after(delayMs: number, callback: () => void): () => void {
    if (delayMs > 0) {
      return this.#clock.after(Math.min(Math.max(TIMER_GRAIN_MS, delayMs), LONGEST_TIMER_MS), callback)
    }
    const immediate = setImmediate(callback)
    return () => clearImmediate(immediate)
  }

  async #claim(held: HeldBucket): Promise<void> {
    if (!held.ready || held.claiming || held.closing || this.#stopped) return
    held.claiming = true
    held.nextDueAt = Number.POSITIVE_INFINITY
    try {
      const claimed = await claimDue(this.#lane, held.bucket, held.epoch, this.#clock.now(), CLAIM_LIMIT)
      // At once: until it is here, others take it for lost.
      this.#reader?.submit(this.#parcels(claimed, held.epoch))
      const next = await nextDueAt(this.#lane, held.bucket)
      // Due, but not to be had at this moment: another transaction has it.
      const pause = claimed.length === 0 ? this.#clock.now() + TIMER_GRAIN_MS : 0
      if (next !== null) this.dueAt(held.bucket, Math.max(next, pause))
    } catch (error) {
      this.#log.warn(`due deliveries of bucket ${held.bucket} were not read: ${messageOf(error)}`)
      this.dueAt(held.bucket, this.#clock.now() + RETRY_MS)
    } finally {
      held.claiming = false
    }
    // One that became due while the claim ran found it busy.
    if (held.nextDueAt < Number.POSITIVE_INFINITY) this.#arm(held.nextDueAt)
  }

  #parcels(claimed: readonly ClaimedDelivery[], epoch: number): Parcel[] {
    const parcels: Parcel[] = []
    for (const item of claimed) {
      if (item.event === null) this.#reader?.payloadGone(item, epoch)
      else
        parcels.push({
          delivery: item.delivery,
          event: item.event,
          epoch,
          readyAt: item.dueAt,
          superseded: 0,
          unwrittenAt: null,
        })
    }
    return parcels
  }

  /** What earlier owners left, and what is older than a sweep and should be with us but is not. */
  async #free(held: HeldBucket): Promise<void> {
    const now = this.#clock.now()
    const known = [...held.parcels.keys()]
    const { bucket, epoch } = held
    // What is on its way to us from the table is not known yet, and not lost: then the next sweep looks for our own.
    const isFetching = held.claiming || [...this.#unparking].some(key => key.endsWith(` ${bucket}`))
    const before = isFetching ? 0 : now - SWEEP_MS
    const freed = await freeLeft(this.#lane, { bucket, epoch, now, before, known })
    if (freed > 0) this.dueAt(bucket, now)
  }

  /** A bucket after the other, so that a sweep is no burst of statements that events would have to wait for. */
  #scheduleSweep(): void {
    const since = this.#clock.now()
    this.#cancelSweep = this.#clock.after(STEP_MS, async () => {
      const steps = Math.floor((this.#clock.now() - since) / STEP_MS)
      try {
        for (let step = 0; step < Math.min(steps, BUCKETS); step++) {
          this.#swept = (this.#swept + 1) % BUCKETS
          await this.#sweepBucket(this.#held.get(this.#swept))
        }
      } catch (error) {
        this.#log.warn(`sweep failed: ${messageOf(error)}`)
      }
      if (!this.#stopped) this.#scheduleSweep()
    })
  }

  /** Looks for what nobody holds although the table says so, and for due work that nobody was told of. */
  async sweep(): Promise<void> {
    for (const held of this.#held.all()) await this.#sweepBucket(held)
  }

  async #sweepBucket(held: HeldBucket | undefined): Promise<void> {
    if (!held?.ready || held.closing) return
    const settles = this.#clock.now() - held.openedAt >= SWEEP_MS
    await this.#free(held)
    await this.#lookForParked(held)
    held.settles ||= settles
    await this.#look(held)
  }

  /** Parked by an earlier owner's last commit, after the take-over looked; else the net under our own bookkeeping. */
  async #lookForParked(held: HeldBucket): Promise<void> {
    const parked = await parkedEndpoints(this.#lane, held.bucket)
    if (this.#held.get(held.bucket) !== held) return
    for (const endpointId of parked) this.#reader?.rememberParked(endpointId, held.bucket)
  }

  async #look(held: HeldBucket): Promise<void> {
    const next = await nextDueAt(this.#lane, held.bucket)
    if (next === null) return
    held.nextDueAt = Number.POSITIVE_INFINITY
    this.dueAt(held.bucket, next)
  }
}

function keyOf(endpointId: string, bucket: number): string {
  return `${endpointId} ${bucket}`
}
