import type { Delivery, Endpoint, EventType, Verdict } from '../ground/vocabulary.ts'
import type { Digests } from './destinations/destination.ts'
import { destinationFor } from './destinations/index.ts'
import { Fifo } from './fifo.ts'
import { Lines } from './order.ts'
import { isRider, type Parcel, weightOf } from './parcel.ts'
import { Rate } from './rate.ts'
import type { UrlGate, UrlGates } from './url-gates.ts'
import { Window } from './window.ts'

/** After a digest was refused for what it is, the endpoint gets single messages for so long; ms. */
const SINGLES_MS = 600_000
/** Taken for the time of its answers until there is one. */
const UNKNOWN_ANSWER_MS = 1_000
/** The weight of the latest answer in the mean. */
const LATEST = 1 / 16

/**
 * What waits in memory for one endpoint, and how much of it may go now: its order, its
 * concurrency, its rate. No clock of its own and no I/O: time comes in.
 */
export class EndpointQueue {
  readonly endpointId: string
  readonly #ready = new Fifo<Parcel>()
  readonly #window = new Window()
  readonly #rate = new Rate()
  readonly #gates: UrlGates
  #gate: UrlGate | null = null
  #singlesUntil = 0
  #lines: Lines | null = null
  #order: Endpoint['order'] = 'unordered'
  #concurrency = 1
  #inFlight = 0
  #bytes = 0
  #digests: Digests<unknown> | null = null
  /** How long its answers take; ms, the latest count most. */
  #answerMs = UNKNOWN_ANSWER_MS
  /** Buckets of which some deliveries to this endpoint are parked in the table. */
  readonly parkedBuckets = new Set<number>()
  #parked = 0

  /** @param gates what all endpoints of one URL share */
  constructor(endpointId: string, gates: UrlGates) {
    this.endpointId = endpointId
    this.#gates = gates
  }

  /**
   * Takes over the endpoint's present settings.
   * @param share this node's part of the endpoint's rate, 0 to 1: every node sends for its own buckets
   * @returns deliveries that a change of order has superseded
   */
  configure(endpoint: Endpoint, share: number): Delivery[] {
    this.#concurrency = endpoint.concurrency
    const rate = endpoint.ratePerSecond === null ? null : endpoint.ratePerSecond * share
    this.#rate.set(rate, rate ?? 1)
    this.#gate = this.#gates.of(endpoint, share)
    this.#digests = destinationFor(endpoint.kind).digest ?? null
    return endpoint.order === this.#order ? [] : this.#reorder(endpoint.order)
  }

  /** How a storm is sent to the endpoint; null: always one by one. */
  get digests(): Digests<unknown> | null {
    return this.#digests
  }

  /** Deliveries that wait here: for room, or (where order is kept) for their turn. */
  get waiting(): number {
    return this.#lines ? this.#lines.size : this.#ready.length
  }

  get keepsOrder(): boolean {
    return this.#lines !== null
  }

  /** Parcels that may be sent as far as order is concerned. */
  get ready(): number {
    return this.#ready.length
  }

  /** Bytes held by what is ready. */
  get bytes(): number {
    return this.#bytes
  }

  /** Attempts under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** About how many are parked: those that an earlier owner parked are not known. */
  get parked(): number {
    return this.parkedBuckets.size === 0 ? 0 : this.#parked
  }

  /** One more is parked in the bucket. */
  park(bucket: number): void {
    this.#parked = this.parked + 1
    this.parkedBuckets.add(bucket)
  }

  /** So many came back from the table. */
  unparked(count: number): void {
    this.#parked = Math.max(0, this.parked - count)
  }

