import { LRUCache } from 'lru-cache'
import type { Endpoint } from '../ground/vocabulary.ts'
import { destinationFor } from './destinations/index.ts'
import { Rate } from './rate.ts'

const MOST_GATES = 10_000
/** However long a service asks us to wait, one attempt looks again after this; ms. */
const LONGEST_HOLD_MS = 60_000
/** How soon one asks again who let another go first; ms. */
const ASK_AGAIN_MS = 50

/**
 * The rate that a service allows one URL, whichever endpoints send to it: they go by turns, the one that has waited
 * longest first. A service that asks for patience (429 with Retry-After) is given it by all of them.
 */
export class UrlGate {
  readonly #rate = new Rate()
  /** Who was told to wait, in the order of their first asking, and when each asked last. */
  readonly #waiting = new Map<string, number>()
  #heldUntil = 0
  #patienceMs = 0

  /** @param perSecond this node's part of what the service allows */
  configure(perSecond: number): void {
    this.#rate.set(perSecond, 1)
    this.#patienceMs = perSecond > 0 ? 2_000 / perSecond : 0
  }

  /** So many a millisecond for all who send to the URL. */
  get perMs(): number {
    return this.#rate.perMs
  }

  /** Whether anybody may send now. */
  isOpen(now: number): boolean {
    return now >= this.#heldUntil && this.#rate.allows(now)
  }

  /** Whether the endpoint may send now; if not, it has its place in line for as long as it goes on asking. */
  allows(endpointId: string, now: number): boolean {
    if (this.isOpen(now) && (this.#firstWaiting(now) ?? endpointId) === endpointId) return true
    this.#waiting.set(endpointId, now)
    return false
  }

  /** The endpoint sends. */
  take(endpointId: string): void {
    this.#rate.take()
    this.#waiting.delete(endpointId)
  }

  /**
   * An answer came. The service saw the request at some moment before, and counts from there: so the next one leaves when
   * its time has passed since the answer.
   */
  answered(now: number): void {
    this.#rate.restart(now)
  }

  /** When to ask again; not after `now` when the endpoint may send already. */
  nextAt(endpointId: string, now: number): number {
    if (now < this.#heldUntil) return this.#heldUntil
    if (!this.#rate.allows(now)) return this.#rate.nextAt(now)
    return (this.#firstWaiting(now) ?? endpointId) === endpointId ? now : now + ASK_AGAIN_MS
  }

  /** Nothing goes before `until`, a minute at the most. */
  hold(until: number, now: number): void {
    this.#heldUntil = Math.max(this.#heldUntil, Math.min(until, now + LONGEST_HOLD_MS))
  }

  /** Who stopped asking has nothing to send any more. */
  #firstWaiting(now: number): string | undefined {
    for (const [endpointId, askedAt] of this.#waiting) {
      if (now - askedAt <= this.#patienceMs) return endpointId
      this.#waiting.delete(endpointId)
    }
    return undefined
  }
}

/** The gates of this node, one for each URL of a kind whose service limits URLs. */
export class UrlGates {
  readonly #gates = new LRUCache<string, UrlGate>({ max: MOST_GATES })

  /**
   * The gate of an endpoint's URL, or null: its kind has none.
   * @param share this node's part of all that is sent, 0 to 1
   */
  of({ kind, url }: Endpoint, share: number): UrlGate | null {
    const { mostPerSecondOfUrl } = destinationFor(kind)
    if (mostPerSecondOfUrl === undefined) return null
    const gate = this.#gates.get(url) ?? new UrlGate()
    this.#gates.set(url, gate)
    gate.configure(mostPerSecondOfUrl * share)
    return gate
  }
}
