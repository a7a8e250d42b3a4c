import { LRUCache } from 'lru-cache'
import type { EventFacts } from '../ground/vocabulary.ts'
import type { Queryable } from '../store/database.ts'
import { findEventFacts } from '../store/event-facts.ts'
import type { FeedItem } from '../store/feed-read.ts'

const REMEMBERED = 20_000

/**
 * What the items of a feed are about: an attempt and a delivery do not say their event's severity,
 * type and region. Most events passed by in the feed shortly before; the others are looked up.
 */
export class FactsOfEvents {
  readonly #database: Queryable
  /** By delivery: an event's id may come back after a day, a delivery's cannot. */
  readonly #known = new LRUCache<string, EventFacts>({ max: REMEMBERED })

  constructor(database: Queryable) {
    this.#database = database
  }

  /** The facts of each item's event, null where it is past retention. @throws the driver's error */
  async ofItems(workspaceId: string, items: readonly FeedItem[]): Promise<(EventFacts | null)[]> {
    let event: EventFacts | null = null
    for (const item of items) {
      if (item.kind === 'event') event = factsOf(item.event)
      // The deliveries that begin with an event follow it in the feed.
      else if (event && item.kind === 'delivery' && item.cursor.source === 'event') {
        this.#known.set(item.delivery.deliveryId, event)
      }
    }
    const facts = await this.ofDeliveries(
      workspaceId,
      items.flatMap(item => deliveryOf(item) ?? []),
    )
    return items.map(item =>
      item.kind === 'event' ? factsOf(item.event) : (facts.get(deliveryOf(item) ?? '') ?? null),
    )
  }

  /** The facts of the events of deliveries; those past retention are left out. @throws the driver's error */
  async ofDeliveries(workspaceId: string, deliveryIds: readonly string[]): Promise<Map<string, EventFacts>> {
    const facts = new Map<string, EventFacts>()
    const unknown = new Set<string>()
    for (const id of deliveryIds) {
      const known = this.#known.get(id)
      if (known) facts.set(id, known)
      else unknown.add(id)
    }
    if (unknown.size === 0) return facts
    for (const [id, found] of await findEventFacts(this.#database, workspaceId, [...unknown])) {
      this.#known.set(id, found)
      facts.set(id, found)
    }
    return facts
  }
}

/** Only these four: an event would be held with its payload. */
function factsOf({ monitorName, eventType, severity, region }: EventFacts): EventFacts {
  return { monitorName, eventType, severity, region }
}

function deliveryOf(item: FeedItem): string | null {
  if (item.kind === 'event') return null
  return item.kind === 'attempt' ? item.attempt.deliveryId : item.delivery.deliveryId
}
