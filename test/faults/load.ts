import { setTimeout as wait } from 'node:timers/promises'
import { Pool } from 'undici'

/** An answer that did not accept. */
export interface Refusal {
  readonly status: number
  readonly contentType: string
  readonly retryAfter: string | null
  readonly code: string
}

export interface LoadOptions {
  readonly url: string
  readonly token: string
  /** Events a second, all producers together, as long as they are answered. */
  readonly perSecond: number
  readonly producers?: number
  /** Starts every event id that is given; different for loads beside each other. */
  readonly name?: string
}

/** How long a producer waits after it got no answer or a refusal; ms. */
const AGAIN_MS = 50
const BATCH = 5
const MONITORS = 40

/**
 * Producers that send events over connections they keep: single ones and batches, with an event id of
 * their own and without. One that has named its events sends them again after an unclear answer, until
 * they are acknowledged; one that has not cannot, and goes on to the next.
 */
export class Load {
  /** Ids of events that were answered with 202. */
  readonly acknowledged = new Set<string>()
  /** Of these, said to have been accepted before: the first answer was lost. */
  repeats = 0
  /** Requests without an answer: refused, reset, cut. */
  unanswered = 0
  readonly refusals: Refusal[] = []
  readonly #options: Required<LoadOptions>
  readonly #pool: Pool
  readonly #producers: Promise<void>[]
  #next = 0
  #stopping = false

  constructor(options: LoadOptions) {
    this.#options = { producers: 20, name: 'load', ...options }
    this.#pool = new Pool(options.url, { connections: this.#options.producers })
    this.#producers = Array.from({ length: this.#options.producers }, (_, n) => this.#produce(n))
  }

  /** Resolves when everything that has an id is acknowledged; the node must answer for that. */
  async stop(): Promise<void> {
    this.#stopping = true
    await Promise.all(this.#producers)
    await this.#pool.close()
  }

  async #produce(producer: number): Promise<void> {
    const { perSecond, producers } = this.#options
    for (let turn = producer; !this.#stopping; turn++) {
      const size = turn % 4 < 2 ? 1 : BATCH
      const named = turn % 2 === 0
      const slot = wait((size * producers * 1000) / perSecond)
      const body = this.#body(size, named)
      while (!(await this.#send(body)) && (named || !this.#stopping)) {
        await wait(AGAIN_MS)
        if (!named) break
      }
      await slot
    }
  }

  #body(size: number, named: boolean): string {
    const events = Array.from({ length: size }, () => {
      const number = this.#next++
      return {
        monitor_name: `${this.#options.name}-${number % MONITORS}`,
        status: 'degraded',
        ...(named ? { event_id: `${this.#options.name}-${number}` } : {}),
        metadata: { region: 'eu-west-1', response_time_ms: 1840, number },
      }
    })
    return JSON.stringify(size === 1 ? events[0] : events)
  }

  /** Whether the events were acknowledged. */
  async #send(body: string): Promise<boolean> {
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.#pool.request({
        path: '/v1/events',
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#options.token}` },
        body,
      })
      const text = await answer.text()
      if (statusCode === 202) {
        const { data } = JSON.parse(text) as { data: { event_id: string; duplicate: boolean }[] }
        for (const { event_id, duplicate } of data) {
          this.acknowledged.add(event_id)
          if (duplicate) this.repeats++
        }
        return true
      }
      this.refusals.push({
        status: statusCode,
        contentType: String(headers['content-type']),
        retryAfter: headers['retry-after'] === undefined ? null : String(headers['retry-after']),
        code: text,
      })
    } catch {
      this.unanswered++
    }
    return false
  }
}
