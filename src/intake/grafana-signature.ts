import { createHmac, timingSafeEqual } from 'node:crypto'

/** Headers of Grafana's webhook; the second one's name is the one that our guide tells to set. */
export const SIGNATURE_HEADER = 'x-grafana-alerting-signature'
export const TIMESTAMP_HEADER = 'x-grafana-alerting-timestamp'

/** How far its clock may be from ours. */
const TOLERANCE_S = 300

/**
 * Why a body of Grafana's webhook is not to be trusted, in words for whoever set it up; null: it is signed with
 * the secret. The signature is the hex HMAC-SHA256 of the body or, with a timestamp (Unix seconds), of `timestamp:body`.
 * @param time now; ms since the epoch
 */
export function checkGrafanaSignature(
  body: Buffer,
  headers: { readonly signature: string | undefined; readonly timestamp: string | undefined },
  secret: string,
  time: number,
): string | null {
  const { signature, timestamp } = headers
  if (signature === undefined) return `it has no ${SIGNATURE_HEADER}, and a secret is set here`
  const hmac = createHmac('sha256', secret)
  if (timestamp !== undefined) hmac.update(`${timestamp}:`)
  const expected = hmac.update(body).digest()
  const given = Buffer.from(/^[0-9a-f]{64}$/i.test(signature) ? signature : '', 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return 'its signature was not made with the secret that is set here'
  if (timestamp !== undefined && !(Math.abs(Number(timestamp) * 1_000 - time) <= TOLERANCE_S * 1_000))
    return `its ${TIMESTAMP_HEADER} is more than ${TOLERANCE_S} s from now`
  return null
}
