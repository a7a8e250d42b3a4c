const HELD_FIRST_MS = 10
const HELD_MOST_MS = 1_000

/** Lets a reader of the feed wait for news, without missing any that came while it read. */
export class Wake {
  #woken = false
  #resolve: (() => void) | null = null

  /** There may be news. */
  wake(): void {
    this.#woken = true
    this.#resolve?.()
  }

  /** What comes from now on is news: to be called before a read. */
  expect(): void {
    this.#woken = false
  }

  /** Resolves when there may be news, and after `atMostMs` in any case (null: only then). */
  wait(atMostMs: number | null): Promise<void> {
    if (this.#woken) return Promise.resolve()
    return new Promise(resolve => {
      const timer = atMostMs === null ? null : setTimeout(() => this.#resolve?.(), atMostMs)
      this.#resolve = () => {
        if (timer) clearTimeout(timer)
        this.#resolve = null
        resolve()
      }
    })
  }
}

/**
 * When to look again for rows that are committed but held back by an older transaction, whose end
 * nobody tells us of: soon, and then ever less often. Null: nothing is held back.
 */
export function pauseWhileHeld(held: boolean, lastMs: number | null): number | null {
  if (!held) return null
  return lastMs === null ? HELD_FIRST_MS : Math.min(HELD_MOST_MS, lastMs * 2)
}
