import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  describeSchedule,
  nextAttemptAt,
  RETRIES,
  RETRY_SPAN_MS,
  retryDelayMs,
} from '../../src/deliver/schedule.ts'

const START = 1_700_000_000_000

describe('the retry schedule', () => {
  it('has 14 delays that double from 1.3 s and make six hours together', () => {
    const rows = describeSchedule()
    expect(rows).toHaveLength(14)
    expect(rows[0]?.delaySeconds).toBeCloseTo(1.3184, 3)
    for (let n = 2; n <= RETRIES; n++) expect(retryDelayMs(n)).toBeCloseTo(2 * retryDelayMs(n - 1), 6)
    expect(rows[13]?.delaySeconds).toBeCloseTo(10_800.66, 1)
    expect(rows[13]?.afterSeconds).toBeCloseTo(21_600, 6)
  })

  it('keeps to the plan within ±10 % of each delay, however long attempts take', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ random: fc.double({ min: 0, max: 1, noNaN: true }), took: fc.nat(600) }), {
          minLength: 14,
          maxLength: 14,
        }),
        attempts => {
          let now = START
          for (const [index, { random, took }] of attempts.entries()) {
            const at = nextAttemptAt({
              attemptsMade: index + 1,
              firstAttemptAt: START,
              now: now + took,
              notBefore: null,
              random,
            }) as number
            const plan = START + (describeSchedule()[index]?.afterSeconds as number) * 1000
            expect(Math.abs(at - plan)).toBeLessThanOrEqual(retryDelayMs(index + 1) * 0.1 + 1)
            now = at
          }
          expect(
            nextAttemptAt({ attemptsMade: 15, firstAttemptAt: START, now, notBefore: null, random: 0.5 }),
          ).toBeNull()
        },
      ),
    )
  })

  it('never comes sooner than half a delay after the last attempt, and never after the end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14 }),
        fc.nat(8 * 3_600_000),
        fc.option(fc.nat(10 * 3_600_000)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attemptsMade, late, asked, random) => {
          const now = START + late
          const notBefore = asked === null ? null : START + asked
          const at = nextAttemptAt({ attemptsMade, firstAttemptAt: START, now, notBefore, random })
          const end = START + RETRY_SPAN_MS + retryDelayMs(14) * 0.1
          if (at === null) {
            expect(now).toBeGreaterThanOrEqual(Math.floor(end))
            return
          }
          expect(at).toBeGreaterThanOrEqual(Math.min(now + retryDelayMs(attemptsMade) / 2, end) - 1)
          expect(at).toBeLessThanOrEqual(end + 1)
          // What the receiver asked for holds up to the end of the six hours.
          if (notBefore !== null)
            expect(at).toBeGreaterThanOrEqual(Math.min(notBefore, START + RETRY_SPAN_MS))
        },
      ),
    )
  })
})
