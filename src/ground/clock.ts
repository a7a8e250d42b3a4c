/** Time as an argument: everything that asks for the time or waits takes a Clock. */
export interface Clock {
  /** ms since the epoch, fraction allowed. */
  now(): number
  /** Runs `callback` once after `delayMs`; returns the function that cancels it. */
  after(delayMs: number, callback: () => void): () => void
}

/** The machine's clock. Its timers keep the process alive; parts cancel theirs when they stop. */
export const systemClock: Clock = {
  now: Date.now,
  after(delayMs, callback) {
    // setTimeout wraps above 2^31 - 1 ms and would fire at once.
    const timer = setTimeout(callback, Math.min(delayMs, 2_147_483_647))
    return () => clearTimeout(timer)
  },
}

/** Resolves after `delayMs` on the given clock. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise(resolve => {
    clock.after(delayMs, resolve)
  })
}
