import type { Clock } from '../ground/clock.ts'
import type { Delivery } from '../ground/vocabulary.ts'
import type { RoutedEvent } from '../store/accept.ts'
import type { EndpointQueue } from './endpoint-queue.ts'
import { Fifo } from './fifo.ts'

/** Deliveries that may wait although their endpoints would take them: half a second's work or so. */
const MOST_WAITING = 4_000
/** What an endpoint itself would need longer for is not this node's to catch up with. */
const WITHIN_MS = 5_000
/** Nobody waits for an endpoint that has fewer before it. */
const FEW = 100
/** The queues are looked at no more often. */
const LOOK_MS = 20
/** Who waits is looked at so often. */
const STEP_MS = 10
/** After half a second an event is taken all the same: a producer that does not try again must not lose it. */
const MOST_STEPS = 50

interface Waiting {
  readonly deliveries: number
  /** Counted, not timed: the clock may be set meanwhile. */
  readonly lastStep: number
  readonly go: () => void
}

/**
 * Slows producers down while this node itself is what holds up deliveries: their answers wait until it has caught up
 * some. Whoever takes in faster than it sends has to write everything twice, and sends ever less. Endpoints that are slow
 * themselves, by their answers, their rate or their concurrency, do not count: their deliveries are parked, and nobody
 * waits for them.
 */
export class Backpressure {
  readonly #queues: () => Iterable<EndpointQueue>
  readonly #clock: Clock
  readonly #waiting = new Fifo<Waiting>()
  /** Endpoints that this node holds up. */
  readonly #heldUp = new Set<string>()
  #backlog = 0
  #lookedAt = Number.NEGATIVE_INFINITY
  #scheduled = false
  #steps = 0

  /** @param options.queues what waits for each endpoint */
  constructor(options: { queues: () => Iterable<EndpointQueue>; clock: Clock }) {
    this.#queues = options.queues
    this.#clock = options.clock
  }

  /**
   * When these may be accepted; null: now.
   * @returns a promise that resolves within half a second
   */
  room(routed: readonly Pick<RoutedEvent, 'deliveries'>[]): Promise<void> | null {
    this.#look()
    if (this.#heldUp.size === 0) return null
    const isHeldUp = ({ endpointId }: Delivery) => this.#heldUp.has(endpointId)
    if (!routed.some(event => event.deliveries.some(isHeldUp))) return null
    const deliveries = routed.reduce((count, event) => count + event.deliveries.length, 0)
    if (this.#backlog < MOST_WAITING && this.#waiting.length === 0) {
      this.#backlog += deliveries
      return null
    }
    return new Promise(resolve => {
      this.#waiting.push({ deliveries, lastStep: this.#steps + MOST_STEPS, go: resolve })
      this.#schedule()
    })
  }

  /** What the endpoints would take soon, if only we sent it. */
  #look(): void {
    const now = this.#clock.now()
    if (Math.abs(now - this.#lookedAt) < LOOK_MS) return
    this.#lookedAt = now
    this.#heldUp.clear()
    this.#backlog = 0
    for (const queue of this.#queues()) {
      const deliveries = Math.min(queue.waiting + queue.parked, queue.perMs * WITHIN_MS)
      if (deliveries < FEW) continue
      this.#backlog += deliveries
      this.#heldUp.add(queue.endpointId)
    }
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.after(STEP_MS, () => {
      this.#scheduled = false
      this.#look()
      this.#steps++
      for (let first = this.#waiting.peek(); first; first = this.#waiting.peek()) {
        if (this.#backlog >= MOST_WAITING && this.#steps < first.lastStep) break
        this.#waiting.shift()
        this.#backlog += first.deliveries
        first.go()
      }
      if (this.#waiting.length > 0) this.#schedule()
    })
  }
}
