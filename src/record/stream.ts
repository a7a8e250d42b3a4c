import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { Queryable } from '../store/database.ts'
import { compareCursors, type FeedCursor, formatCursor } from '../store/feed-cursor.ts'
import { type FeedItem, readFeed } from '../store/feed-read.ts'
import { compileFilter, type FeedFilter, sourcesOf } from './feed-filter.ts'
import { type Batch, chunkOf, type Follower, type Frame, framesAfter } from './live-feed.ts'

const HEARTBEAT_MS = 15_000
/** Rows of one page while a reader catches up by itself. */
const CATCH_UP_ROWS = 200
/** A reader that has not taken this much yet when more comes is let go: it comes again, and reads on from the table. */
const MAX_BUFFERED = 4 * 1024 * 1024
/** A reader that catches up and takes nothing for this long is let go. */
const STALL_MS = 60_000

/** Why a reader does not get everything since its place: it is past retention, or the database was set back. */
export interface Gap {
  readonly reason: 'retention' | 'unknown_place'
  readonly message: string
}

/** Where a stream begins. */
export interface StreamStart {
  readonly place: FeedCursor
  /** Nothing lies between the place and the head. */
  readonly atEnd: boolean
  readonly gap: Gap | null
}

/** What a stream reads from: pages of the table, and the head of the feed that all streams share. */
export interface StreamSource {
  readonly database: Queryable
  readonly log: Logger
  /** @throws the driver's error */
  framesOf(workspaceId: string, items: readonly FeedItem[]): Promise<Frame[]>
  /**
   * Follows the head of the feed from a place on.
   * @param atEnd nothing lies between the place and the head, so the head may be made here
   * @returns leaves it again; null: read on first
   */
  follow(workspaceId: string, place: FeedCursor, atEnd: boolean, follower: Follower): (() => void) | null
}

export interface StreamOptions {
  readonly workspaceId: string
  readonly filter: FeedFilter
  readonly start: StreamStart
  /** Where it is written to, as `text/event-stream` (WHATWG HTML, section 9.2). */
  readonly output: Writable
  /** Whether whoever reads it still may. */
  readonly isAllowed: () => boolean
}

/**
 * One reader of the live stream: reads up to the head by itself, as fast as it is taken, and then
 * follows the head with all others. Every item once and in order, from its place on.
 */
export class Stream {
  readonly #source: StreamSource
  readonly #options: StreamOptions
  readonly #wants: ReturnType<typeof compileFilter>
  readonly #filterKey: string
  readonly #heartbeat: NodeJS.Timeout
  #place: FeedCursor
  #leave: (() => void) | null = null
  #closed = false

  constructor(source: StreamSource, options: StreamOptions) {
    this.#source = source
    this.#options = options
    this.#wants = compileFilter(options.filter)
    this.#filterKey = JSON.stringify(options.filter)
    this.#place = options.start.place
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS)
    options.output.on('error', () => {})
    options.output.once('close', () => this.#close())
  }

  /** Begins; resolves once it follows the head, or has ended. */
  async run(): Promise<void> {
    const { start } = this.#options
    // The place is told before anything happens: whoever loses the connection right now misses nothing either.
    const gap = start.gap ? `event: gap\ndata: ${JSON.stringify(start.gap)}\n` : ''
    this.#write(Buffer.from(`retry: 1000\n${gap}id: ${formatCursor(this.#place)}\n\n`))
    try {
      await this.#catchUp(start.atEnd)
    } catch (error) {
      if (!this.#closed) this.#source.log.warn(`a live stream was cut: ${messageOf(error)}`)
      this.#options.output.destroy()
    }
  }

  get isAllowed(): boolean {
    return this.#options.isAllowed()
  }

  /** Ends it in good order; the reader may come again. */
  end(): void {
    this.#close()
    this.#options.output.end()
  }

  async #catchUp(atEnd: boolean): Promise<void> {
    const { workspaceId, filter } = this.#options
    const sources = sourcesOf(filter.kinds)
    let isCaughtUp = atEnd
    while (!this.#closed) {
      const follower: Follower = batch => this.#take(batch)
      this.#leave = this.#source.follow(workspaceId, this.#place, isCaughtUp, follower)
      if (this.#leave) {
        // It may have been too slow for the first batch already.
        if (this.#closed) this.#leave()
        return
      }
      const page = await readFeed(this.#source.database, workspaceId, this.#place, CATCH_UP_ROWS, sources)
      const frames = await this.#source.framesOf(workspaceId, page.items)
      this.#place = page.next
      isCaughtUp = page.complete
      if (!this.#write(chunkOf(this.#wanted(frames)))) await this.#drained()
    }
  }

  #take(batch: Batch): void {
    const isWhole = compareCursors(this.#place, batch.from) <= 0
    const chunk = isWhole
      ? batch.chunk(this.#filterKey, this.#wants)
      : chunkOf(this.#wanted(framesAfter(batch.frames, this.#place)))
    if (chunk.length > 0 && this.#options.output.writableLength > MAX_BUFFERED) {
      this.#options.output.destroy()
      this.#close()
      return
    }
    this.#write(chunk)
    if (compareCursors(this.#place, batch.to) < 0) this.#place = batch.to
  }

  #wanted(frames: readonly Frame[]): Frame[] {
    return frames.filter(frame => this.#wants(frame.subject))
  }

  /** Says where the reader stands too: coming again, it need not read again what its filter left out. */
  #beat(): void {
    this.#write(Buffer.from(`: still here\nid: ${formatCursor(this.#place)}\n\n`))
  }

  /** @returns false: wait until it is drained */
  #write(chunk: Buffer): boolean {
    return this.#closed || chunk.length === 0 || this.#options.output.write(chunk)
  }

  /** @throws AbortError when it takes too long */
  async #drained(): Promise<void> {
    const { output } = this.#options
    const ended = new AbortController()
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(STALL_MS)])
    try {
      await Promise.race([once(output, 'drain', { signal }), once(output, 'close', { signal })])
    } finally {
      ended.abort()
    }
  }

  #close(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#heartbeat)
    this.#leave?.()
  }
}