  /** How many it takes a millisecond by its answers so far, its concurrency and its rate, if we can send them. */
  get perMs(): number {
    const byAnswers = this.#window.width(this.#concurrency) / Math.max(1, this.#answerMs)
    return Math.min(byAnswers, this.#rate.perMs, this.#gate?.perMs ?? Number.POSITIVE_INFINITY)
  }

  get idle(): boolean {
    return (
      this.#inFlight === 0 && this.#ready.length === 0 && this.parkedBuckets.size === 0 && !this.#lines?.size
    )
  }

  /** Takes a parcel in; answers with the deliveries that it supersedes. */
  add(parcel: Parcel): Delivery[] {
    if (!this.#lines) {
      this.#push(parcel)
      return []
    }
    const { superseded, ready } = this.#lines.arrive(parcel)
    if (ready) this.#push(ready)
    return superseded
  }

  /** Whether others wait for the parcel here: it has its place already, or comes late and stands before them. */
  expects(parcel: Parcel): boolean {
    return this.#lines?.expects(parcel) ?? false
  }

  /** Remembers a delivery that waits in the table, so that nothing overtakes it. */
  remember(delivery: Delivery, eventType: EventType): void {
    this.#lines?.remember(delivery, eventType)
  }

  /** Whether one more may start now, as far as concurrency is concerned. */
  get hasRoom(): boolean {
    return this.#window.allows(this.#inFlight, this.#concurrency)
  }

  /** The next parcel to send, or null. Counts it as in flight: call {@link ended} or {@link retried} for it. */
  take(now: number): Parcel | null {
    while (this.#ready.length > 0 && this.hasRoom && this.#mayGo(now)) {
      const parcel = this.#shift()
      if (!parcel) continue
      this.#rate.take()
      this.#gate?.take(this.endpointId)
      this.#inFlight++
      return parcel
    }
    return null
  }

  /** Whether the rate keeps back what is ready: then several may go in one message. */
  isHeldBack(now: number): boolean {
    if (now < this.#singlesUntil) return false
    return !this.#rate.allows(now) || this.#gate?.isOpen(now) === false
  }

  /**
   * Further parcels that ride with one that was taken, in its request: they need no rate and no room of their own, and
   * do not count as in flight. Call {@link ended} or {@link retried} for each all the same.
   * @param wanted asked for one after the other, until it says no
   */
  takeAlso(wanted: (parcel: Parcel) => boolean): Parcel[] {
    const taken: Parcel[] = []
    for (let head = this.#ready.peek(); head && wanted(head); head = this.#ready.peek()) {
      const parcel = this.#shift()
      if (parcel) taken.push(parcel)
    }
    return taken
  }

  /** When the rate allows the next one; ms since the epoch, not after `now` when it does already. */
  nextTokenAt(now: number): number {
    return Math.max(this.#rate.nextAt(now), this.#gate?.nextAt(this.endpointId, now) ?? now)
  }

  /** A parcel that was taken is not in flight any more: answered, or not ours to send. */
  ended(parcel: Parcel): void {
    if (!isRider(parcel)) this.#inFlight--
  }

  /** The parcel's delivery is over, and that is on record: whoever stood behind it goes. */
  finished(parcel: Parcel): void {
    const next = this.#lines?.finish(parcel)
    if (next) this.#push(next)
  }

  /** The parcel waits in the table for its retry; answers with what has superseded it meanwhile. */
  retried(parcel: Parcel): Delivery[] {
    this.ended(parcel)
    if (!this.#lines) return []
    const { superseded, ready } = this.#lines.retry(parcel)
    if (ready) this.#push(ready)
    return superseded
  }

  /**
   * The endpoint gave an answer that settles deliveries, or did not; once for each request.
   * @param tookMs from the sending to the answer
   */
  answered(verdict: Verdict, now: number, tookMs: number): void {
    this.#gate?.answered(now)
    this.#answerMs += (tookMs - this.#answerMs) * LATEST
    if (verdict.outcome !== 'retry') {
      this.#window.answered(this.#concurrency)
      return
    }
    this.#window.failed()
    if (verdict.notBefore !== null) this.#gate?.hold(verdict.notBefore, now)
    if (verdict.apart) this.#singlesUntil = now + SINGLES_MS
  }

  /** Forgets what a lost bucket had in line. */
  forgetBucket(bucket: number): void {
    this.#lines?.forgetBucket(bucket)
    this.parkedBuckets.delete(bucket)
  }

  #reorder(order: Endpoint['order']): Delivery[] {
    const parcels = this.#lines?.drain() ?? []
    for (let parcel = this.#ready.shift(); parcel; parcel = this.#ready.shift()) parcels.push(parcel)
    this.#bytes = 0
    this.#order = order
    this.#lines = order === 'unordered' ? null : new Lines(order)
    parcels.sort((a, b) => (a.delivery.id < b.delivery.id ? -1 : 1))
    return parcels.flatMap(parcel => this.add(parcel))
  }

  #push(parcel: Parcel): void {
    this.#bytes += weightOf(parcel)
    this.#ready.push(parcel)
  }

  /** The first that is ready, or null: it was superseded meanwhile. */
  #shift(): Parcel | null {
    const parcel = this.#ready.shift() as Parcel
    this.#bytes -= weightOf(parcel)
    return this.#lines && !this.#lines.start(parcel) ? null : parcel
  }

  #mayGo(now: number): boolean {
    return this.#rate.allows(now) && (this.#gate?.allows(this.endpointId, now) ?? true)
  }
}
