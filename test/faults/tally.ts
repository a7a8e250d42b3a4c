import { type Answer, type ReceivedRequest, type Receiver, startReceiver } from '../helpers/receiver.ts'
import { until } from './until.ts'

/** What arrived of one event. */
interface Arrival {
  readonly requests: Pick<ReceivedRequest, 'headers' | 'arrivedAt' | 'retryAttempt' | 'connection'>[]
  readonly deliveryIds: Set<string>
  readonly bodies: Set<string>
}

/** A receiver that keeps count: which events came, how often, and as how many different deliveries. */
export class Tally {
  readonly #arrivals = new Map<string, Arrival>()
  readonly #receiver: Receiver
  #duplicates = 0

  private constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  /** @param answer 200 unless given; what gets no success is counted all the same */
  static async start(
    answer: (request: ReceivedRequest) => Answer | Promise<Answer> = () => ({ status: 200 }),
  ) {
    const receiver = await startReceiver()
    const tally = new Tally(receiver)
    receiver.answerWith(request => {
      tally.#count(request)
      return answer(request)
    })
    return tally
  }

  get url(): string {
    return this.#receiver.url
  }

  /** Everything as it arrived. */
  get requests(): readonly ReceivedRequest[] {
    return this.#receiver.requests
  }

  /** Different events that came. */
  get unique(): number {
    return this.#arrivals.size
  }

  /** Requests for an event that had come before. */
  get duplicates(): number {
    return this.#duplicates
  }

  has(eventId: string): boolean {
    return this.#arrivals.has(eventId)
  }

  /** Which of these events never came. */
  missing(eventIds: Iterable<string>): string[] {
    return [...eventIds].filter(id => !this.#arrivals.has(id))
  }

  /** Events that came as more than one delivery, or with different bodies: as if they were two. */
  twofold(): string[] {
    const twofold = [...this.#arrivals].filter(
      ([, arrival]) => arrival.deliveryIds.size > 1 || arrival.bodies.size > 1,
    )
    return twofold.map(([id]) => id)
  }

  /** Resolves once all of these events have come. */
  async received(eventIds: Iterable<string>): Promise<void> {
    const wanted = [...eventIds]
    let at = 0
    await until(() => {
      while (at < wanted.length && this.has(wanted[at] as string)) at++
      return at === wanted.length
    })
  }

  /** Every event that came more than once, with what tells its requests apart, in words. */
  repeated(): string[] {
    return [...this.#arrivals].flatMap(([id, { requests }]) => {
      if (requests.length === 1) return []
      const each = requests.map(
        ({ headers, arrivedAt, retryAttempt, connection }) =>
          `at ${arrivedAt.toFixed(1)} ${headers['x-statuspulse-request-id']}, retry ${retryAttempt}, connection ${connection}`,
      )
      return `${id}: ${each.join('; ')}`
    })
  }

  close(): Promise<void> {
    return this.#receiver.close()
  }

  #count({ headers, body, arrivedAt, retryAttempt, connection }: ReceivedRequest): void {
    const id = String(headers['webhook-id'])
    let arrival = this.#arrivals.get(id)
    if (arrival) this.#duplicates++
    else {
      arrival = { requests: [], deliveryIds: new Set(), bodies: new Set() }
      this.#arrivals.set(id, arrival)
    }
    arrival.requests.push({ headers, arrivedAt, retryAttempt, connection })
    arrival.deliveryIds.add(String(headers['x-statuspulse-delivery-id']))
    arrival.bodies.add(body.toString())
  }
}
