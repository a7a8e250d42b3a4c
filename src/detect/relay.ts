import type { Observation } from '../decide/observation.ts'
import type { Clock } from '../ground/clock.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Database, Queryable } from '../store/database.ts'
import { insertObservations, isWaiting, type NewObservation, TAKEN_CHANNEL } from '../store/observations.ts'

/** Whoever waits for an owner's decision gives up after this; it will come all the same. */
const WAIT_MS = 5_000

/** Passes on what was seen of other nodes' monitors: committed for their owners, who are told. */
export class Relay implements Part {
  readonly #database: Database
  readonly #lane: Queryable
  readonly #clock: Clock
  readonly #waiting = new Map<string, () => void>()

  constructor(options: { database: Database; clock: Clock }) {
    this.#database = options.database
    this.#lane = options.database.lane('relay')
    this.#clock = options.clock
  }

  async start(): Promise<void> {
    await this.#database.listen(TAKEN_CHANNEL, id => this.#waiting.get(id)?.())
  }

  async stop(): Promise<void> {
    for (const done of this.#waiting.values()) done()
  }

  /** Resolves once they are committed. @throws the driver's error: then it is unclear whether they are */
  async pass(observations: readonly NewObservation[]): Promise<void> {
    if (observations.length > 0) await insertObservations(this.#lane, observations)
  }

  /** Passes one on, and waits for the owner to have decided on it. False: it has not within 5 s, but will. */
  async passAndWait(observation: NewObservation & { readonly observation: Observation }): Promise<boolean> {
    const [id] = await insertObservations(this.#lane, [observation])
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.set(id!, resolve)
    const cancel = this.#clock.after(WAIT_MS, resolve)
    try {
      // It may have been taken before we began to listen for it.
      if (!(await isWaiting(this.#lane, observation.bucket, id!))) return true
      await promise
      return !(await isWaiting(this.#lane, observation.bucket, id!))
    } finally {
      cancel()
      this.#waiting.delete(id!)
    }
  }
}
