import { unavailable } from '../ground/errors.ts'

/** Lets only so many requests be worked on at once: their senders try again, and nobody's memory runs out. */
export class Gate {
  readonly #most: number
  #inside = 0

  constructor(most: number) {
    this.#most = most
  }

  /** @throws Problem 503 when it is full */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#most) throw unavailable('Too much comes in at once. Send it again in a second.')
    this.#inside++
    try {
      return await work()
    } finally {
      this.#inside--
    }
  }
}
