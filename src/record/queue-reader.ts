import { dayOf, readId } from '../ground/ids.ts'
import { attemptsBehind } from '../store/attempts-behind.ts'
import type { StoredAttempt } from '../store/attempts-list.ts'
import type { Database, Queryable } from '../store/database.ts'
import { type FeedCursor, formatCursor, placeBefore } from '../store/feed-cursor.ts'
import { endOfFeed, type FeedPage, readFeed } from '../store/feed-read.ts'
import { oldestKeptDay } from '../store/partitions.ts'
import { advanceConsumer, type Consumer, type Queue, type QueuePlace } from '../store/queues.ts'
import { FactsOfEvents } from './event-facts.ts'
import { asksAboutEvent, compileFilter, subjectOf } from './feed-filter.ts'
import type { Hub } from './hub.ts'
import { pauseWhileHeld, Wake } from './wake.ts'

/** Rows of a page: few sizes, as each is a prepared statement. */
const PAGE_SIZES = [20, 100, 500]
/** How long one request may search for messages among attempts that the queue's filter leaves out. */
const SEARCH_MS = 5_000
/** An idle consumer's place is written down this often. */
const IDLE_MS = 3_600_000
/** A consumer's lag is counted over at most so many attempts. */
const LAG_ROWS = 1_000

/** An attempt record as a queue gives it. */
export interface Message {
  readonly attempt: StoredAttempt
  /** Acknowledging it acknowledges this message and all before it. */
  readonly cursor: string
}

export interface Messages {
  readonly messages: readonly Message[]
  /** Acknowledging it acknowledges all of `messages`, and what the filter left out after them. */
  readonly cursor: string
  /** Retention may have dropped messages that the consumer had not acknowledged. */
  readonly gap: boolean
}

/** How far a consumer is behind. */
export interface Lag {
  readonly messages: number
  /** There are more: the count stopped. */
  readonly isCapped: boolean
  /** When the first of them was attempted; ms since the epoch. */
  readonly oldestAt: number | null
}

/** What a read asks for. */
export interface ReadOptions {
  /** 1 to 500 */
  readonly limit: number
  /** How long to wait for the first message; ms. */
  readonly waitMs: number
  /** Ends the wait. */
  readonly signal: AbortSignal
}

/**
 * Reads queues: attempts of the workspace after a consumer's place, as far as the queue's filter wants
 * them. Reading never moves a consumer past a message: only acknowledging does, so a message is
 * given again until then.
 */
export class QueueReader {
  readonly #database: Database
  readonly #lane: Queryable
  readonly #hub: Hub
  readonly #facts: FactsOfEvents

  constructor(options: { database: Database; hub: Hub }) {
    this.#database = options.database
    this.#lane = options.database.lane('feed')
    this.#hub = options.hub
    this.#facts = new FactsOfEvents(this.#lane)
  }

