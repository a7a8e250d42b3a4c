import type { Clock } from '../ground/clock.ts'

const BEAT_MS = 50
/** Timers are that late on a healthy machine. */
const NOISE_MS = 20

/**
 * Knows how long the event loop has been stuck: the process busy with one thing, starved of the processor,
 * or suspended with the machine. A beat that comes late was held up, and so was everything else.
 */
export class LoopWatch {
  readonly #clock: Clock
  #stuckMs = 0
  #beatAt = Number.POSITIVE_INFINITY
  #cancel: () => void = () => {}

  constructor(clock: Clock) {
    this.#clock = clock
  }

  start(): void {
    this.#beatAt = this.#clock.now() + BEAT_MS
    this.#cancel = this.#clock.after(BEAT_MS, () => {
      this.#stuckMs += this.#overdue()
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
    this.#beatAt = Number.POSITIVE_INFINITY
  }

  /**
   * All the time that the loop was stuck so far, ms: the difference of two looks is the part that falls
   * between them, also when this stall's own beat has yet to come.
   */
  get stuckMs(): number {
    return this.#stuckMs + this.#overdue()
  }

  #overdue(): number {
    const late = this.#clock.now() - this.#beatAt
    return late > NOISE_MS ? late : 0
  }
}
