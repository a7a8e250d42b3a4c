import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bucketOf } from '../../src/ground/bucket.ts'
import { dayOf, newId, readId } from '../../src/ground/ids.ts'

const time = fc.integer({ min: 0, max: 253_402_300_799_999 })
const bucket = fc.integer({ min: 0, max: 63 })

describe('an id', () => {
  it('says its time and its bucket', () => {
    fc.assert(
      fc.property(time, bucket, (timeMs, of) => {
        expect(readId(newId('dlv', timeMs, of))).toMatchObject({ timeMs, bucket: of })
      }),
    )
  })

  it('sorts by time, and within a millisecond as it was made', () => {
    fc.assert(
      fc.property(fc.array(time, { minLength: 2, maxLength: 50 }), bucket, (times, of) => {
        const sorted = times.toSorted((a, b) => a - b)
        const ids = sorted.map(timeMs => newId('evt', timeMs, of))
        expect(ids.toSorted()).toEqual(ids)
      }),
    )
  })

  it('is unique, however many are made in a millisecond and in whatever order of times', () => {
    const times = [1, 2, 1, 2, 3]
    const ids = Array.from({ length: 200_000 }, (_, n) => newId('att', times[n % 5] ?? 0, 7))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('that is none of ours says nothing', () => {
    for (const text of [
      '',
      'evt_',
      'evt_7f3a9c2b1d',
      'dlv_01uz8m4x5c00000000000000',
      'dlv_zzzzzzzzzz00000000000000',
      "dlv_'; drop",
    ]) {
      expect(readId(text)).toBeNull()
    }
  })

  it('has letters and digits in lower case only', () => {
    expect(newId('evt', 1_700_000_000_000, 63)).toMatch(/^evt_[0-9a-z]{24}$/)
  })
})

describe('a bucket', () => {
  it('is one of 64, the same for the same workspace and monitor, and spread evenly', () => {
    const counts = new Array<number>(64).fill(0)
    for (let n = 0; n < 64_000; n++)
      counts[bucketOf('ws_1', `monitor-${n}`)] = (counts[bucketOf('ws_1', `monitor-${n}`)] ?? 0) + 1
    expect(Math.min(...counts)).toBeGreaterThan(800)
    expect(Math.max(...counts)).toBeLessThan(1_200)
    expect(bucketOf('ws_1', 'a')).toBe(bucketOf('ws_1', 'a'))
  })
})

describe('a day', () => {
  it("is the time's date in UTC", () => {
    expect(dayOf(Date.parse('2024-05-14T23:59:59.999Z'))).toBe('2024-05-14')
    expect(dayOf(Date.parse('2024-05-15T00:00:00Z'))).toBe('2024-05-15')
  })
})
