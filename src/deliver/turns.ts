import type { Clock } from '../ground/clock.ts'
import type { Delivery } from '../ground/vocabulary.ts'
import type { Catalog } from '../store/catalog.ts'
import { EndpointQueue } from './endpoint-queue.ts'
import { Fifo } from './fifo.ts'
import { UrlGates } from './url-gates.ts'

/** The queues of all endpoints, and which of them may start something, in turn. */
export class Turns {
  readonly #catalog: Catalog
  readonly #clock: Clock
  readonly #ready: () => void
  readonly #superseded: (deliveries: readonly Delivery[]) => void
  readonly #queues = new Map<string, EndpointQueue>()
  readonly #gates = new UrlGates()
  /** Endpoints that have something ready, in the order of their turns. */
  readonly #turns = new Fifo<EndpointQueue>()
  readonly #hasTurn = new Set<EndpointQueue>()
  readonly #rateWaits = new Map<EndpointQueue, () => void>()
  #share = 1

  /**
   * @param options.ready told when an endpoint has a turn that nothing else told of: a rate allows it, settings changed
   * @param options.superseded told of deliveries that a change of settings has superseded
   */
  constructor(options: {
    catalog: Catalog
    clock: Clock
    ready: () => void
    superseded: (deliveries: readonly Delivery[]) => void
  }) {
    this.#catalog = options.catalog
    this.#clock = options.clock
    this.#ready = options.ready
    this.#superseded = options.superseded
  }

  /** Follows the endpoints' settings from now on. */
  start(): void {
    this.#catalog.onChange(() => this.#reconfigure())
  }

  /** Wakes nobody any more. */
  stop(): void {
    for (const cancel of this.#rateWaits.values()) cancel()
    this.#rateWaits.clear()
  }

  /** The endpoint's queue; made at the first call. */
  queue(endpointId: string): EndpointQueue {
    let queue = this.#queues.get(endpointId)
    if (!queue) {
      queue = new EndpointQueue(endpointId, this.#gates)
      const endpoint = this.#catalog.endpoint(endpointId)
      if (endpoint) queue.configure(endpoint, this.#share)
      this.#queues.set(endpointId, queue)
    }
    return queue
  }

  /** The endpoint's queue, if it has one. */
  find(endpointId: string): EndpointQueue | undefined {
    return this.#queues.get(endpointId)
  }

  /** All queues. */
  get queues(): Iterable<EndpointQueue> {
    return this.#queues.values()
  }

  /** Deliveries that wait in all queues. */
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

  /** The bucket is not ours any more. */
  forgetBucket(bucket: number): void {
    for (const queue of this.#queues.values()) queue.forgetBucket(bucket)
  }

  /** Puts the queue in line, if it may start something and is not in line. */
  give(queue: EndpointQueue): void {
    if (queue.ready === 0 || !queue.hasRoom || this.#hasTurn.has(queue) || this.#rateWaits.has(queue)) return
    this.#hasTurn.add(queue)
    this.#turns.push(queue)
  }

  /**
   * The queue whose turn it is; null: nobody's.
   * @param passes whoever has to let others go first keeps its place behind them
   */
  take(passes: (queue: EndpointQueue) => boolean): EndpointQueue | null {
    for (let left = this.#turns.length; left > 0; left--) {
      const queue = this.#turns.shift() as EndpointQueue
      if (passes(queue)) {
        this.#turns.push(queue)
        continue
      }
      this.#hasTurn.delete(queue)
      return queue
    }
    return null
  }

  /** What is ready there has to wait for the endpoint's rate. */
  waitForRate(queue: EndpointQueue, now: number): void {
    const cancel = this.#clock.after(Math.max(1, queue.nextTokenAt(now) - now), () => {
      this.#rateWaits.delete(queue)
      this.give(queue)
      this.#ready()
    })
    this.#rateWaits.set(queue, cancel)
  }

  #reconfigure(): void {
    for (const queue of this.#queues.values()) {
      const endpoint = this.#catalog.endpoint(queue.endpointId)
      if (endpoint) this.#superseded(queue.configure(endpoint, this.#share))
      else if (queue.idle) this.#queues.delete(queue.endpointId)
      this.give(queue)
    }
    this.#ready()
  }
}
