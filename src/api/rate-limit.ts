import { LRUCache } from 'lru-cache'

interface Bucket {
  tokens: number
  /** ms since the epoch */
  at: number
}

/**
 * Token buckets by name, in this process's memory: `rate` a second, and as many at once after a
 * pause. The longest unused are forgotten, which makes them full again.
 */
export class RateLimit {
  readonly #rate: number
  readonly #burst: number
  readonly #buckets: LRUCache<string, Bucket>

  constructor(options: { perSecond: number; burst: number; names: number }) {
    this.#rate = options.perSecond
    this.#burst = options.burst
    this.#buckets = new LRUCache({ max: options.names })
  }

  /**
   * Takes one token of the name.
   * @param now ms since the epoch
   * @returns 0 if there was one, else after how many whole seconds there will be
   */
  take(name: string, now: number): number {
    let bucket = this.#buckets.get(name)
    if (!bucket) {
      bucket = { tokens: this.#burst, at: now }
      this.#buckets.set(name, bucket)
    }
    const earned = Math.max(0, now - bucket.at) * (this.#rate / 1000)
    bucket.tokens = Math.min(this.#burst, bucket.tokens + earned)
    bucket.at = now
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / this.#rate))
    bucket.tokens -= 1
    return 0
  }

  /** Gives one token back: what it was taken for turned out not to count. */
  giveBack(name: string): void {
    const bucket = this.#buckets.get(name)
    if (bucket) bucket.tokens = Math.min(this.#burst, bucket.tokens + 1)
  }
}
