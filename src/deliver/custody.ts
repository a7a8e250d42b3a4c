import { BUCKETS } from '../ground/bucket.ts'
import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { ClaimedDelivery } from '../store/deliveries.ts'
import type { Backlog, BacklogReader } from './backlog.ts'
import type { Dispatcher } from './dispatcher.ts'
import type { Held } from './held.ts'
import type { Settlement } from './settlement.ts'

const RETRY_MS = 500

/** What happens when a bucket comes to this node, and when it goes: see store/ownership.ts for why it does. */
export class Custody {
  readonly #held: Held
  readonly #backlog: Backlog
  readonly #dispatcher: Dispatcher
  readonly #settlement: Settlement
  readonly #clock: Clock
  readonly #log: Logger

  constructor(options: {
    held: Held
    backlog: Backlog
    dispatcher: Dispatcher
    settlement: Settlement
    clock: Clock
    log: Logger
  }) {
    this.#held = options.held
    this.#backlog = options.backlog
    this.#dispatcher = options.dispatcher
    this.#settlement = options.settlement
    this.#clock = options.clock
    this.#log = options.log
    this.#backlog.connect(this.#reader())
  }

  /** The bucket is ours: takes up what it has pending, trying again until it has, or the bucket is gone. */
  gained(bucket: number, epoch: number): void {
    this.#held.open(bucket, epoch, this.#clock.now())
    this.#shareChanged()
    this.#takeOver(bucket, epoch)
  }

  /** The bucket is another's, or may be: nothing of it is started any more. */
  lost(bucket: number): void {
    this.#held.close(bucket)
    this.#dispatcher.forgetBucket(bucket)
    this.#shareChanged()
  }

  /** Nothing is started until {@link resumed}. */
  suspended(): void {
    this.#dispatcher.pause()
  }

  /** The buckets that we hold are ours still, with all that waits in memory. */
  resumed(): void {
    this.#dispatcher.resume()
  }

  /** Lets go of a bucket in good order: what is in flight ends, the rest is left in the table. */
  async release(bucket: number): Promise<void> {
    await this.#held.quiet(bucket)
    await this.#backlog.handOver(bucket)
    this.lost(bucket)
  }

  #shareChanged(): void {
    this.#dispatcher.setShare(this.#held.numbers().length / BUCKETS)
  }

  async #takeOver(bucket: number, epoch: number): Promise<void> {
    try {
      await this.#backlog.takeOver(bucket)
    } catch (error) {
      if (this.#held.get(bucket)?.epoch !== epoch) return
      this.#log.warn(`bucket ${bucket} was not taken over, trying again: ${messageOf(error)}`)
      this.#clock.after(RETRY_MS, () => this.#takeOver(bucket, epoch))
    }
  }

  #reader(): BacklogReader {
    const dispatcher = this.#dispatcher
    return {
      submit: parcels => dispatcher.submit(parcels),
      remember: waiting => dispatcher.remember(waiting),
      rememberParked: (endpointId, bucket) => dispatcher.rememberParked(endpointId, bucket),
      payloadGone: (claimed: ClaimedDelivery, epoch: number) =>
        this.#settlement.payloadGone(claimed.delivery, epoch),
    }
  }
}
