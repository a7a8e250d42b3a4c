import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { Attempt, Delivery, DeliveryStatus, Endpoint, Verdict } from '../ground/vocabulary.ts'
import type { Recorder } from '../record/recorder.ts'
import type { Backlog } from './backlog.ts'
import type { EndpointHealth } from './health.ts'
import type { Held } from './held.ts'
import { isRider, type Parcel } from './parcel.ts'

/** Has written down what became of deliveries, and lets go of what is on record. */
export class Settlement {
  readonly #recorder: Recorder
  readonly #held: Held
  readonly #backlog: Backlog
  readonly #health: EndpointHealth
  readonly #clock: Clock
  readonly #log: Logger

  constructor(options: {
    recorder: Recorder
    held: Held
    backlog: Backlog
    health: EndpointHealth
    clock: Clock
    log: Logger
  }) {
    this.#recorder = options.recorder
    this.#held = options.held
    this.#backlog = options.backlog
    this.#health = options.health
    this.#clock = options.clock
    this.#log = options.log
  }

  /**
   * An attempt and what follows from it. Resolves once that is on record.
   * @param superseded those in line whom a later one has superseded meanwhile, the parcel itself perhaps among them
   */
  async attempted(
    parcel: Parcel,
    endpoint: Endpoint,
    { attempt, verdict }: { attempt: Attempt; verdict: Verdict },
    superseded: readonly Delivery[],
  ): Promise<void> {
    await this.#recorder.record({
      delivery: parcel.delivery,
      epoch: parcel.epoch,
      attempt,
      status: attempt.deliveryStatus,
      reason: attempt.why,
      dueAt: attempt.nextAttemptAt,
      at: this.#clock.now(),
      fresh: parcel.unwrittenAt !== null,
    })
    this.#held.end(parcel)
    const isSuperseded = superseded.some(delivery => delivery.id === parcel.delivery.id)
    if (attempt.deliveryStatus === 'pending' && !isSuperseded)
      this.#backlog.dueAt(parcel.delivery.bucket, attempt.nextAttemptAt as number)
    this.cancel(superseded)
    if (!isRider(parcel)) this.#health.saw(endpoint, verdict)
  }

  /** The endpoint is gone or switched off: that, and not silence, is what the record says. */
  async unsent(parcel: Parcel, endpoint: Endpoint | undefined): Promise<void> {
    const status: DeliveryStatus = endpoint ? 'failed' : 'cancelled'
    const reason = endpoint
      ? `the endpoint is disabled${endpoint.disabledReason ? `: ${endpoint.disabledReason}` : ''}`
      : 'the endpoint was deleted'
    await this.#finish(parcel.delivery, parcel.epoch, status, reason)
    this.#held.end(parcel)
  }

  /** The delivery's event is past retention: there is nothing left to send. */
  payloadGone(delivery: Delivery, epoch: number): void {
    this.#finish(delivery, epoch, 'failed', 'its event is past retention').catch(error =>
      this.#log.error(`delivery ${delivery.id} was not written down: ${messageOf(error)}`),
    )
  }

  /** Deliveries that were superseded before they were sent. */
  cancel(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      const held = this.#held.get(delivery.bucket)
      if (!held) continue
      const parcel = held.parcels.get(delivery.id)
      this.#finish(delivery, held.epoch, 'cancelled', 'superseded by a later event of the same incident')
        .then(() => {
          if (parcel) this.#held.drop(parcel)
        })
        .catch(error => this.#log.error(`delivery ${delivery.id} was not cancelled: ${messageOf(error)}`))
    }
  }

  async #finish(delivery: Delivery, epoch: number, status: DeliveryStatus, reason: string): Promise<void> {
    await this.#recorder.record({
      delivery,
      epoch,
      attempt: null,
      status,
      reason,
      dueAt: null,
      at: this.#clock.now(),
    })
  }
}
