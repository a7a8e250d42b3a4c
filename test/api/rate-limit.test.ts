import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RateLimit } from '../../src/api/rate-limit.ts'

describe('a rate limit', () => {
  it('lets a burst through, then says how long to wait', () => {
    const limit = new RateLimit({ perSecond: 2, burst: 3, names: 10 })
    expect([1, 2, 3, 4].map(() => limit.take('a', 0))).toEqual([0, 0, 0, 1])
    expect(limit.take('a', 500)).toBe(0)
    expect(limit.take('a', 500)).toBe(1)
  })

  it('counts every name alone', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1, names: 10 })
    expect([limit.take('a', 0), limit.take('b', 0), limit.take('a', 0)]).toEqual([0, 0, 1])
  })

  it('never lets through more than the burst and the rate allow', () => {
    const steps = fc.array(fc.nat(2_000), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 50 }), (gaps, perSecond) => {
        const limit = new RateLimit({ perSecond, burst: perSecond, names: 10 })
        let now = 0
        let passed = 0
        for (const gap of gaps) {
          now += gap
          if (limit.take('a', now) === 0) passed++
        }
        expect(passed).toBeLessThanOrEqual(perSecond + (now / 1000) * perSecond + 1e-6)
      }),
    )
  })

  it('is not upset by a clock that goes back', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1, names: 10 })
    expect(limit.take('a', 10_000)).toBe(0)
    expect(limit.take('a', 0)).toBe(1)
    expect(limit.take('a', 1_000)).toBe(0)
  })
})
