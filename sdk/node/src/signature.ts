import { toBase64, toHex, utf8 } from './encoding.ts'
import { parseSecrets } from './secret.ts'

const HMAC = { name: 'HMAC', hash: 'SHA-256' }

/** A key for {@link standardSignature} and {@link bodySignature}. */
export const importKey = (bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', bytes, HMAC, false, ['sign'])

/** The base64 that follows `v1,` in `webhook-signature`. */
export async function standardSignature(
  key: CryptoKey,
  id: string,
  timestamp: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<string> {
  const start = utf8(`${id}.${timestamp}.`)
  const signed = new Uint8Array(start.length + body.length)
  signed.set(start)
  signed.set(body, start.length)
  return toBase64(new Uint8Array(await crypto.subtle.sign(HMAC.name, key, signed)))
}

/** One hash of `X-StatusPulse-Signature`, in lower-case hex. */
export async function bodySignature(key: CryptoKey, body: Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.sign(HMAC.name, key, body)))
}

/**
 * Whether one of the given texts is the expected one, in a time that tells nothing about the expected
 * text: every character of every given text is compared.
 */
export function includesInConstantTime(given: readonly string[], expected: string): boolean {
  let found = 0
  for (const text of given) {
    let difference = text.length ^ expected.length
    for (let index = 0; index < expected.length; index++) {
      // charCodeAt past the end is NaN, and NaN ^ code differs from 0.
      difference |= text.charCodeAt(index) ^ expected.charCodeAt(index)
    }
    found |= Number(difference === 0)
  }
  return found === 1
}

/**
 * The signature headers StatusPulse would send: for testing your own receiver.
 * @param options.secrets newest first, as during a rotation
 * @param options.timestamp Unix seconds; default: now
 * @throws {WebhookError} `invalid_secret`
 */
export async function sign(options: {
  secrets: string | readonly string[]
  eventId: string
  body: string
  timestamp?: number
}): Promise<Record<string, string>> {
  const { eventId } = options
  const body = utf8(options.body)
  const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1000))
  const signatures = await Promise.all(
    parseSecrets(options.secrets).map(async ({ standardKey, bodyKey }) => ({
      standard: `v1,${await standardSignature(await importKey(standardKey), eventId, timestamp, body)}`,
      body: await bodySignature(await importKey(bodyKey), body),
    })),
  )
  return {
    'X-StatusPulse-Signature': signatures.map(signature => signature.body).join(','),
    'X-StatusPulse-Timestamp': timestamp,
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.map(signature => signature.standard).join(' '),
  }
}
