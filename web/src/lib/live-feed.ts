import { followRaw, type RawMessage, type StreamQuery } from '../../../sdk/client/src/index.ts'
import { api, told } from '../api/client.ts'

/** One message, as it came: its JSON is read when the row is first shown, which most never are. */
export type LiveRow = RawMessage

export type LiveState = 'connecting' | 'open' | 'lost' | 'refused'

export interface LiveSnapshot {
  /** The latest first; at most 5,000. */
  readonly rows: readonly LiveRow[]
  /** How many came since it was paused. */
  readonly held: number
  readonly isPaused: boolean
  readonly state: LiveState
  /** Why the stream was refused. */
  readonly problem: string | null
  /** How many messages came in all. */
  readonly received: number
}

const MOST_ROWS = 5_000
/** What is shown changes at most this often: faster than anybody reads, and slow enough for the page to answer. */
const SHOW_EVERY_MS = 125

/**
 * The stream of what happens, for one page. However many messages come, what is shown changes a few times a second
 * and holds no more than 5,000 of them, also while nobody looks; after a lost connection it goes on right where it was.
 */
export class LiveFeed {
  readonly #query: StreamQuery
  readonly #listeners = new Set<() => void>()
  #snapshot: LiveSnapshot = {
    rows: [],
    held: 0,
    isPaused: false,
    state: 'connecting',
    problem: null,
    received: 0,
  }
  /** What came since rows were last shown, the latest last. */
  #arrived: LiveRow[] = []
  #arrivals = 0
  #place: string | undefined
  #shownAt = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(query: StreamQuery) {
    this.#query = query
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly snapshot = (): LiveSnapshot => this.#snapshot

  /** @returns a function that ends it */
  start(): () => void {
    const stopped = new AbortController()
    void this.#run(stopped.signal)
    return () => {
      stopped.abort()
      clearTimeout(this.#timer)
      this.#timer = undefined
    }
  }

  /** What comes while it is paused is held, and shown afterwards. */
  setPaused(isPaused: boolean): void {
    if (this.#snapshot.isPaused === isPaused) return
    this.#change({ isPaused })
    this.#show()
  }

  clear(): void {
    this.#arrived = []
    this.#arrivals = 0
    this.#change({ rows: [], held: 0 })
  }

  async #run(signal: AbortSignal): Promise<void> {
    try {
      const batches = followRaw(api, {
        query: this.#query,
        signal,
        ...(this.#place !== undefined && { after: this.#place }),
        onOpen: () => this.#change({ state: 'open' }),
        onLoss: () => this.#change({ state: 'lost' }),
        onPlace: id => {
          this.#place = id
        },
      })
      for await (const batch of batches) {
        if (signal.aborted) return
        this.#take(batch)
      }
    } catch (error) {
      this.#change({ state: 'refused', problem: (told(error) as Error).message })
    }
  }

  #take(batch: readonly LiveRow[]): void {
    for (const message of batch) this.#arrived.push(message)
    this.#arrivals += batch.length
    this.#place = batch.at(-1)?.id || this.#place
    // Nobody will see more than that, however long it is before they are shown.
    if (this.#arrived.length > 2 * MOST_ROWS) this.#arrived = this.#arrived.slice(-MOST_ROWS)
    this.#timer ??= setTimeout(
      () => {
        this.#timer = undefined
        this.#show()
      },
      Math.max(0, this.#shownAt + SHOW_EVERY_MS - performance.now()),
    )
  }

  #show(): void {
    const { rows, isPaused, received } = this.#snapshot
    this.#shownAt = performance.now()
    if (isPaused) this.#change({ held: this.#arrivals })
    else if (this.#arrived.length > 0) {
      const fresh = this.#arrived.slice(-MOST_ROWS).reverse()
      this.#change({
        rows: fresh.concat(rows.slice(0, MOST_ROWS - fresh.length)),
        held: 0,
        received: received + this.#arrivals,
      })
      this.#arrived = []
      this.#arrivals = 0
    }
  }

  #change(part: Partial<LiveSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...part }
    for (const listener of this.#listeners) listener()
  }
}
