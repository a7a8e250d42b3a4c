import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, type StatusHistory, startOfDay, uptimeOf, uptimePercent } from '../../src/decide/uptime.ts'
import { STATUSES, type Status } from '../../src/ground/vocabulary.ts'

const NOW = Date.UTC(2024, 4, 14, 9, 23, 11, 250)
const DAYS = 3
/** Histories lie on a raster of so many ms, which a model can go through step by step. */
const STEP = 10 * 60_000
const FIRST = startOfDay(NOW) - 2 * DAY_MS

describe('Uptime', () => {
  const at = fc
    .integer({ min: -20, max: Math.floor((NOW - FIRST) / STEP) + 5 })
    .map(step => FIRST + step * STEP)
  const history = fc.record({
    changes: fc
      .uniqueArray(fc.record({ since: at, status: fc.constantFrom(...STATUSES) }), {
        maxLength: 30,
        selector: ({ since }) => since,
      })
      .map(changes => changes.toSorted((a, b) => a.since - b.since)),
    unwatched: fc
      .array(fc.tuple(at, at), { maxLength: 6 })
      .map(spans =>
        spans
          .map(([a, b]) => ({ since: Math.min(a, b), until: Math.max(a, b) }))
          .toSorted((a, b) => a.since - b.since),
      ),
  })

  it('adds up to the length of each day, and of today so far, whatever happened', () => {
    fc.assert(
      fc.property(history, past => {
        for (const { day, spent } of uptimeOf(past, DAYS, NOW)) {
          const sum = Object.values(spent).reduce((a, b) => a + b)
          expect(sum).toBe(Math.min(DAY_MS, NOW - day))
          expect(Math.min(...Object.values(spent))).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  it('is what one gets who looks at every moment', () => {
    fc.assert(
      fc.property(history, past => {
        expect(uptimeOf(past, DAYS, NOW)).toEqual(simple(past))
      }),
      { numRuns: 300 },
    )
  })

  it('is unknown, and never down, while nobody watched', () => {
    const down: StatusHistory = {
      changes: [{ since: FIRST, status: 'down' }],
      unwatched: [{ since: FIRST + DAY_MS, until: FIRST + 2 * DAY_MS }],
    }
    expect(uptimeOf(down, DAYS, NOW).map(({ spent }) => [spent.down, spent.unknown])).toEqual([
      [DAY_MS, 0],
      [0, DAY_MS],
      [NOW - FIRST - 2 * DAY_MS, 0],
    ])
  })

  it('counts neither unknown time nor maintenance in percent', () => {
    const spent = (part: Partial<Record<Status, number>>) => [
      { day: 0, spent: { operational: 0, degraded: 0, down: 0, maintenance: 0, unknown: 0, ...part } },
    ]
    expect(uptimePercent(spent({ operational: 2, degraded: 1, down: 1, maintenance: 9, unknown: 9 }))).toBe(
      75,
    )
    expect(uptimePercent(spent({ maintenance: 9, unknown: 9 }))).toBe(null)
  })
})

/** The status at every step of the raster, by looking through everything. */
function simple({ changes, unwatched }: StatusHistory) {
  const days = [0, 1, 2].map(index => ({
    day: FIRST + index * DAY_MS,
    spent: Object.fromEntries(STATUSES.map(status => [status, 0])) as Record<Status, number>,
  }))
  for (let moment = FIRST; moment < NOW; moment += STEP) {
    const isUnwatched = unwatched.some(({ since, until }) => since <= moment && moment < until)
    const status = changes.findLast(({ since }) => since <= moment)?.status ?? 'unknown'
    days[Math.floor((moment - FIRST) / DAY_MS)]!.spent[isUnwatched ? 'unknown' : status] +=
      Math.min(moment + STEP, NOW) - moment
  }
  return days
}
