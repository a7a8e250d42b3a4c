import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Endpoint, Verdict } from '../ground/vocabulary.ts'
import type { Database } from '../store/database.ts'
import { disableEndpoint, loadFailing, noteFailing, noteRecovered } from '../store/endpoint-health.ts'

/**
 * An endpoint counts as failing after so many failures in a row. One answer alone says little: a
 * single bad event must not have its retries brought forward, and used up, by every good one.
 */
const FAILURES_TO_COUNT = 3

/** Told to other nodes when an endpoint answers again. */
export const RECOVERED_CHANNEL = 'statuspulse_recovered'

export interface HealthEvents {
  /** Its waiting retries may go now. */
  recovered(endpointId: string): void
  /** It was switched off: 410, or nothing but failures for too long. */
  disabled(endpoint: Endpoint, reason: string): void
}

interface Health {
  failures: number
  failingSince: number | null
}

/** Watches how endpoints answer: notices recoveries, and switches off what is gone for good. */
export class EndpointHealth implements Part {
  readonly #database: Database
  readonly #clock: Clock
  readonly #log: Logger
  readonly #disableAfterMs: number
  readonly #health = new Map<string, Health>()
  #events: HealthEvents | null = null
  #hasPeers = false

  /** @param options.disableAfterMs how long every delivery must have failed before an endpoint is switched off */
  constructor(options: { database: Database; clock: Clock; log: Logger; disableAfterMs: number }) {
    this.#database = options.database
    this.#clock = options.clock
    this.#log = options.log
    this.#disableAfterMs = options.disableAfterMs
  }

  /** Who is told; set once, before {@link start}. */
  connect(events: HealthEvents): void {
    this.#events = events
  }

  async start(): Promise<void> {
    for (const [endpointId, failingSince] of await loadFailing(this.#database)) {
      this.#health.set(endpointId, { failures: FAILURES_TO_COUNT, failingSince })
    }
    await this.#database.listen(RECOVERED_CHANNEL, endpointId => {
      if (endpointId) this.#events?.recovered(endpointId)
    })
  }

  async stop(): Promise<void> {}

  /** Whether other nodes must be told of recoveries. */
  setPeers(alive: boolean): void {
    this.#hasPeers = alive
  }

  /** Since when the endpoint has only failed (ms since the epoch), or null. */
  failingSince(endpointId: string): number | null {
    return this.#health.get(endpointId)?.failingSince ?? null
  }

  /** Takes note of an attempt's verdict. */
  saw(endpoint: Endpoint, verdict: Verdict): void {
    if (verdict.outcome === 'delivered') this.#succeeded(endpoint)
    else this.#failed(endpoint, verdict)
  }

  #succeeded(endpoint: Endpoint): void {
    const health = this.#health.get(endpoint.id)
    if (!health) return
    this.#health.delete(endpoint.id)
    if (health.failures < FAILURES_TO_COUNT) return
    this.#events?.recovered(endpoint.id)
    this.#keep(noteRecovered(this.#database, endpoint.id, this.#clock.now()))
    if (this.#hasPeers)
      this.#keep(this.#database.query(`select pg_notify($1, $2)`, [RECOVERED_CHANNEL, endpoint.id]))
  }

  #failed(endpoint: Endpoint, verdict: Verdict & { outcome: 'retry' | 'failed' }): void {
    const now = this.#clock.now()
    const health = this.#health.get(endpoint.id) ?? { failures: 0, failingSince: null }
    this.#health.set(endpoint.id, health)
    health.failures++
    if (health.failures === FAILURES_TO_COUNT) this.#keep(noteFailing(this.#database, endpoint.id, now))
    if (health.failures >= FAILURES_TO_COUNT) health.failingSince ??= now
    if (verdict.outcome === 'failed' && verdict.disable) {
      this.#disable(endpoint, verdict.why)
    } else if (health.failingSince !== null && now - health.failingSince >= this.#disableAfterMs) {
      this.#disable(endpoint, `every delivery failed since ${new Date(health.failingSince).toISOString()}`)
    }
  }

  #disable(endpoint: Endpoint, reason: string): void {
    this.#keep(
      disableEndpoint(this.#database, endpoint.id, reason, this.#clock.now()).then(isNew => {
        if (!isNew) return
        this.#log.warn(`endpoint ${endpoint.id} (${endpoint.name}) was disabled: ${reason}`)
        this.#events?.disabled(endpoint, reason)
      }),
    )
  }

  /** What is lost here is noticed again with the next failure. */
  #keep(work: Promise<unknown>): void {
    work.catch(error => this.#log.warn(`an endpoint's health was not written: ${messageOf(error)}`))
  }
}
