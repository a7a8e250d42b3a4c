/** So many a second, and after a pause so many at once. No clock of its own: time comes in, ms since the epoch. */
export class Rate {
  #perMs: number | null = null
  #burst = 1
  #tokens = 1
  #at = 0

  /**
   * @param perSecond null: no limit
   * @param burst how many may go at once after a pause, 1 or more
   */
  set(perSecond: number | null, burst: number): void {
    this.#perMs = perSecond === null ? null : perSecond / 1000
    this.#burst = Math.max(1, burst)
    this.#tokens = Math.min(this.#tokens, this.#burst)
  }

  /** So many a millisecond; Infinity: no limit. */
  get perMs(): number {
    return this.#perMs ?? Number.POSITIVE_INFINITY
  }

  /** Whether one more may go now. */
  allows(now: number): boolean {
    if (this.#perMs === null) return true
    this.#refill(now)
    return this.#tokens >= 1
  }

  /** One goes. */
  take(): void {
    this.#tokens--
  }

  /** Counts anew from now, as if one had gone at this moment. */
  restart(now: number): void {
    this.#tokens = Math.min(this.#tokens, 0)
    this.#at = now
  }

  /** When the next one may go; not after `now` when it may already. */
  nextAt(now: number): number {
    if (this.#perMs === null || this.#perMs <= 0) return now
    this.#refill(now)
    return this.#tokens >= 1 ? now : now + (1 - this.#tokens) / this.#perMs
  }

  #refill(now: number): void {
    const elapsed = Math.max(0, now - this.#at)
    this.#at = now
    this.#tokens = Math.min(this.#burst, this.#tokens + elapsed * (this.#perMs ?? 0))
  }
}
