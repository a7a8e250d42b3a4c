/** A commit of events under way. */
export interface OpenCommit {
  /** Its position will not be below this. */
  readonly floor: number
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
  /** Unwritten deliveries by the position of their event. */
  readonly #counts = new Map<number, number>()
  #highest = -1

  /** A commit is about to be sent: call {@link committed} or {@link gone} for it. */
  begin(): OpenCommit {
    const commit = { floor: this.#highest + 1 }
    this.#open.add(commit)
    return commit
  }

  /** The commit is there, with so many unwritten deliveries. */
  committed(commit: OpenCommit, position: number, deliveries: number): void {
    this.#open.delete(commit)
    this.#highest = Math.max(this.#highest, position)
    if (deliveries > 0) this.#counts.set(position, (this.#counts.get(position) ?? 0) + deliveries)
  }

  /** Nothing of the commit is there, or all that is has been written down. */
  gone(commit: OpenCommit): void {
    this.#open.delete(commit)
  }

  /** A delivery of an event at that position has its row, or is another owner's. */
  written(position: number): void {
    const count = this.#counts.get(position)
    if (count === undefined) return
    if (count > 1) this.#counts.set(position, count - 1)
    else this.#counts.delete(position)
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
}
