/** The retries of a delivery are spread over this, ms: six hours. */
const SPAN_MS = 21_600_000
export const RETRIES = 14
const FIRST_MS = SPAN_MS / (2 ** RETRIES - 1)

/** The pause before a retry, ms; each is twice the one before. @param retry 1 to 14 */
export function pauseBefore(retry: number): number {
  return FIRST_MS * 2 ** (retry - 1)
}

/** When a retry is planned, ms after the first attempt. @param retry 0 (the first attempt) to 14 */
export function plannedAfter(retry: number): number {
  return FIRST_MS * (2 ** retry - 1)
}

/** Where a moment is, from 0 (the first attempt) to 1 (six hours), on a scale that gives each doubling the same room. */
export function placeOf(afterMs: number): number {
  return Math.min(1, Math.log2(Math.max(0, afterMs) / FIRST_MS + 1) / RETRIES)
}
