import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addSample, aggregateOf, countOf, type SampleWindow } from '../../src/decide/windows.ts'

const WINDOW = 60_000

const samples = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 10_000 }),
    value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  }),
  { minLength: 1, maxLength: 200 },
)

function fill(values: readonly { after: number; value: number }[]) {
  let window: SampleWindow | null = null
  let time = 0
  const taken: { time: number; value: number }[] = []
  for (const { after, value } of values) {
    time += after
    window = addSample(window, WINDOW, time, value, true)
    taken.push({ time, value })
  }
  // The window slides by slices: the oldest one is in it whole, or not at all.
  const oldest = (Math.floor(time / (WINDOW / 20)) - 19) * (WINDOW / 20)
  return { window, time, inWindow: taken.filter(one => one.time >= oldest).map(one => one.value) }
}

describe('a window of samples', () => {
  it('aggregates what is in it', () => {
    fc.assert(
      fc.property(samples, values => {
        const { window, time, inWindow } = fill(values)
        expect(countOf(window, time)).toBe(inWindow.length)
        expect(aggregateOf(window, 'max', time)).toBe(Math.max(...inWindow))
        expect(aggregateOf(window, 'min', time)).toBe(Math.min(...inWindow))
        const avg = inWindow.reduce((sum, value) => sum + value, 0) / inWindow.length
        expect(aggregateOf(window, 'avg', time)).toBeCloseTo(avg, 4)
      }),
    )
  })

  it('knows the 95th percentile to 2 %', () => {
    fc.assert(
      fc.property(samples, values => {
        const { window, time, inWindow } = fill(values)
        const sorted = inWindow.toSorted((a, b) => a - b)
        const exact = sorted[Math.ceil(0.95 * sorted.length) - 1]!
        const found = aggregateOf(window, 'p95', time)!
        expect(Math.abs(found - exact)).toBeLessThanOrEqual(Math.abs(exact) * 0.0201 + 1e-9)
      }),
    )
  })

  it('keeps the same little, however many samples come', () => {
    let window: SampleWindow | null = null
    for (let n = 0; n < 50_000; n++) window = addSample(window, WINDOW, n * 5, Math.exp(n % 40), true)
    expect(window!.slices.length).toBeLessThanOrEqual(20)
    expect(JSON.stringify(window).length).toBeLessThan(40_000)
    expect(countOf(window, 250_000)).toBeGreaterThan(11_000)
  })

  it('puts a late sample where it belongs, and drops one that is too late', () => {
    let window = addSample(null, WINDOW, 100_000, 1, false)
    window = addSample(window, WINDOW, 70_000, 5, false)
    window = addSample(window, WINDOW, 20_000, 9, false)
    expect(aggregateOf(window, 'max', 100_000)).toBe(5)
    expect(aggregateOf(window, 'max', 135_000)).toBe(1)
    expect(aggregateOf(window, 'max', 200_000)).toBe(null)
  })

  it('begins anew when its length is changed', () => {
    const window = addSample(addSample(null, WINDOW, 1_000, 9, false), 2 * WINDOW, 2_000, 1, false)
    expect(aggregateOf(window, 'max', 2_000)).toBe(1)
  })
})
