import type { YieldedSample } from '../decide/decision.ts'
import type { SampleChunk } from '../store/ruling.ts'

const HOUR_MS = 3_600_000

interface Pending {
  lastSecond: number
  readonly seconds: number[]
  readonly readings: number[]
}

/**
 * Samples of a monitor that are not written yet, for graphs. Of each metric one a second is kept, the first;
 * thresholds were held against all of them.
 */
export class Series {
  readonly #metrics = new Map<string, Pending>()
  #size = 0

  /** Samples that are not written. */
  get size(): number {
    return this.#size
  }

  add({ metric, value, time }: YieldedSample): void {
    const second = Math.floor(time / 1_000)
    let pending = this.#metrics.get(metric)
    if (!pending) {
      pending = { lastSecond: Number.NaN, seconds: [], readings: [] }
      this.#metrics.set(metric, pending)
    }
    if (second === pending.lastSecond) return
    pending.lastSecond = second
    pending.seconds.push(second)
    pending.readings.push(value)
    this.#size++
  }

  /** Hands over all that is not written, by metric and hour. */
  take(): SampleChunk[] {
    if (this.#size === 0) return []
    this.#size = 0
    const chunks: SampleChunk[] = []
    for (const [metric, { seconds, readings }] of this.#metrics) {
      const hours = new Map<number, { seconds: number[]; readings: number[] }>()
      for (const [index, second] of seconds.entries()) {
        const hour = Math.floor((second * 1_000) / HOUR_MS) * HOUR_MS
        const chunk = hours.get(hour) ?? { seconds: [], readings: [] }
        hours.set(hour, chunk)
        chunk.seconds.push(second - hour / 1_000)
        chunk.readings.push(readings[index]!)
      }
      for (const [hour, chunk] of hours) chunks.push({ metric, hour, ...chunk })
      seconds.length = 0
      readings.length = 0
    }
    return chunks
  }
}
