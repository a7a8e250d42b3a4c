import { createParser } from 'eventsource-parser'
import { problemOf } from '../api/client.ts'
import { session } from '../api/session.ts'

/** One message, as it came: its JSON is read when the row is first shown, which most never are. */
export interface LiveRow {
  readonly id: string
  readonly kind: string
  readonly data: string
}

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
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 10_000

/**
 * The stream of what happens, for one page. However many messages come, what is shown changes at most
 * once in a frame; after a lost connection it goes on right where it was.
 */
export class LiveFeed {
  readonly #url: string
  readonly #listeners = new Set<() => void>()
  #snapshot: LiveSnapshot = {
    rows: [],
    held: 0,
    isPaused: false,
    state: 'connecting',
    problem: null,
    received: 0,
  }
  #arrived: LiveRow[] = []
  #frame = 0
  #lastId = ''
  #stopped = new AbortController()

  /** @param query of `/v1/stream` */
  constructor(query: URLSearchParams) {
    this.#url = `/v1/stream?${query}`
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly snapshot = (): LiveSnapshot => this.#snapshot

  /** @returns a function that ends it */
  start(): () => void {
    this.#stopped = new AbortController()
    void this.#run(this.#stopped.signal)
    return () => {
      this.#stopped.abort()
      cancelAnimationFrame(this.#frame)
      this.#frame = 0
    }
  }

  /** What comes while it is paused is held, and shown afterwards. */
  setPaused(isPaused: boolean): void {
    this.#change({ isPaused })
    this.#show()
  }

  clear(): void {
    this.#arrived = []
    this.#change({ rows: [], held: 0 })
  }

  async #run(signal: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE_MS
    while (!signal.aborted) {
      try {
        await this.#read(signal, () => {
          pause = FIRST_PAUSE_MS
        })
      } catch {
        // A connection that is lost is what this loop is for.
      }
      if (signal.aborted || this.#snapshot.state === 'refused') return
      this.#change({ state: 'lost' })
      await new Promise(resolve => setTimeout(resolve, pause))
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }

  async #read(signal: AbortSignal, opened: () => void): Promise<void> {
    const headers = new Headers(this.#lastId === '' ? {} : { 'last-event-id': this.#lastId })
    session.authorize(headers)
    const response = await fetch(this.#url, { headers, signal })
    if (!response.ok || !response.body) {
      const body = await response.json().catch(() => null)
      if (response.status === 401) session.close()
      if (response.status >= 400 && response.status < 500)
        this.#change({ state: 'refused', problem: problemOf(response.status, body).message })
      return
    }
    opened()
    this.#change({ state: 'open' })
    const parser = createParser({
      onEvent: ({ id = '', event = '', data }) => {
        this.#lastId = id || this.#lastId
        this.#arrived.push({ id, kind: event, data })
      },
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      parser.feed(value)
      this.#frame ||= requestAnimationFrame(() => {
        this.#frame = 0
        this.#show()
      })
    }
  }

  #show(): void {
    const { rows, isPaused, received, held } = this.#snapshot
    if (this.#arrived.length > MOST_ROWS) this.#arrived = this.#arrived.slice(-MOST_ROWS)
    if (isPaused) {
      if (held !== this.#arrived.length) this.#change({ held: this.#arrived.length })
      return
    }
    if (this.#arrived.length === 0) return
    const fresh = this.#arrived.reverse()
    this.#arrived = []
    this.#change({
      rows: [...fresh, ...rows].slice(0, MOST_ROWS),
      held: 0,
      received: received + fresh.length,
    })
  }

  #change(part: Partial<LiveSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...part }
    for (const listener of this.#listeners) listener()
  }
}
