import { utf8 } from './encoding.ts'
import { WebhookError } from './errors.ts'
import { parseEvent, type StatusPulseEvent } from './event.ts'
import { type HeadersLike, headerReader } from './headers.ts'
import { parseSecrets } from './secret.ts'
import { bodySignature, importKey, includesInConstantTime, standardSignature } from './signature.ts'

const DEFAULT_TOLERANCE_SECONDS = 300
const UNIX_SECONDS = /^[1-9][0-9]{0,10}$/

/**
 * Which signature is checked.
 * - `standard-webhooks`: `webhook-signature` over id, timestamp and body; old requests are refused
 * - `body-signature`: `X-StatusPulse-Signature` over the body alone; a recorded request passes for ever,
 *   so use it only where something else checks the other one
 */
export type Scheme = 'standard-webhooks' | 'body-signature'

export interface VerifierOptions {
  /** The endpoint's secret, or all that are valid while you rotate it. */
  secrets: string | readonly string[]
  /** Default: `standard-webhooks`. */
  scheme?: Scheme
  /** How far the sender's clock may be from ours, either way, in seconds. Default: 300. */
  toleranceSeconds?: number
  /** Our clock, ms since the epoch. Default: `Date.now`. */
  now?: () => number
}

/** A request that was verified. */
export interface Delivery {
  event: StatusPulseEvent
  /** A test send: show it, but wake nobody. */
  dryRun: boolean
  /** When this attempt was made. Signed under `standard-webhooks` only. */
  sentAt: Date | null
  /** 0 on the first attempt, then 1 to 14. */
  retryAttempt: number
  /** The same on every attempt, `dlv_…`; null where the header is missing. */
  deliveryId: string | null
  /** New on every attempt, `req_…`: what to name when you ask about it. */
  requestId: string | null
}

/**
 * Checks that a request comes from StatusPulse, and reads it.
 *
 * ```ts
 * const verifier = new Verifier({ secrets: process.env.STATUSPULSE_SECRET! })
 * const { event } = await verifier.verify(rawBody, request.headers)
 * ```
 */
export class Verifier {
  readonly #scheme: Scheme
  readonly #toleranceSeconds: number
  readonly #now: () => number
  readonly #keyBytes: readonly Uint8Array<ArrayBuffer>[]
  #keys: Promise<CryptoKey[]> | undefined

  /** @throws {WebhookError} `invalid_secret`; RangeError for a tolerance that is negative or not a number */
  constructor(options: VerifierOptions) {
    this.#scheme = options.scheme ?? 'standard-webhooks'
    this.#toleranceSeconds = options.toleranceSeconds ?? DEFAULT_TOLERANCE_SECONDS
    this.#now = options.now ?? Date.now
    if (!(this.#toleranceSeconds >= 0)) throw new RangeError('toleranceSeconds must be 0 or more')
    this.#keyBytes = parseSecrets(options.secrets).map(secret =>
      this.#scheme === 'standard-webhooks' ? secret.standardKey : secret.bodyKey,
    )
  }

  /**
   * Checks the signature and parses the payload.
   * @param body exactly what arrived; parsed and printed again it is another text
   * @throws {WebhookError} when the request must not be trusted
   */
  async verify(body: string | Uint8Array, headers: HeadersLike): Promise<Delivery> {
    await this.authenticate(body, headers)
    const header = headerReader(headers)
    const sentAt = header(
      this.#scheme === 'standard-webhooks' ? 'webhook-timestamp' : 'x-statuspulse-timestamp',
    )
    return {
      event: parseEvent(body),
      dryRun: header('x-statuspulse-dry-run') === 'true',
      sentAt: UNIX_SECONDS.test(sentAt) ? new Date(Number(sentAt) * 1000) : null,
      retryAttempt: Number.parseInt(header('retry-attempt'), 10) || 0,
      deliveryId: header('x-statuspulse-delivery-id') || null,
      requestId: header('x-statuspulse-request-id') || null,
    }
  }

  /**
   * Checks the signature only, whatever the body is.
   * @throws {WebhookError} when the request must not be trusted
   */
  async authenticate(body: string | Uint8Array, headers: HeadersLike): Promise<void> {
    const bytes = rawBytes(body)
    const header = headerReader(headers)
    const good =
      this.#scheme === 'standard-webhooks'
        ? await this.#standardMatches(bytes, header)
        : await this.#bodyMatches(bytes, header)
    if (!good)
      throw new WebhookError(
        'no_matching_signature',
        'No signature matches: wrong secret, or the body was changed on its way.',
      )
  }

  async #standardMatches(body: Uint8Array<ArrayBuffer>, header: (name: string) => string): Promise<boolean> {
    const id = required(header, 'webhook-id')
    const timestamp = required(header, 'webhook-timestamp')
    const signatures = required(header, 'webhook-signature')
    if (!/^[\x21-\x7e]+$/.test(id))
      throw new WebhookError('invalid_header', 'webhook-id must be printable ASCII.')
    this.#checkTimestamp(timestamp)
    const given = signatures
      .split(' ')
      .filter(signature => signature.startsWith('v1,'))
      .map(signature => signature.slice('v1,'.length))
    return this.#anyKeyGives(given, key => standardSignature(key, id, timestamp, body))
  }

  async #bodyMatches(body: Uint8Array<ArrayBuffer>, header: (name: string) => string): Promise<boolean> {
    const given = required(header, 'x-statuspulse-signature')
      .split(',')
      .map(signature => signature.trim())
    return this.#anyKeyGives(given, key => bodySignature(key, body))
  }

  #checkTimestamp(timestamp: string): void {
    if (!UNIX_SECONDS.test(timestamp)) {
      throw new WebhookError('invalid_header', 'webhook-timestamp must be Unix seconds.')
    }
    const age = Math.floor(this.#now() / 1000) - Number(timestamp)
    const limit = `more than ${this.#toleranceSeconds} s from this machine's clock`
    if (age > this.#toleranceSeconds)
      throw new WebhookError('timestamp_too_old', `The request is ${age} s old, ${limit}.`)
    if (-age > this.#toleranceSeconds)
      throw new WebhookError('timestamp_too_new', `The request is ${-age} s ahead, ${limit}.`)
  }

  async #anyKeyGives(
    given: readonly string[],
    signatureBy: (key: CryptoKey) => Promise<string>,
  ): Promise<boolean> {
    this.#keys ??= Promise.all(this.#keyBytes.map(importKey))
    const expected = await Promise.all((await this.#keys).map(signatureBy))
    return expected.map(signature => includesInConstantTime(given, signature)).includes(true)
  }
}

function required(header: (name: string) => string, name: string): string {
  const value = header(name)
  if (value === '') throw new WebhookError('missing_header', `The header ${name} is missing.`)
  return value
}

function rawBytes(body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return utf8(body)
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>
  throw new TypeError('The raw body is needed, as text or bytes: a parsed one cannot be verified.')
}
