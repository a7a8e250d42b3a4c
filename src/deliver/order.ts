import type { Delivery, EventType, Order } from '../ground/vocabulary.ts'
import type { Parcel } from './parcel.ts'

/** A pending delivery in its place in line. `parcel` is null while it waits in the table for its retry. */
interface Place {
  readonly delivery: Delivery
  parcel: Parcel | null
  /** Earlier events that it stands for; kept here, since the table does not know while it waits there. */
  superseded: number
  /** ready: called up, but not yet on its way (its endpoint has no room); it can still be superseded. */
  state: 'waiting' | 'ready' | 'in flight'
}

/**
 * What keeps the order of one endpoint's deliveries, in memory (the owner of a bucket is the only one
 * who sends them). A line is what must not overtake itself: a monitor (`ordered`) or an incident (`latest`).
 *
 * - `ordered`: the first in line goes; while it is in flight or waits for its retry, the others wait.
 * - `latest`: a newcomer supersedes everyone in line who is not in flight.
 */
export class Lines {
  readonly #order: Exclude<Order, 'unordered'>
  readonly #lines = new Map<string, Place[]>()
  #size = 0

  constructor(order: Exclude<Order, 'unordered'>) {
    this.#order = order
  }

  /** Pending deliveries in line. */
  get size(): number {
    return this.#size
  }

  /**
   * Puts a parcel in line: a new one, or one that comes back for its retry.
   * @returns what it superseded, and the parcel that may be sent now, if any
   */
  arrive(parcel: Parcel): { superseded: Delivery[]; ready: Parcel | null } {
    const key = this.#keyOf(parcel.delivery, parcel.event.eventType)
    const line = this.#line(key)
    const known = line.find(place => place.delivery.id === parcel.delivery.id)
    if (known) known.parcel = parcel
    else this.#insert(line, parcel.delivery, parcel)
    return { superseded: this.#supersede(line), ready: callUp(line) }
  }

  /** Remembers a delivery that waits in the table: nothing overtakes it. */
  remember(delivery: Delivery, eventType: EventType): void {
    const line = this.#line(this.#keyOf(delivery, eventType))
    if (!line.some(place => place.delivery.id === delivery.id)) this.#insert(line, delivery, null)
  }

  /** Whether the delivery has its place in line already (it comes back for its retry), or somebody stands behind it. */
  expects(parcel: Parcel): boolean {
    const line = this.#lines.get(this.#keyOf(parcel.delivery, parcel.event.eventType))
    return line?.some(place => place.delivery.id >= parcel.delivery.id) ?? false
  }

  /** Everyone in line who waits here for their turn, in order; the lines are of no use afterwards. */
  drain(): Parcel[] {
    const waiting = [...this.#lines.values()].flat().filter(place => place.state === 'waiting')
    return waiting.flatMap(place => place.parcel ?? [])
  }

  /** The parcel that was called up goes on its way; false: it was superseded and must not be sent. */
  start(parcel: Parcel): boolean {
    const line = this.#lines.get(this.#keyOf(parcel.delivery, parcel.event.eventType))
    const place = line?.find(other => other.delivery.id === parcel.delivery.id)
    if (place) place.state = 'in flight'
    return place !== undefined
  }

  /** The parcel goes back into the table to wait for its retry, unless something newer has come. */
  retry(parcel: Parcel): { superseded: Delivery[]; ready: Parcel | null } {
    const line = this.#lines.get(this.#keyOf(parcel.delivery, parcel.event.eventType))
    const place = line?.find(other => other.delivery.id === parcel.delivery.id)
    if (!line || !place) return { superseded: [], ready: null }
    place.state = 'waiting'
    place.parcel = null
    return { superseded: this.#supersede(line), ready: callUp(line) }
  }

  /** The delivery is over (delivered, failed or cancelled): the next in line may go. */
  finish(parcel: Parcel): Parcel | null {
    const key = this.#keyOf(parcel.delivery, parcel.event.eventType)
    const line = this.#lines.get(key)
    const index = line?.findIndex(place => place.delivery.id === parcel.delivery.id) ?? -1
    if (!line || index < 0) return null
    line.splice(index, 1)
    this.#size--
    if (line.length === 0) this.#lines.delete(key)
    return callUp(line)
  }

  /** Forgets everything of a bucket that is no longer ours. */
  forgetBucket(bucket: number): void {
    for (const [key, line] of this.#lines) {
      const kept = line.filter(place => place.delivery.bucket !== bucket)
      this.#size -= line.length - kept.length
      if (kept.length === 0) this.#lines.delete(key)
      else if (kept.length < line.length) this.#lines.set(key, kept)
    }
  }

  #line(key: string): Place[] {
    const known = this.#lines.get(key)
    if (known) return known
    const line: Place[] = []
    this.#lines.set(key, line)
    return line
  }

  /** Ids sort as their deliveries were made. */
  #insert(line: Place[], delivery: Delivery, parcel: Parcel | null): void {
    let index = line.length
    while (index > 0 && (line[index - 1] as Place).delivery.id > delivery.id) index--
    line.splice(index, 0, { delivery, parcel, superseded: 0, state: 'waiting' })
    this.#size++
  }

  /** Takes everyone out of the line who stands before its last and is not in flight; the last tells their story. */
  #supersede(line: Place[]): Delivery[] {
    if (this.#order !== 'latest') return []
    const last = line.at(-1)
    const gone: Delivery[] = []
    for (let index = line.length - 2; index >= 0; index--) {
      const place = line[index] as Place
      if (place.state === 'in flight') continue
      line.splice(index, 1)
      this.#size--
      gone.unshift(place.delivery)
      if (last) last.superseded += 1 + place.superseded
    }
    return gone
  }

  #keyOf(delivery: Delivery, eventType: EventType): string {
    if (this.#order === 'ordered') return delivery.monitorName
    if (delivery.incidentId !== null) return `incident ${delivery.incidentId} ${delivery.monitorName}`
    // Two statuses of a monitor are one story; two metrics are not.
    return eventType === 'status.changed' ? `status ${delivery.monitorName}` : `alone ${delivery.id}`
  }
}

/** Calls the first in line up, if it is here and was not called up before. */
function callUp(line: readonly Place[]): Parcel | null {
  const first = line[0]
  if (!first?.parcel || first.state !== 'waiting') return null
  first.state = 'ready'
  first.parcel.superseded = first.superseded
  return first.parcel
}
