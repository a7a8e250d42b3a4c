import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { Queryable } from '../store/database.ts'
import { park } from '../store/places.ts'
import type { Held } from './held.ts'
import type { Parcel } from './parcel.ts'
import { ROWS_AT_ONCE } from './row-writer.ts'

const RETRY_MS = 1_000
/** Until a parcel is parked others join it. */
const PARK_MS = 10
/** So many may be on their way into the table before whoever brings more has to wait for it. */
const MOST_WAITING = 2_000

/** Parcels that have no room in memory, on their way into the table. */
export class Parking {
  readonly #lane: Queryable
  readonly #held: Held
  readonly #clock: Clock
  readonly #log: Logger
  /** In their order, until they have their place in the table. */
  readonly #waiting: Parcel[] = []
  #scheduled = false
  #refused = false
  #flushed: Promise<void> = Promise.resolve()

  constructor(options: { lane: Queryable; held: Held; clock: Clock; log: Logger }) {
    this.#lane = options.lane
    this.#held = options.held
    this.#clock = options.clock
    this.#log = options.log
  }

  add(parcel: Parcel): void {
    this.#waiting.push(parcel)
    this.#schedule()
  }

  /** Whether parcels get into the table as fast as they come. */
  get keepsUp(): boolean {
    return this.#waiting.length < MOST_WAITING
  }

  /** The table did not take what was last to be parked. */
  get refused(): boolean {
    return this.#refused
  }

  /** Whether some of the endpoint's in the bucket are on their way. */
  has(endpointId: string, bucket: number): boolean {
    return this.#waiting.some(
      ({ delivery }) => delivery.endpointId === endpointId && delivery.bucket === bucket,
    )
  }

  /** Resolves when everything that is on its way has its place in the table, or cannot have it now. */
  flush(): Promise<void> {
    // One after the other: what an earlier flush has in hand would be missed by whoever fetches after a later one.
    this.#flushed = this.#flushed.then(() => this.#write())
    return this.#flushed
  }

  async #write(): Promise<void> {
    for (let left = this.#waiting.length; left > 0; left -= ROWS_AT_ONCE) {
      const some = this.#waiting.slice(0, Math.min(left, ROWS_AT_ONCE))
      try {
        await park(this.#lane, some)
      } catch (error) {
        const count = this.#waiting.length
        this.#log.warn(`${count} deliveries were not parked, trying again: ${messageOf(error)}`)
        this.#refused = true
        this.#clock.after(RETRY_MS, () => this.flush())
        return
      }
      this.#refused = false
      this.#waiting.splice(0, some.length)
      for (const parcel of some) this.#held.drop(parcel)
    }
    if (this.#waiting.length > 0) this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.after(PARK_MS, () => {
      this.#scheduled = false
      this.flush()
    })
  }
}
