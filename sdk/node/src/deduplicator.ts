/**
 * Remembers which events were handled. To share it between processes write one for what you have;
 * with Redis `begin` is `SET key busy NX EX lease` (and `GET` when refused), `finish` `SET key done EX ttl`,
 * `release` `DEL key`.
 */
export interface DeduplicationStore {
  /**
   * Takes an event, atomically. `new`: it is yours, until the lease ends; `busy`: another one has it;
   * `done`: it was handled.
   */
  begin(eventId: string, leaseSeconds: number): Promise<'new' | 'busy' | 'done'>
  /** The event was handled: answer `done` for the next `ttlSeconds`. */
  finish(eventId: string, ttlSeconds: number): Promise<void>
  /** It was not: the next attempt may take it. */
  release(eventId: string): Promise<void>
}

interface Entry {
  done: boolean
  /** ms since the epoch. */
  expiresAt: number
}

/** A store within this process: gone when it ends, and not shared with others. */
export class MemoryStore implements DeduplicationStore {
  readonly #maxEntries: number
  readonly #now: () => number
  /** In the order of their last change, so the first is the one to drop. */
  readonly #entries = new Map<string, Entry>()

  /** @param options.maxEntries how many events are remembered at most, the oldest go first; default 100,000 (about 10 MB) */
  constructor(options: { maxEntries?: number; now?: () => number } = {}) {
    this.#maxEntries = options.maxEntries ?? 100_000
    this.#now = options.now ?? Date.now
    if (!(this.#maxEntries >= 1)) throw new RangeError('maxEntries must be 1 or more')
  }

  /** How many events are remembered. */
  get size(): number {
    return this.#entries.size
  }

  async begin(eventId: string, leaseSeconds: number): Promise<'new' | 'busy' | 'done'> {
    const entry = this.#entries.get(eventId)
    if (entry !== undefined && entry.expiresAt > this.#now()) return entry.done ? 'done' : 'busy'
    this.#put(eventId, false, leaseSeconds)
    return 'new'
  }

  async finish(eventId: string, ttlSeconds: number): Promise<void> {
    this.#put(eventId, true, ttlSeconds)
  }

  async release(eventId: string): Promise<void> {
    this.#entries.delete(eventId)
  }

  #put(eventId: string, done: boolean, seconds: number): void {
    this.#entries.delete(eventId)
    this.#entries.set(eventId, { done, expiresAt: this.#now() + seconds * 1000 })
    for (const [oldest, { expiresAt }] of this.#entries) {
      if (this.#entries.size <= this.#maxEntries && expiresAt > this.#now()) break
      this.#entries.delete(oldest)
    }
  }
}

/**
 * Handles every event once: StatusPulse sends at least once, so an event whose answer was lost, or that
 * is replayed, comes again. An event counts as handled when its work has ended well.
 */
export class Deduplicator {
  readonly #store: DeduplicationStore
  readonly #ttlSeconds: number
  readonly #leaseSeconds: number

  /**
   * @param options.store default: a {@link MemoryStore}
   * @param options.ttlSeconds how long a handled event is remembered; default 86,400, and retries end after 6 h
   * @param options.leaseSeconds after this long, work that did not end is taken as lost; default 60
   */
  constructor(options: { store?: DeduplicationStore; ttlSeconds?: number; leaseSeconds?: number } = {}) {
    this.#store = options.store ?? new MemoryStore()
    this.#ttlSeconds = options.ttlSeconds ?? 86_400
    this.#leaseSeconds = options.leaseSeconds ?? 60
  }

  /**
   * Does the work, unless the event was handled already, or is being handled right now.
   * Rejects with what the work rejects with; the event may then be tried again.
   */
  async run(eventId: string, work: () => void | Promise<void>): Promise<'handled' | 'duplicate' | 'busy'> {
    const state = await this.#store.begin(eventId, this.#leaseSeconds)
    if (state === 'busy') return 'busy'
    if (state === 'done') return 'duplicate'
    try {
      await work()
    } catch (error) {
      await this.#store.release(eventId)
      throw error
    }
    await this.#store.finish(eventId, this.#ttlSeconds)
    return 'handled'
  }
}
