/**
 * Collects names and hands them over together: at once after a quiet time, then at most every
 * `everyMs`. What is added while the last hand-over is under way goes into the next one.
 */
export class Pacer {
  readonly #everyMs: number
  readonly #flush: (names: ReadonlySet<string>) => void | Promise<void>
  #names = new Set<string>()
  #pacing = false
  #stopped = false
  #timer: NodeJS.Timeout | null = null

  /** @param flush must not throw or reject */
  constructor(everyMs: number, flush: (names: ReadonlySet<string>) => void | Promise<void>) {
    this.#everyMs = everyMs
    this.#flush = flush
  }

  add(name: string): void {
    this.#names.add(name)
    if (this.#pacing || this.#stopped) return
    this.#pacing = true
    // Once per turn of the event loop: what is committed in the same turn is told together.
    setImmediate(() => this.#handOver())
  }

  /** Hands over nothing from now on. */
  stop(): void {
    this.#stopped = true
    if (this.#timer) clearTimeout(this.#timer)
  }

  async #handOver(): Promise<void> {
    if (this.#stopped) return
    const names = this.#names
    this.#names = new Set()
    await this.#flush(names)
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      if (this.#names.size > 0) this.#handOver()
      else this.#pacing = false
    }, this.#everyMs)
  }
}