  /** The next messages; none when none came in time. @throws the driver's error */
  async read(workspaceId: string, queue: Queue, consumer: Consumer, options: ReadOptions): Promise<Messages> {
    const gap = await this.#hasGap(consumer)
    const news = new Wake()
    const wake = () => news.wake()
    const unsubscribe = this.#hub.subscribe(workspaceId, wake)
    options.signal.addEventListener('abort', wake)
    const begun = performance.now()
    try {
      let place = consumer.place
      let pause: number | null = null
      let isSkipping = Date.now() - consumer.updatedAt > IDLE_MS
      for (;;) {
        news.expect()
        const page = await this.#page(workspaceId, place, options.limit)
        const messages = await this.#messagesOf(workspaceId, queue, page)
        if (messages.length > 0) return { ...upTo(options.limit, messages, page), gap }
        place = placeOf(page.next)
        isSkipping ||= page.items.length > 0
        const left = begun + (page.complete ? options.waitMs : SEARCH_MS + options.waitMs) - performance.now()
        if (left <= 0 || options.signal.aborted) {
          // Nothing before it is wanted, so nothing is lost; and it need not be read again.
          if (isSkipping) await advanceConsumer(this.#database, workspaceId, queue.name, consumer.name, place)
          return { messages, cursor: formatCursor(page.next), gap }
        }
        if (!page.complete) continue
        pause = pauseWhileHeld(page.held, pause)
        await news.wait(Math.min(left, pause ?? left))
      }
    } finally {
      unsubscribe()
      options.signal.removeEventListener('abort', wake)
    }
  }

  /** How far a place is behind the end of the queue. @throws the driver's error */
  async lag(workspaceId: string, queue: Queue, place: QueuePlace): Promise<Lag> {
    const rows = await attemptsBehind(this.#lane, workspaceId, place, LAG_ROWS + 1)
    const isCapped = rows.length > LAG_ROWS
    const counted = rows.slice(0, LAG_ROWS)
    const ids = asksAboutEvent(queue.filter) ? counted.map(row => row.deliveryId) : []
    const facts = await this.#facts.ofDeliveries(workspaceId, ids)
    const wants = compileFilter({ ...queue.filter, kinds: ['attempt'] })
    const behind = counted.filter(row =>
      wants({ ...row, kind: 'attempt', facts: facts.get(row.deliveryId) ?? null }),
    )
    return { messages: behind.length, isCapped, oldestAt: behind[0]?.startedAt ?? null }
  }

  /** Whether a place lies in what can be read by now; one that does not was not given by us. */
  async isReached(place: QueuePlace): Promise<boolean> {
    return place.position <= (await endOfFeed(this.#lane)).position
  }

  #page(workspaceId: string, place: QueuePlace, limit: number): Promise<FeedPage> {
    const rows = PAGE_SIZES.find(size => size >= limit) ?? limit
    return readFeed(this.#lane, workspaceId, cursorOf(place, ''), rows, ['attempt'])
  }

  async #messagesOf(workspaceId: string, queue: Queue, page: FeedPage): Promise<Message[]> {
    const attempts = page.items.filter(item => item.kind === 'attempt')
    const ids = asksAboutEvent(queue.filter) ? attempts.map(({ attempt }) => attempt.deliveryId) : []
    const facts = await this.#facts.ofDeliveries(workspaceId, ids)
    const wants = compileFilter({ ...queue.filter, kinds: ['attempt'] })
    return attempts
      .filter(item => wants(subjectOf(item, facts.get(item.attempt.deliveryId) ?? null)))
      .map(({ attempt, cursor }) => ({ attempt, cursor: formatCursor({ ...cursor, part: null }) }))
  }

  async #hasGap(consumer: Consumer): Promise<boolean> {
    const day = dayOfPlace(consumer)
    if (day >= dayOf(Date.now())) return false
    const oldest = await oldestKeptDay(this.#database)
    return oldest !== null && day < oldest
  }
}

/** The first messages of a page; all of them acknowledge what the filter left out after them, too. */
function upTo(limit: number, messages: readonly Message[], page: FeedPage) {
  const given = messages.slice(0, limit)
  const isAll = given.length === messages.length
  return { messages: given, cursor: isAll ? formatCursor(page.next) : (given.at(-1) as Message).cursor }
}

/** Where a consumer stands that has acknowledged everything up to a cursor. */
export function placeOf(cursor: FeedCursor): QueuePlace {
  // Attempts of a position stand after its events and before its changes of deliveries.
  if (cursor.source === 'delivery') return { position: cursor.position + 1, id: '' }
  return { position: cursor.position, id: cursor.source === 'attempt' ? cursor.id : '' }
}

/** The cursor of a consumer's place, for showing. */
export function cursorOfConsumer(consumer: Consumer): string {
  return formatCursor(cursorOf(consumer.place, dayOfPlace(consumer)))
}

function cursorOf({ position, id }: QueuePlace, day: string): FeedCursor {
  return id === '' ? placeBefore(position, day) : { position, source: 'attempt', id, part: null, day }
}

/** The UTC day by which retention drops what comes after the place. */
function dayOfPlace({ place, updatedAt }: Consumer): string {
  return dayOf(readId(place.id)?.timeMs ?? updatedAt)
}
