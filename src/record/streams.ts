import type { Logger } from '../ground/log.ts'
import type { Database, Queryable } from '../store/database.ts'
import type { FeedCursor } from '../store/feed-cursor.ts'
import { endOfFeed, type FeedItem } from '../store/feed-read.ts'
import { oldestKeptDay } from '../store/partitions.ts'
import { FactsOfEvents } from './event-facts.ts'
import { subjectOf } from './feed-filter.ts'
import type { Hub } from './hub.ts'
import { type Follower, type Frame, LiveFeed } from './live-feed.ts'
import { type Gap, Stream, type StreamOptions, type StreamSource, type StreamStart } from './stream.ts'

/** Every live stream of this node, and the head of each workspace's feed that they share. */
export class Streams implements StreamSource {
  /** For readers who catch up: a connection of its own, so that nothing else ever stands behind them. */
  readonly database: Queryable
  readonly log: Logger
  readonly #pool: Database
  readonly #hub: Hub
  readonly #render: (item: FeedItem) => string
  readonly #facts: FactsOfEvents
  readonly #headLane: Queryable
  readonly #live = new Map<string, LiveFeed>()
  readonly #streams = new Set<Stream>()
  #isEnding = false

  /** @param options.render an item as one message of a `text/event-stream`, with its cursor as `id` */
  constructor(options: { database: Database; hub: Hub; log: Logger; render: (item: FeedItem) => string }) {
    this.database = options.database.lane('feed')
    this.log = options.log
    this.#pool = options.database
    this.#hub = options.hub
    this.#render = options.render
    this.#headLane = options.database.lane('stream')
    this.#facts = new FactsOfEvents(this.#headLane)
  }

  /** How many are open. */
  get count(): number {
    return this.#streams.size
  }

  /** Where a stream begins that was last at `after`; null: now. @throws the driver's error */
  async startAt(after: FeedCursor | null): Promise<StreamStart> {
    const end = await endOfFeed(this.#pool)
    if (after === null) return { place: end, atEnd: true, gap: null }
    if (after.position > end.position) return { place: end, atEnd: true, gap: UNKNOWN_PLACE }
    const oldest = after.day < end.day ? await oldestKeptDay(this.#pool) : null
    return { place: after, atEnd: false, gap: oldest !== null && after.day < oldest ? PAST_RETENTION : null }
  }

  /** Opens a stream; it goes on until its output closes, or {@link endAll}. */
  open(options: StreamOptions): void {
    const stream = new Stream(this, options)
    this.#streams.add(stream)
    options.output.once('close', () => this.#streams.delete(stream))
    stream.run()
    if (this.#isEnding) stream.end()
  }

  /** Ends the streams whose readers may not read any more. */
  endForbidden(): void {
    for (const stream of [...this.#streams]) if (!stream.isAllowed) stream.end()
  }

  /** Ends every stream in good order, and any that is opened from now on. */
  endAll(): void {
    this.#isEnding = true
    for (const stream of [...this.#streams]) stream.end()
  }

  follow(workspaceId: string, place: FeedCursor, atEnd: boolean, follower: Follower): (() => void) | null {
    let live = this.#live.get(workspaceId)
    if (!live) {
      if (!atEnd) return null
      live = this.#newLive(workspaceId, place)
      this.#live.set(workspaceId, live)
    }
    const followed = live
    if (!followed.follow(place, follower)) return null
    return () => {
      if (followed.leave(follower)) return
      followed.end()
      this.#live.delete(workspaceId)
    }
  }

  async framesOf(workspaceId: string, items: readonly FeedItem[]): Promise<Frame[]> {
    const facts = await this.#facts.ofItems(workspaceId, items)
    return items.map((item, index) => ({
      cursor: item.cursor,
      subject: subjectOf(item, facts[index] ?? null),
      text: this.#render(item),
    }))
  }

  #newLive(workspaceId: string, from: FeedCursor): LiveFeed {
    return new LiveFeed({
      database: this.#headLane,
      hub: this.#hub,
      log: this.log,
      workspaceId,
      from,
      framesOf: items => this.framesOf(workspaceId, items),
    })
  }
}

const PAST_RETENTION: Gap = {
  reason: 'retention',
  message:
    'The place to resume from is past retention: what was between it and the oldest record kept is gone.',
}

const UNKNOWN_PLACE: Gap = {
  reason: 'unknown_place',
  message: 'The place to resume from is not in this database: the stream goes on from now.',
}
