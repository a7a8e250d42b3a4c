/**
 * A long-lived part of the program. `start` resolves when it has started, `stop` when it has stopped;
 * stopping twice, or before the start, is fine.
 */
export interface Part {
  start(): Promise<void>
  stop(): Promise<void>
}

/** A part that only does something once, at the start. */
export function step(work: () => Promise<void>): Part {
  return { start: work, stop: async () => {} }
}

/** Parts that were started, to be stopped in reverse order. */
export class Parts {
  readonly #started: Part[] = []
  #stopping: Promise<void> | null = null

  /** Starts a part; one whose start failed is stopped with the others all the same. */
  async start(part: Part): Promise<void> {
    this.#started.push(part)
    await part.start()
  }

  /** Stops all of them, also when one fails to; rejects with the first failure at the end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll()
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    const errors: unknown[] = []
    for (const part of this.#started.toReversed()) {
      try {
        await part.stop()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}
