import type { Clock } from '../ground/clock.ts'
import type { Part } from '../ground/lifecycle.ts'
import { type Due, DueHeap } from './scheduler-heap.ts'

/** Timers of the machine are not exact, and its clock may be set: never wait longer than this. */
const LONGEST_WAIT_MS = 1_000
/** Who wakes so much later than that was not awake: stopped, suspended, starved. */
const BLIND_MS = 3_000

/** Wakes whoever asked for it at their time: one timer for all. Knows when it was not awake itself. */
export class Ticker<T extends Due> implements Part {
  readonly #clock: Clock
  readonly #onDue: (item: T) => void
  readonly #onBlind: (from: number, until: number) => void
  readonly #heap = new DueHeap<T>()
  #awakeAt = Number.POSITIVE_INFINITY
  #timerAt = Number.POSITIVE_INFINITY
  #cancel: () => void = () => {}
  #isOn = false

  /**
   * @param options.onDue the item is in no heap by then
   * @param options.onBlind told before anything is due for which time passed that nobody watched; ms since the epoch
   */
  constructor(options: {
    clock: Clock
    onDue: (item: T) => void
    onBlind: (from: number, until: number) => void
  }) {
    this.#clock = options.clock
    this.#onDue = options.onDue
    this.#onBlind = options.onBlind
  }

  async start(): Promise<void> {
    this.#isOn = true
    this.#awakeAt = this.#clock.now()
    this.#arm()
  }

  async stop(): Promise<void> {
    this.#isOn = false
    this.#cancel()
  }

  /** Wakes the item at a time, and not at another that was asked for before; null: not at all. */
  wake(item: T, at: number | null): void {
    if (at === null) {
      this.#heap.delete(item)
      return
    }
    item.dueAt = at
    this.#heap.put(item)
    this.#arm()
  }

  #arm(): void {
    if (!this.#isOn) return
    const now = this.#clock.now()
    const at = Math.min(this.#heap.top?.dueAt ?? Number.POSITIVE_INFINITY, now + LONGEST_WAIT_MS)
    if (at >= this.#timerAt) return
    this.#cancel()
    this.#timerAt = at
    this.#cancel = this.#clock.after(Math.max(at - now, 0), () => {
      this.#timerAt = Number.POSITIVE_INFINITY
      this.#look()
      this.#arm()
    })
  }

  #look(): void {
    const now = this.#clock.now()
    const before = this.#awakeAt
    this.#awakeAt = now
    if (now - before > LONGEST_WAIT_MS + BLIND_MS) this.#onBlind(before, now)
    for (let item = this.#heap.top; item && item.dueAt <= now; item = this.#heap.top) {
      this.#heap.delete(item)
      this.#onDue(item)
    }
  }
}
