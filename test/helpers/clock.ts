import type { Clock } from '../../src/ground/clock.ts'

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** A clock that only moves when it is told to. */
export class TestClock implements Clock {
  #now: number
  readonly #timers = new Set<Timer>()

  /** @param start ms since the epoch; the machine's time unless given, so that the day's partitions exist */
  constructor(start = Date.now()) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  /** When the next timer is due; null: there is none. */
  get nextAt(): number | null {
    const times = [...this.#timers].map(timer => timer.at)
    return times.length === 0 ? null : Math.min(...times)
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** Moves to `time` in one jump and fires each timer that is due by then, once, in their order. */
  set(time: number): void {
    this.#now = Math.max(this.#now, time)
    const due = [...this.#timers].filter(timer => timer.at <= this.#now).sort((a, b) => a.at - b.at)
    for (const timer of due) if (this.#timers.delete(timer)) timer.callback()
  }

  advance(ms: number): void {
    this.set(this.#now + ms)
  }

  /** Steps on by `stepMs` whenever the event loop comes round, until the promise settles; gives its result. */
  async runUntil<T>(promise: Promise<T>, stepMs = 25): Promise<T> {
    let settled = false
    promise.then(
      () => {
        settled = true
      },
      () => {
        settled = true
      },
    )
    while (!settled) {
      await new Promise(resolve => setTimeout(resolve, 1))
      if (!settled) this.advance(stepMs)
    }
    return promise
  }
}
