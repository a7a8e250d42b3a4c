const START = 4

/**
 * How many attempts an endpoint may have in flight, found by trying, as TCP does: a few at first, one
 * more with every answer, half after every attempt that has to be repeated. A receiver that works is at
 * its full concurrency within milliseconds; one that hangs never holds many connections, and is asked
 * with one at a time until it answers.
 */
export class Window {
  #size = START

  /** @param most the endpoint's concurrency, 1 or more */
  allows(inFlight: number, most: number): boolean {
    return inFlight < this.width(most)
  }

  /** How many it may have at the moment. */
  width(most: number): number {
    return Math.min(this.#size, most)
  }

  /** @param most the endpoint's concurrency */
  answered(most: number): void {
    if (this.#size < most) this.#size++
  }

  failed(): void {
    this.#size = Math.max(1, Math.floor(this.#size / 2))
  }
}
