import type { Delivery, Event } from '../ground/vocabulary.ts'

/** A delivery in its owner's memory, with what it carries: ready to be sent without reading anything. */
export interface Parcel {
  readonly delivery: Delivery
  readonly event: Event
  /** The epoch under which its bucket was owned when it came to us. */
  readonly epoch: number
  /** Since when it waits to be sent: the event's acceptance or the retry's due time; ms since the epoch. */
  readonly readyAt: number
  /** Earlier events of the incident that were superseded by this one. */
  superseded: number
  /** Where its event stands, as long as the delivery has no row of its own; null: it has one. */
  unwrittenAt: number | null
}

/** Bytes that a parcel keeps in memory, about. */
export function weightOf(parcel: Parcel): number {
  return parcel.event.payload.length + 400
}
