/**
 * Lets one request at a time use a key (an event id, an Idempotency-Key), so that a repeat that
 * arrives while the first is under way waits for its answer. Across nodes the table's primary key
 * does the same, by a unique violation.
 */
export class KeyGate {
  readonly #held = new Map<string, Promise<void>>()

  /** Runs `work` while holding all keys. */
  async hold<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    for (;;) {
      const busy = keys.map(key => this.#held.get(key)).find(holder => holder !== undefined)
      if (!busy) break
      await busy
    }
    // No await since the last look: all keys are free, and are taken together, so there is no deadlock.
    let release = () => {}
    const holder = new Promise<void>(resolve => {
      release = resolve
    })
    for (const key of keys) this.#held.set(key, holder)
    try {
      return await work()
    } finally {
      for (const key of keys) this.#held.delete(key)
      release()
    }
  }
}
