/** At most this many retries follow the first attempt. */
export const RETRIES = 14

/** The retries are spread over this, ms: six hours. */
export const RETRY_SPAN_MS = 21_600_000

/** A retry's time lies within ±10 % of its delay around the plan. */
const JITTER = 0.1

/** The six hours end here, ms after the first attempt: the plan's end, plus the last delay's jitter. */
const LATEST_MS = RETRY_SPAN_MS + retryDelayMs(RETRIES) * JITTER

/**
 * Delay before retry n: 21600 s × 2^(n-1) / (2^14 - 1). Doubles from 1.3 s to 3 h; all of them make six hours.
 * @param retry 1 to 14
 * @returns ms
 */
export function retryDelayMs(retry: number): number {
  return (RETRY_SPAN_MS * 2 ** (retry - 1)) / (2 ** RETRIES - 1)
}

/** When retry n is planned, ms after the first attempt: the sum of the delays so far. */
function plannedAfterMs(retry: number): number {
  return (RETRY_SPAN_MS * (2 ** retry - 1)) / (2 ** RETRIES - 1)
}

/**
 * When the next attempt is due, or null: the retries or the six hours are over.
 *
 * Retries keep to the plan that the first attempt began, whatever attempts themselves take. Who comes
 * late (the node was down, the receiver asked for patience) does not catch up in a burst: at least
 * half of the retry's own delay always lies between two attempts.
 * @param attemptsMade 1 or more, the first attempt included
 * @param firstAttemptAt start of the first attempt; this, `now`, `notBefore` and the result: ms since the epoch
 * @param notBefore what the receiver asked for (Retry-After), honoured up to the end of the six hours
 * @param random 0 to 1, for the jitter
 */
export function nextAttemptAt(situation: {
  attemptsMade: number
  firstAttemptAt: number
  now: number
  notBefore: number | null
  random: number
}): number | null {
  const { attemptsMade: retry, firstAttemptAt, now, notBefore, random } = situation
  const latest = firstAttemptAt + LATEST_MS
  if (retry > RETRIES || now >= latest) return null
  const delay = retryDelayMs(retry)
  const planned = firstAttemptAt + plannedAfterMs(retry) + delay * JITTER * (2 * random - 1)
  const asked = Math.min(notBefore ?? 0, firstAttemptAt + RETRY_SPAN_MS)
  return Math.round(Math.min(Math.max(planned, asked, now + delay / 2), latest))
}

/** The schedule for people: each retry, its delay, and when it is due after the first attempt; seconds. */
export function describeSchedule(): { retry: number; delaySeconds: number; afterSeconds: number }[] {
  return Array.from({ length: RETRIES }, (_, index) => ({
    retry: index + 1,
    delaySeconds: retryDelayMs(index + 1) / 1000,
    afterSeconds: plannedAfterMs(index + 1) / 1000,
  }))
}
