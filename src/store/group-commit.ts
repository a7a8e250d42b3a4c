/** One caller's share of a group, waiting for its commit. */
interface Waiting<U, R> {
  readonly unit: U
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: what arrives while the last commit runs goes into the next one, so the cost of a
 * commit (one flush to disk) is shared by as many as are waiting, and nobody waits for a timer.
 */
export class GroupCommit<U, R> {
  readonly #commit: (units: readonly U[]) => Promise<readonly R[]>
  readonly #weigh: (unit: U) => number
  readonly #maxWeight: number
  readonly #maxCommits: number
  #waiting: Waiting<U, R>[] = []
  #running = 0
  #scheduled = false
  #idle: (() => void)[] = []

  /**
   * @param options.commit writes all units of a group, and answers for each, in their order; when it
   *   rejects, every unit of the group does
   * @param options.weigh rows that a unit brings; a group closes at `maxWeight` (but takes at least one unit)
   * @param options.maxCommits how many commits may run at once (1: strictly one after another)
   */
  constructor(options: {
    commit: (units: readonly U[]) => Promise<readonly R[]>
    weigh: (unit: U) => number
    maxWeight: number
    maxCommits: number
  }) {
    this.#commit = options.commit
    this.#weigh = options.weigh
    this.#maxWeight = options.maxWeight
    this.#maxCommits = options.maxCommits
  }

  /** Units that no commit has taken up yet. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** Resolves with the unit's result once its group is committed. */
  add(unit: U): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ unit, resolve, reject })
      this.#schedule()
    })
  }

  /** Resolves when nothing waits and nothing runs. */
  async settled(): Promise<void> {
    if (this.#waiting.length === 0 && this.#running === 0) return
    await new Promise<void>(resolve => this.#idle.push(resolve))
  }

  #schedule(): void {
    if (this.#scheduled || this.#running >= this.#maxCommits) return
    this.#scheduled = true
    // Once per turn of the event loop: requests read in the same turn share a group.
    setImmediate(() => {
      this.#scheduled = false
      this.#runNext()
    })
  }

  #takeGroup(): Waiting<U, R>[] {
    let weight = 0
    let count = 0
    for (const { unit } of this.#waiting) {
      weight += this.#weigh(unit)
      if (count > 0 && weight > this.#maxWeight) break
      count++
    }
    return this.#waiting.splice(0, count)
  }

  async #runNext(): Promise<void> {
    if (this.#waiting.length === 0 || this.#running >= this.#maxCommits) return
    const group = this.#takeGroup()
    this.#running++
    try {
      const results = await this.#commit(group.map(member => member.unit))
      for (const [index, member] of group.entries()) member.resolve(results[index] as R)
    } catch (error) {
      for (const member of group) member.reject(error)
    } finally {
      this.#running--
    }
    if (this.#waiting.length > 0) this.#schedule()
    else if (this.#running === 0) for (const resolve of this.#idle.splice(0)) resolve()
  }
}
