import { Deduplicator } from './deduplicator.ts'
import { WebhookError } from './errors.ts'
import type { HeadersLike } from './headers.ts'
import { type Delivery, Verifier, type VerifierOptions } from './verifier.ts'

export interface ReceiverOptions extends VerifierOptions {
  /**
   * Called once per event. StatusPulse waits 5 s for the answer, so leave slow work to a queue of yours.
   * When it throws, the request is answered 500 by your framework, and StatusPulse tries again.
   */
  onEvent: (delivery: Delivery) => void | Promise<void>
  /** Default: one with a store in memory. `false`: every attempt is handed over. */
  deduplicator?: Deduplicator | false
}

/** What to answer, as JSON. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: Record<string, unknown>
}

/** How large a body is read, in bytes; StatusPulse's own limit is 256 KiB an event. */
export const MAX_BODY_BYTES = 1_048_576

/**
 * Verifies, deduplicates, hands over, and says what to answer; the adapters of the frameworks only
 * carry bytes to it. A refused request is answered 4xx, which StatusPulse does not try again.
 */
export class Receiver {
  readonly #verifier: Verifier
  readonly #deduplicator: Deduplicator | null
  readonly #onEvent: (delivery: Delivery) => void | Promise<void>

  /** @throws {WebhookError} `invalid_secret` */
  constructor(options: ReceiverOptions) {
    this.#verifier = new Verifier(options)
    this.#deduplicator = options.deduplicator === false ? null : (options.deduplicator ?? new Deduplicator())
    this.#onEvent = options.onEvent
  }

  /**
   * @param body exactly what arrived
   * Rejects with what `onEvent` rejects with.
   */
  async receive(body: string | Uint8Array, headers: HeadersLike): Promise<Answer> {
    let delivery: Delivery
    try {
      delivery = await this.#verifier.verify(body, headers)
    } catch (error) {
      if (error instanceof WebhookError) return refusal(error)
      throw error
    }
    switch (await this.#handOver(delivery)) {
      case 'handled':
        return answer(200, { received: true })
      case 'duplicate':
        return answer(200, { received: true, duplicate: true })
      case 'busy':
        return answer(
          503,
          { error: 'in_progress', message: 'An earlier attempt is still being handled.' },
          { 'retry-after': '5' },
        )
    }
  }

  async #handOver(delivery: Delivery): Promise<'handled' | 'duplicate' | 'busy'> {
    // A test send may carry the id of a real event, which it must neither hide nor be hidden by.
    if (this.#deduplicator !== null && !delivery.dryRun) {
      return this.#deduplicator.run(delivery.event.event_id, () => this.#onEvent(delivery))
    }
    await this.#onEvent(delivery)
    return 'handled'
  }
}

/** The answer to a body of more than {@link MAX_BODY_BYTES}. */
export const tooLarge = (): Answer =>
  answer(413, { error: 'body_too_large', message: `The body has more than ${MAX_BODY_BYTES} bytes.` })

function refusal(error: WebhookError): Answer {
  return answer(error.code === 'invalid_payload' ? 400 : 401, { error: error.code, message: error.message })
}

function answer(status: number, body: Answer['body'], headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}
