import type { Clock } from '../ground/clock.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Delivery } from '../ground/vocabulary.ts'
import type { Recorder } from '../record/recorder.ts'
import type { Place } from '../store/accept.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Backlog } from './backlog.ts'
import type { Courier } from './courier.ts'
import type { EndpointQueue } from './endpoint-queue.ts'
import { gatherDigest } from './gather-digest.ts'
import type { Held } from './held.ts'
import { isRider, type Parcel } from './parcel.ts'
import type { Settlement } from './settlement.ts'
import { Turns } from './turns.ts'
import { Unparking } from './unparking.ts'

/** So many deliveries may always wait in memory for one endpoint; where order is kept, no more: a line is searched. */
const SURE_WAITING = 1_000
/** So many may while there is room: what is parked in the table costs three times what goes straight out. */
const MAX_WAITING = 20_000
/** Room for all endpoints together, in deliveries. */
const MAX_HELD = 50_000
/** Payload bytes that wait for one endpoint. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024
/** With so many results unwritten the database is behind: nothing more is started until it has caught up. */
const MAX_UNWRITTEN = 10_000

/**
 * Sends what is in memory: endpoints take turns, each within its order, its concurrency and its
 * rate, so that a slow one holds up nobody else. What does not fit goes to the {@link Backlog}.
 */
export class Dispatcher implements Part {
  readonly #catalog: Catalog
  readonly #courier: Courier
  readonly #recorder: Recorder
  readonly #held: Held
  readonly #backlog: Backlog
  readonly #settlement: Settlement
  readonly #clock: Clock
  readonly #log: Logger
  readonly #maxInFlight: number
  readonly #alone: boolean
  readonly #trusted: () => boolean
  readonly #leave: (parcel: Parcel) => void
  readonly #turns: Turns
  readonly #unparking: Unparking
  #inFlight = 0
  /** Of those in flight, the ones that share another's request. */
  #riders = 0
  #pumping = false
  #paused = false
  #stopping = false
  #whenQuiet: (() => void)[] = []

