import { createHmac } from 'node:crypto'

/** One `v1,…` of a `webhook-signature` (Standard Webhooks 1.0): the key is the base64 after `whsec_`. */
export function standardSignature(
  secret: string,
  id: string,
  timestamp: number | string,
  body: Buffer,
): string {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
}

/** One hash of an `X-StatusPulse-Signature`: the key is the whole secret string. */
export function bodySignature(secret: string, body: Buffer): string {
  return createHmac('sha256', secret).update(body).digest('hex')
}
