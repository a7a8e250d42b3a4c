import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Attempt, Delivery, DeliveryStatus, Endpoint, Verdict } from '../ground/vocabulary.ts'
import type { Recorder } from '../record/recorder.ts'
import type { Place } from '../store/accept.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Backlog } from './backlog.ts'
import type { Courier } from './courier.ts'
import { EndpointQueue } from './endpoint-queue.ts'
import { Fifo } from './fifo.ts'
import { gatherDigest } from './gather-digest.ts'
import type { EndpointHealth } from './health.ts'
import type { Held } from './held.ts'
import { isRider, type Parcel } from './parcel.ts'
import { UrlGates } from './url-gates.ts'

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
  readonly #health: EndpointHealth
  readonly #clock: Clock
  readonly #log: Logger
  readonly #maxInFlight: number
  readonly #alone: boolean
  readonly #trusted: () => boolean
  readonly #leave: (parcel: Parcel) => void
  readonly #queues = new Map<string, EndpointQueue>()
  readonly #gates = new UrlGates()
  /** Endpoints that have something ready, in the order of their turns. */
  readonly #turns = new Fifo<EndpointQueue>()
  readonly #hasTurn = new Set<EndpointQueue>()
  readonly #rateWaits = new Map<EndpointQueue, () => void>()
  #inFlight = 0
  /** Of those in flight, the ones that share another's request. */
  #riders = 0
  #share = 1
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
    health: EndpointHealth
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
    this.#health = options.health
    this.#clock = options.clock
    this.#log = options.log
    this.#maxInFlight = options.maxInFlight
    this.#alone = options.alone
    this.#trusted = options.trusted
    this.#leave = options.leave
  }

  async start(): Promise<void> {
    this.#catalog.onChange(() => this.#reconfigure())
  }

  /** Starts nothing more; resolves when everything in flight has ended and is written down. */
  async stop(): Promise<void> {
    this.#stopping = true
    for (const cancel of this.#rateWaits.values()) cancel()
    this.#rateWaits.clear()
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

  /** Deliveries that wait in memory. */
  get waiting(): number {
    let waiting = 0
    for (const queue of this.#queues.values()) waiting += queue.waiting
    return waiting
  }

  /** This node's part of every endpoint's rate, 0 to 1. */
  setShare(share: number): void {
    if (share === this.#share) return
    this.#share = share
    this.#reconfigure()
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
    const queue = this.#queues.get(endpointId)
    return queue && (this.#isFull(queue) || queue.parkedBuckets.has(bucket)) ? 'parked' : 'memory'
  }

  /** New deliveries of owned buckets, waiting in the table: later ones line up behind them. */
  expect(parcels: Iterable<Parcel>): void {
    for (const { delivery, event, epoch } of parcels) {
      if (this.#held.get(delivery.bucket)?.epoch !== epoch) continue
      const queue = this.#queue(delivery.endpointId)
      // Where earlier ones are parked it is parked behind them, once it is fetched.
      if (!queue.parkedBuckets.has(delivery.bucket)) queue.remember(delivery, event.eventType)
    }
  }

  /** Nothing of these deliveries, which wait in the table, may be overtaken: tells the queues that keep order. */
  remember(waiting: Iterable<{ delivery: Delivery; eventType: Parcel['event']['eventType'] }>): void {
    for (const { delivery, eventType } of waiting)
      this.#queue(delivery.endpointId).remember(delivery, eventType)
  }

  /** The endpoint has deliveries parked in the bucket: later ones line up behind them. */
  rememberParked(endpointId: string, bucket: number): void {
    const queue = this.#queue(endpointId)
    queue.parkedBuckets.add(bucket)
    this.#unparkIfRoom(queue)
  }

  /** The delivery's event is past retention: there is nothing left to send. */
  payloadGone(delivery: Delivery, epoch: number): void {
    this.#finish(delivery, epoch, 'failed', 'its event is past retention').catch(error =>
      this.#log.error(`delivery ${delivery.id} was not written down: ${messageOf(error)}`),
    )
  }

  /** The bucket is not ours any more. */
  forgetBucket(bucket: number): void {
    for (const queue of this.#queues.values()) queue.forgetBucket(bucket)
  }

  #enqueue(parcel: Parcel): void {
    const queue = this.#queue(parcel.delivery.endpointId)
    const { bucket } = parcel.delivery
    if ((this.#isFull(queue) || queue.parkedBuckets.has(bucket)) && !queue.expects(parcel)) {
      queue.parkedBuckets.add(bucket)
      this.#backlog.park(parcel)
      return
    }
    this.#add(parcel, queue)
  }

  #add(parcel: Parcel, queue: EndpointQueue): void {
    this.#cancelSuperseded(queue.add(parcel))
    this.#giveTurn(queue)
  }

  #queue(endpointId: string): EndpointQueue {
    let queue = this.#queues.get(endpointId)
    if (!queue) {
      queue = new EndpointQueue(endpointId, this.#gates)
      const endpoint = this.#catalog.endpoint(endpointId)
      if (endpoint) queue.configure(endpoint, this.#share)
      this.#queues.set(endpointId, queue)
    }
    return queue
  }

  #reconfigure(): void {
    for (const queue of this.#queues.values()) {
      const endpoint = this.#catalog.endpoint(queue.endpointId)
      if (endpoint) this.#cancelSuperseded(queue.configure(endpoint, this.#share))
      else if (queue.idle) this.#queues.delete(queue.endpointId)
      this.#giveTurn(queue)
    }
    this.#pump()
  }

  #giveTurn(queue: EndpointQueue): void {
    if (queue.ready === 0 || !queue.hasRoom || this.#hasTurn.has(queue) || this.#rateWaits.has(queue)) return
    this.#hasTurn.add(queue)
    this.#turns.push(queue)
  }

  /** Lets endpoints take turns until none may start anything. */
  #pump(): void {
    if (this.#pumping || this.#stopping || this.#paused) return
    // Asked here too: after a suspension of the whole process, answers come in before the timer that pauses us.
    if (!this.#trusted()) return
    this.#pumping = true
    let passedOver = 0
    while (this.#requests < this.#maxInFlight && this.#recorder.unwritten < MAX_UNWRITTEN) {
      const queue = this.#turns.shift()
      if (!queue) break
      if (this.#takesTooMuch(queue)) {
        this.#turns.push(queue)
        if (++passedOver < this.#turns.length) continue
        break
      }
      this.#hasTurn.delete(queue)
      const now = this.#clock.now()
      const parcel = queue.take(now)
      if (parcel) {
        for (const one of gatherDigest(parcel, queue, now)) this.#start(one, queue)
        this.#giveTurn(queue)
      } else if (queue.ready > 0 && queue.hasRoom) {
        this.#waitForRate(queue, now)
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

  #waitForRate(queue: EndpointQueue, now: number): void {
    const cancel = this.#clock.after(Math.max(1, queue.nextTokenAt(now) - now), () => {
      this.#rateWaits.delete(queue)
      this.#giveTurn(queue)
      this.#pump()
    })
    this.#rateWaits.set(queue, cancel)
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
      await this.#finishUnsent(parcel, endpoint)
      this.#finished(parcel, queue)
      return
    }
    const { attempt, verdict } = await this.#courier.attempt(parcel, endpoint)
    if (!isRider(parcel)) queue.answered(verdict, this.#clock.now())
    const isOver = attempt.deliveryStatus !== 'pending'
    const superseded = isOver ? [] : queue.retried(parcel)
    if (isOver) queue.ended(parcel)
    this.#ended(parcel, queue)
    await this.#settle(parcel, endpoint, attempt, verdict, superseded)
    if (isOver) this.#finished(parcel, queue)
  }

  /** The attempt is over: whoever waited for its place goes. */
  #ended(parcel: Parcel, queue: EndpointQueue): void {
    this.#inFlight--
    if (isRider(parcel)) this.#riders--
    if (this.#stopping && this.#inFlight === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve()
    this.#giveTurn(queue)
    this.#pump()
    this.#unparkIfRoom(queue)
  }

  /** Order is kept by what is on record: after an unclean end nothing is sent again that something later followed. */
  #finished(parcel: Parcel, queue: EndpointQueue): void {
    queue.finished(parcel)
    this.#giveTurn(queue)
    this.#pump()
  }

  async #settle(
    parcel: Parcel,
    endpoint: Endpoint,
    attempt: Attempt,
    verdict: Verdict,
    superseded: readonly Delivery[],
  ): Promise<void> {
    const isSuperseded = superseded.some(delivery => delivery.id === parcel.delivery.id)
    const pending = attempt.deliveryStatus === 'pending' && !isSuperseded
    await this.#recorder.record({
      delivery: parcel.delivery,
      epoch: parcel.epoch,
      attempt,
      status: attempt.deliveryStatus,
      reason: attempt.why,
      dueAt: attempt.nextAttemptAt,
      at: this.#clock.now(),
    })
    this.#held.end(parcel)
    if (pending) this.#backlog.dueAt(parcel.delivery.bucket, attempt.nextAttemptAt as number)
    this.#cancelSuperseded(superseded)
    if (!isRider(parcel)) this.#health.saw(endpoint, verdict)
    if (this.#recorder.unwritten < MAX_UNWRITTEN) this.#pump()
  }

  /** The endpoint is gone or switched off: that, and not silence, is what the record says. */
  async #finishUnsent(parcel: Parcel, endpoint: Endpoint | undefined): Promise<void> {
    const status: DeliveryStatus = endpoint ? 'failed' : 'cancelled'
    const reason = endpoint
      ? `the endpoint is disabled${endpoint.disabledReason ? `: ${endpoint.disabledReason}` : ''}`
      : 'the endpoint was deleted'
    await this.#finish(parcel.delivery, parcel.epoch, status, reason)
    this.#held.end(parcel)
  }

  #cancelSuperseded(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const held = this.#held.get(delivery.bucket)
      if (!held) continue
      const parcel = held.parcels.get(delivery.id)
      this.#finish(delivery, held.epoch, 'cancelled', 'superseded by a later event of the same incident')
        .then(() => {
          if (parcel) this.#held.drop(parcel)
        })
        .catch(error => this.#log.error(`delivery ${delivery.id} was not cancelled: ${messageOf(error)}`))
    }
  }

  async #finish(delivery: Delivery, epoch: number, status: DeliveryStatus, reason: string): Promise<void> {
    await this.#recorder.record({
      delivery,
      epoch,
      attempt: null,
      status,
      reason,
      dueAt: null,
      at: this.#clock.now(),
    })
  }

  /** Fetches parked deliveries once the queue is half empty; the bucket's later ones wait behind them till then. */
  #unparkIfRoom(queue: EndpointQueue): void {
    if (queue.parkedBuckets.size === 0 || queue.waiting > SURE_WAITING / 2 || this.#stopping) return
    for (const bucket of queue.parkedBuckets) {
      if (this.#backlog.isUnparking(queue.endpointId, bucket)) continue
      this.#backlog.unpark(queue.endpointId, bucket, SURE_WAITING / 2, {
        arrived: parcels => {
          for (const parcel of parcels) if (this.#held.admit(parcel)) this.#add(parcel, queue)
          this.#pump()
          this.#unparkIfRoom(queue)
        },
        emptied: () => queue.parkedBuckets.delete(bucket),
      })
      return
    }
  }

  #isFull(queue: EndpointQueue): boolean {
    if (queue.bytes >= MAX_WAITING_BYTES) return true
    const hasMore = !queue.keepsOrder && this.#held.size < MAX_HELD
    return queue.waiting >= (hasMore ? MAX_WAITING : SURE_WAITING)
  }
}
