import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { Queryable } from '../store/database.ts'
import { compareCursors, type FeedCursor } from '../store/feed-cursor.ts'
import { type FeedItem, readFeed } from '../store/feed-read.ts'
import type { Subject } from './feed-filter.ts'
import type { Hub } from './hub.ts'
import { pauseWhileHeld, Wake } from './wake.ts'

const PAGE_ROWS = 500
/** What was read last stays at hand, so that readers who have caught up can come in without a gap. */
const KEPT_FRAMES = 2_000
const KEPT_CHARACTERS = 4 * 1024 * 1024
const RETRY_MS = 1_000

/** An item as it goes out to everybody: made once. */
export interface Frame {
  readonly cursor: FeedCursor
  readonly subject: Subject
  readonly text: string
}

/** What was read at once; every follower gets the same one. */
export class Batch {
  readonly frames: readonly Frame[]
  /** Where the reading began, and where the next one does. */
  readonly from: FeedCursor
  readonly to: FeedCursor
  readonly #chunks = new Map<string, Buffer>()

  constructor(frames: readonly Frame[], from: FeedCursor, to: FeedCursor) {
    this.frames = frames
    this.from = from
    this.to = to
  }

  /** The bytes for all followers with the same filter. @param key names the filter */
  chunk(key: string, wants: (subject: Subject) => boolean): Buffer {
    let chunk = this.#chunks.get(key)
    if (!chunk) {
      chunk = chunkOf(this.frames.filter(frame => wants(frame.subject)))
      this.#chunks.set(key, chunk)
    }
    return chunk
  }
}

/** The frames' texts as the bytes that go out. */
export function chunkOf(frames: readonly Frame[]): Buffer {
  return Buffer.from(frames.map(frame => frame.text).join(''))
}

/** Told of everything that is read, in order, and how far the head is if that is nothing. Must be quick, and must not throw. */
export type Follower = (batch: Batch) => void

/**
 * The head of one workspace's feed: read once and rendered once, for however many followers. It
 * runs while somebody follows; somebody who comes with an older place reads up to it first.
 */
export class LiveFeed {
  readonly #database: Queryable
  readonly #log: Logger
  readonly #workspaceId: string
  readonly #framesOf: (items: readonly FeedItem[]) => Promise<Frame[]>
  readonly #followers = new Set<Follower>()
  readonly #unsubscribe: () => void
  #kept: Frame[] = []
  #keptCharacters = 0
  /** Everything after it, up to the head, is kept. */
  #floor: FeedCursor
  #head: FeedCursor
  readonly #news = new Wake()
  #ended = false

  /** @param options.from where its first follower stands */
  constructor(options: {
    database: Queryable
    hub: Hub
    log: Logger
    workspaceId: string
    framesOf: (items: readonly FeedItem[]) => Promise<Frame[]>
    from: FeedCursor
  }) {
    this.#database = options.database
    this.#log = options.log
    this.#workspaceId = options.workspaceId
    this.#framesOf = options.framesOf
    this.#floor = options.from
    this.#head = options.from
    this.#unsubscribe = options.hub.subscribe(options.workspaceId, () => this.#news.wake())
    this.#run()
  }

  /**
   * Follows from a place on: `follower` gets what was read after it and is still at hand before this
   * returns, and then everything that is read. It may stand further than the head: a batch can begin before its place.
   * @returns false: the place lies further back than what is at hand
   */
  follow(after: FeedCursor, follower: Follower): boolean {
    if (compareCursors(after, this.#floor) < 0) return false
    this.#followers.add(follower)
    const missed = framesAfter(this.#kept, after)
    if (missed.length > 0) follower(new Batch(missed, after, this.#head))
    return true
  }

  /** @returns whether anybody still follows */
  leave(follower: Follower): boolean {
    this.#followers.delete(follower)
    return this.#followers.size > 0
  }

  /** Reads no more. */
  end(): void {
    this.#ended = true
    this.#unsubscribe()
    this.#news.wake()
  }

  async #run(): Promise<void> {
    let pause: number | null = null
    while (!this.#ended) {
      this.#news.expect()
      try {
        const { complete, held } = await this.#read()
        if (!complete) continue
        pause = pauseWhileHeld(held, pause)
      } catch (error) {
        if (pause !== RETRY_MS) this.#log.warn(`the live stream stands still: ${messageOf(error)}`)
        pause = RETRY_MS
      }
      if (!this.#ended) await this.#news.wait(pause)
    }
  }

  async #read(): Promise<{ complete: boolean; held: boolean }> {
    const page = await readFeed(this.#database, this.#workspaceId, this.#head, PAGE_ROWS)
    const frames = await this.#framesOf(page.items)
    const batch = new Batch(frames, this.#head, page.next)
    this.#head = page.next
    for (const follower of [...this.#followers]) follower(batch)
    this.#keep(frames)
    return page
  }

  #keep(frames: readonly Frame[]): void {
    this.#kept.push(...frames)
    for (const frame of frames) this.#keptCharacters += frame.text.length
    let dropped = 0
    while (this.#kept.length - dropped > KEPT_FRAMES || this.#keptCharacters > KEPT_CHARACTERS) {
      const frame = this.#kept[dropped++] as Frame
      this.#keptCharacters -= frame.text.length
      this.#floor = frame.cursor
    }
    if (dropped > 0) this.#kept = this.#kept.slice(dropped)
  }
}

/** Those of ordered frames that come after a place. */
export function framesAfter(frames: readonly Frame[], after: FeedCursor): readonly Frame[] {
  const first = frames.findIndex(frame => compareCursors(frame.cursor, after) > 0)
  return first < 0 ? [] : frames.slice(first)
}
