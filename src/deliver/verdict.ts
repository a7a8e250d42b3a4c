import type { Exchange, Verdict } from '../ground/vocabulary.ts'

/** Answers that ask for another try, beside all of 5xx. */
const TRY_AGAIN = new Set([408, 425, 429])
/** Answers whose Retry-After counts. */
const RETRY_AFTER = new Set([408, 425, 429, 503])
const GONE = 410

/**
 * What follows an attempt at an HTTP receiver, by the table in DESIGN "Delivery rules".
 * @param successStatuses what counts as delivered
 * @param now when the answer was there; ms since the epoch
 */
export function judgeAnswer(exchange: Exchange, successStatuses: readonly number[], now: number): Verdict {
  const { statusCode, error } = exchange
  if (error) {
    if (error.class === 'invalid_request') return { outcome: 'failed', why: error.message, disable: false }
    return { outcome: 'retry', why: error.message, notBefore: null }
  }
  if (statusCode === null) return { outcome: 'retry', why: 'there was no answer', notBefore: null }
  if (successStatuses.includes(statusCode)) return { outcome: 'delivered' }
  const why = `the receiver answered ${statusCode}`
  if (statusCode >= 500 || TRY_AGAIN.has(statusCode)) {
    const asked = RETRY_AFTER.has(statusCode) ? exchange.responseHeaders['retry-after'] : undefined
    return { outcome: 'retry', why, notBefore: asked === undefined ? null : retryAfter(asked, now) }
  }
  if (statusCode === GONE) return { outcome: 'failed', why: `${why} (gone)`, disable: true }
  return { outcome: 'failed', why: `${why}${remark(statusCode)}`, disable: false }
}

/**
 * When a `Retry-After` (RFC 9110, section 10.2.3: seconds, or an HTTP date) lets us come again; null for any other text.
 * @param now and the result: ms since the epoch
 */
export function retryAfter(value: string, now: number): number | null {
  const text = value.trim()
  if (/^\d{1,10}$/.test(text)) return now + Number(text) * 1000
  // Every form of HTTP date begins with the day's name; Date.parse alone would take "1.5" for a date.
  const at = /^[A-Z][a-z]{2,8},? /.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? null : at
}

function remark(statusCode: number): string {
  if (statusCode >= 300 && statusCode < 400) return ' (redirects are not followed)'
  if (statusCode < 300) return " (not one of the endpoint's success codes)"
  return ''
}
