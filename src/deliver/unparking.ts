import type { Backlog } from './backlog.ts'
import type { EndpointQueue } from './endpoint-queue.ts'
import type { Parcel } from './parcel.ts'

/** Fetches under way at once: more would wait for one another, and too long under a flood. */
const MOST_FETCHES = 8

/** Fetches what is parked once its endpoint has room: of one bucket after the other, for a few endpoints at a time. */
export class Unparking {
  readonly #backlog: Backlog
  readonly #room: (queue: EndpointQueue) => number
  readonly #arrived: (parcels: readonly Parcel[], queue: EndpointQueue) => void
  readonly #fetching = new Set<EndpointQueue>()
  /** Those that wait for a fetch to end. */
  readonly #hungry = new Set<EndpointQueue>()

  /** @param options.room how many the endpoint can take now; 0: none */
  constructor(options: {
    backlog: Backlog
    room: (queue: EndpointQueue) => number
    arrived: (parcels: readonly Parcel[], queue: EndpointQueue) => void
  }) {
    this.#backlog = options.backlog
    this.#room = options.room
    this.#arrived = options.arrived
  }

  /** Fetches for the endpoint if something of it is parked and it has room. */
  feed(queue: EndpointQueue): void {
    const [bucket] = queue.parkedBuckets
    if (bucket === undefined || this.#fetching.has(queue)) return
    const room = this.#room(queue)
    if (room === 0) return
    if (this.#fetching.size >= MOST_FETCHES) {
      this.#hungry.add(queue)
      return
    }
    this.#fetching.add(queue)
    // The last in line from now on.
    queue.parkedBuckets.delete(bucket)
    queue.parkedBuckets.add(bucket)
    this.#backlog.unpark(queue.endpointId, bucket, room, {
      arrived: parcels => {
        this.#fetching.delete(queue)
        queue.unparked(parcels.length)
        this.#arrived(parcels, queue)
        this.#feedHungry()
        this.feed(queue)
      },
      emptied: () => queue.parkedBuckets.delete(bucket),
    })
  }

  #feedHungry(): void {
    for (const queue of this.#hungry) {
      if (this.#fetching.size >= MOST_FETCHES) return
      this.#hungry.delete(queue)
      this.feed(queue)
    }
  }
}
