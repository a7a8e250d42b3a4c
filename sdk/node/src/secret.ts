import { fromBase64, utf8 } from './encoding.ts'
import { WebhookError } from './errors.ts'

const PREFIX = 'whsec_'
const MIN_BYTES = 24
const MAX_BYTES = 64

/** A signing secret as the two signatures use it. */
export interface Secret {
  /** Standard Webhooks: the bytes whose base64 follows `whsec_`. */
  readonly standardKey: Uint8Array<ArrayBuffer>
  /** X-StatusPulse-Signature: the whole string, `whsec_` included. */
  readonly bodyKey: Uint8Array<ArrayBuffer>
}

/**
 * Reads a secret as StatusPulse shows it.
 * @throws {WebhookError} `invalid_secret`; the message never holds the secret
 */
export function parseSecret(text: string): Secret {
  if (typeof text !== 'string' || !text.startsWith(PREFIX)) {
    throw new WebhookError('invalid_secret', `A secret starts with "${PREFIX}": copy the whole of it.`)
  }
  const standardKey = fromBase64(text.slice(PREFIX.length))
  if (standardKey === null) {
    throw new WebhookError(
      'invalid_secret',
      `After "${PREFIX}" a secret is base64, without spaces or line breaks.`,
    )
  }
  if (standardKey.length < MIN_BYTES || standardKey.length > MAX_BYTES) {
    throw new WebhookError(
      'invalid_secret',
      `A secret has ${MIN_BYTES} to ${MAX_BYTES} bytes, this one ${standardKey.length}.`,
    )
  }
  return { standardKey, bodyKey: utf8(text) }
}

/** @throws {WebhookError} `invalid_secret`, also when there is none */
export function parseSecrets(secrets: string | readonly string[]): Secret[] {
  const list = typeof secrets === 'string' ? [secrets] : secrets
  if (!list || list.length === 0) throw new WebhookError('invalid_secret', 'At least one secret is needed.')
  return list.map(parseSecret)
}
