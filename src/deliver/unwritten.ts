/** A commit of events under way. */
export interface OpenCommit {
  /** Its position will not be below this. */
  readonly floor: number
  /** When the earliest of its events was accepted; ms since the epoch. */
  readonly since: number
}

/**
 * How far everything is written down. An event's row names its deliveries; those that wait in memory get rows of
 * their own with their first result, or shortly after ({@link Backlog}). Until then they are "unwritten": whoever takes
 * their bucket over reads them from events at or above the {@link mark} that was last committed with a heartbeat. So the
 * mark must never pass an event with an unwritten delivery, nor a commit that may still turn out to be one.
 *
 * Positions are transaction ids (store/feed.ts): a commit that begins after another was answered stands above it.
 */
export class Unwritten {
  readonly #open = new Set<OpenCommit>()
  /** Unwritten deliveries by the position of their event, and when the earliest event there was accepted. */
  readonly #counts = new Map<number, { count: number; since: number }>()
  #highest = -1

  /**
   * A commit is about to be sent: call {@link committed} or {@link gone} for it.
   * @param since when the earliest of its events was accepted; ms since the epoch
   */
  begin(since: number): OpenCommit {
    const commit = { floor: this.#highest + 1, since }
    this.#open.add(commit)
    return commit
  }

  /** The commit is there, with so many unwritten deliveries. */
  committed(commit: OpenCommit, position: number, deliveries: number): void {
    this.#open.delete(commit)
    this.#highest = Math.max(this.#highest, position)
    if (deliveries === 0) return
    const there = this.#counts.get(position)
    const since = Math.min(commit.since, there?.since ?? commit.since)
    this.#counts.set(position, { count: (there?.count ?? 0) + deliveries, since })
  }

  /** Nothing of the commit is there, or all that is has been written down. */
  gone(commit: OpenCommit): void {
    this.#open.delete(commit)
  }

  /** A delivery of an event at that position has its row, or is another owner's. */
  written(position: number): void {
    const there = this.#counts.get(position)
    if (there === undefined) return
    there.count--
    if (there.count === 0) this.#counts.delete(position)
  }

  /** What is committed from now on stands at or above this position. */
  passed(horizon: number): void {
    this.#highest = Math.max(this.#highest, horizon - 1)
  }

  /** Every delivery of our events below this position has a row. */
  get mark(): number {
    let mark = this.#highest + 1
    for (const { floor } of this.#open) if (floor < mark) mark = floor
    for (const position of this.#counts.keys()) if (position < mark) mark = position
    return mark
  }

  /** Before this no event was accepted that has an unwritten delivery, or may turn out to; ms since the epoch. */
  get since(): number {
    let since = Number.POSITIVE_INFINITY
    for (const commit of this.#open) since = Math.min(since, commit.since)
    for (const unwritten of this.#counts.values()) since = Math.min(since, unwritten.since)
    return since
  }
}
