import type { Delivery, Event } from '../ground/vocabulary.ts'
import type { Digest } from './digest.ts'

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
  /** The message that it shares with others; undefined: it has one of its own. */
  digest?: Digest
}

/** Whether the parcel shares another's request, which counts for both: as one in flight, and as one answer. */
export function isRider(parcel: Parcel): boolean {
  return parcel.digest?.isRider(parcel) ?? false
}

/** Bytes that a parcel keeps in memory, about. */
export function weightOf(parcel: Parcel): number {
  return parcel.event.payload.length + 400
}
