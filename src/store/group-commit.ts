/** One caller's share of a group, waiting for its commit. */
interface Waiting<U, R> {
  readonly unit: U
  readonly resolve: (result: R) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: what arrives while the last commit runs goes into the next one, so the cost of a
 * commit (a round trip, a flush to disk) is shared by as many as are waiting. Under load commits keep
 * a pace, so that they are few and full, and the processor is left for sending; whoever comes alone
 * does not wait.
 */
export class GroupCommit<U, R> {
  readonly #commit: (units: readonly U[]) => Promise<readonly R[]>
  readonly #weigh: (unit: U) => number
  readonly #maxWeight: number
  readonly #maxCommits: number
  readonly #paceMs: number
  #startedAt = Number.NEGATIVE_INFINITY
  #waiting: Waiting<U, R>[] = []
  #running = 0
  #scheduled = false
  #idle: (() => void)[] = []

  /**
   * @param options.commit writes all units of a group, and answers for each, in their order; when it
   *   rejects, every unit of the group does
   * @param options.weigh rows that a unit brings; a group closes at `maxWeight` (but takes at least one unit)
   * @param options.maxCommits how many commits may run at once (1: strictly one after another)
   * @param options.paceMs least time between the starts of two commits
   */
  constructor(options: {
    commit: (units: readonly U[]) => Promise<readonly R[]>
    weigh: (unit: U) => number
    maxWeight: number
    maxCommits: number
    paceMs: number
  }) {
    this.#commit = options.commit
    this.#weigh = options.weigh
    this.#maxWeight = options.maxWeight
    this.#maxCommits = options.maxCommits
    this.#paceMs = options.paceMs
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
    const run = () => {
      this.#scheduled = false
      this.#runNext()
    }
    const early = this.#startedAt + this.#paceMs - performance.now()
    // At the earliest in the next turn of the event loop: requests read in the same turn share a group.
    if (early > 0) setTimeout(run, early)
    else setImmediate(run)
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
    this.#startedAt = performance.now()
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