  /**
   * @param options.maxInFlight attempts under way at once on this node
   * @param options.alone no other node can be on this database
   * @param options.trusted whether the leases hold at this moment, as far as we know
   * @param options.leave told of a committed delivery of a bucket that is ours no longer
   */
  constructor(options: {
    catalog: Catalog
    courier: Courier
    recorder: Recorder
    held: Held
    backlog: Backlog
    settlement: Settlement
    clock: Clock
    log: Logger
    maxInFlight: number
    alone: boolean
    trusted: () => boolean
    leave: (parcel: Parcel) => void
  }) {
    this.#catalog = options.catalog
    this.#courier = options.courier
    this.#recorder = options.recorder
    this.#held = options.held
    this.#backlog = options.backlog
    this.#settlement = options.settlement
    this.#clock = options.clock
    this.#log = options.log
    this.#maxInFlight = options.maxInFlight
    this.#alone = options.alone
    this.#trusted = options.trusted
    this.#leave = options.leave
    this.#turns = new Turns({
      catalog: options.catalog,
      clock: options.clock,
      ready: () => this.#pump(),
      superseded: deliveries => this.#settlement.cancel(deliveries),
    })
    this.#unparking = new Unparking({
      backlog: options.backlog,
      // Once the queue is half empty.
      room: queue => (this.#stopping || queue.waiting > SURE_WAITING / 2 ? 0 : SURE_WAITING / 2),
      arrived: (parcels, queue) => {
        for (const parcel of parcels) if (this.#held.admit(parcel)) this.#add(parcel, queue)
        this.#pump()
      },
    })
  }

  async start(): Promise<void> {
    this.#turns.start()
  }

  /** Starts nothing more; resolves when everything in flight has ended and is written down. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#turns.stop()
    if (this.#inFlight > 0) await new Promise<void>(resolve => this.#whenQuiet.push(resolve))
    await this.#recorder.settled()
  }

  /** Starts nothing until {@link resume}; what is in flight goes on. */
  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    this.#pump()
  }

  /** Attempts under way. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** What waits for each endpoint that something was sent to. */
  get queues(): Iterable<EndpointQueue> {
    return this.#turns.queues
  }

  /** Deliveries that wait in memory. */
  get waiting(): number {
    return this.#turns.waiting
  }

  /** This node's part of every endpoint's rate, 0 to 1. */
  setShare(share: number): void {
    this.#turns.setShare(share)
  }

  /** Takes on parcels of owned buckets and starts what may start, at once. */
  submit(parcels: Iterable<Parcel>): void {
    for (const parcel of parcels) {
      if (this.#held.admit(parcel)) this.#enqueue(parcel)
      else if (parcel.unwrittenAt !== null) this.#leave(parcel)
    }
    this.#pump()
  }

  /**
   * Where a new delivery of an owned bucket is to go. One that must not overtake goes by the table, from which all
   * come in their order, where others wait or may wait there that we have not seen: with several nodes, always.
   */
  placeOf(endpointId: string, bucket: number): Place {
    const order = this.#catalog.endpoint(endpointId)?.order ?? 'unordered'
    if (order !== 'unordered' && !(this.#alone && this.#held.get(bucket)?.ready)) return 'due'
    const queue = this.#turns.find(endpointId)
    if (!queue || !(this.#isFull(queue) || queue.parkedBuckets.has(bucket))) return 'memory'
    // Parked after the commit: the events of others in it need not wait for the rows of an endpoint that hangs.
    return order === 'unordered' && this.#backlog.keepsUp ? 'memory' : 'parked'
  }

  /** New deliveries of owned buckets, waiting in the table: later ones line up behind them. */
  expect(parcels: Iterable<Parcel>): void {
    for (const { delivery, event, epoch } of parcels) {
      if (this.#held.get(delivery.bucket)?.epoch !== epoch) continue
      const queue = this.#turns.queue(delivery.endpointId)
      // Where earlier ones are parked it is parked behind them, once it is fetched.
      if (!queue.parkedBuckets.has(delivery.bucket)) queue.remember(delivery, event.eventType)
    }
  }

  /** Nothing of these deliveries, which wait in the table, may be overtaken: tells the queues that keep order. */
  remember(waiting: Iterable<{ delivery: Delivery; eventType: Parcel['event']['eventType'] }>): void {
    for (const { delivery, eventType } of waiting)
      this.#turns.queue(delivery.endpointId).remember(delivery, eventType)
  }

  /** The endpoint has deliveries parked in the bucket: later ones line up behind them. */
  rememberParked(endpointId: string, bucket: number): void {
    const queue = this.#turns.queue(endpointId)
    queue.park(bucket)
    this.#backlog.parked(endpointId, bucket)
    this.#unparking.feed(queue)
  }

  /** The bucket is not ours any more. */
  forgetBucket(bucket: number): void {
    this.#turns.forgetBucket(bucket)
  }

  #enqueue(parcel: Parcel): void {
    const queue = this.#turns.queue(parcel.delivery.endpointId)
    const { bucket } = parcel.delivery
    if ((this.#isFull(queue) || queue.parkedBuckets.has(bucket)) && !queue.expects(parcel)) {
      queue.park(bucket)
      this.#backlog.park(parcel)
      return
    }
    this.#add(parcel, queue)
  }

  #add(parcel: Parcel, queue: EndpointQueue): void {
    this.#settlement.cancel(queue.add(parcel))
    this.#turns.give(queue)
  }

  /** Lets endpoints take turns until none may start anything. */
  #pump(): void {
    if (this.#pumping || this.#stopping || this.#paused) return
    // Asked here too: after a suspension of the whole process, answers come in before the timer that pauses us.
    if (!this.#trusted()) return
    this.#pumping = true
    while (this.#requests < this.#maxInFlight && this.#recorder.unwritten < MAX_UNWRITTEN) {
      const queue = this.#turns.take(one => this.#takesTooMuch(one))
      if (!queue) break
      const now = this.#clock.now()
      const parcel = queue.take(now)
      if (parcel) {
        for (const one of gatherDigest(parcel, queue, now)) this.#start(one, queue)
        this.#turns.give(queue)
      } else if (queue.ready > 0 && queue.hasRoom) {
        this.#turns.waitForRate(queue, now)
      }
    }
    this.#pumping = false
  }

  /**
   * No endpoint may have more in flight than is left for all others: however many of them hang, there
   * is room for one that works.
   */
  #takesTooMuch(queue: EndpointQueue): boolean {
    return queue.inFlight >= this.#maxInFlight - this.#requests
  }

  get #requests(): number {
    return this.#inFlight - this.#riders
  }

  #start(parcel: Parcel, queue: EndpointQueue): void {
    if (!this.#held.begin(parcel)) {
      queue.ended(parcel)
      return
    }
    this.#inFlight++
    if (isRider(parcel)) this.#riders++
    this.#deliver(parcel, queue).catch(error => {
      this.#log.error(
        { err: error },
        `delivery ${parcel.delivery.id} was not written down: it will be sent again`,
      )
    })
  }

  async #deliver(parcel: Parcel, queue: EndpointQueue): Promise<void> {
    const endpoint = this.#catalog.endpoint(parcel.delivery.endpointId)
    if (!endpoint?.enabled) {
      queue.ended(parcel)
      this.#ended(parcel, queue)
      await this.#settlement.unsent(parcel, endpoint)
      this.#finished(parcel, queue)
      return
    }
    const outcome = await this.#courier.attempt(parcel, endpoint)
    if (!isRider(parcel)) queue.answered(outcome.verdict, this.#clock.now(), outcome.attempt.timings.total)
    const isOver = outcome.attempt.deliveryStatus !== 'pending'
    const superseded = isOver ? [] : queue.retried(parcel)
    if (isOver) queue.ended(parcel)
    this.#ended(parcel, queue)
    await this.#settlement.attempted(parcel, endpoint, outcome, superseded)
    if (isOver) this.#finished(parcel, queue)
    else this.#pump()
  }

  /** The attempt is over: whoever waited for its place goes. */
  #ended(parcel: Parcel, queue: EndpointQueue): void {
    this.#inFlight--
    if (isRider(parcel)) this.#riders--
    if (this.#stopping && this.#inFlight === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve()
    this.#turns.give(queue)
    this.#pump()
    this.#unparking.feed(queue)
  }

  /** Order is kept by what is on record: after an unclean end nothing is sent again that something later followed. */
  #finished(parcel: Parcel, queue: EndpointQueue): void {
    queue.finished(parcel)
    this.#turns.give(queue)
    this.#pump()
  }

  #isFull(queue: EndpointQueue): boolean {
    if (queue.bytes >= MAX_WAITING_BYTES) return true
    const hasMore = !queue.keepsOrder && this.#held.size < MAX_HELD
    return queue.waiting >= (hasMore ? MAX_WAITING : SURE_WAITING)
  }
}
