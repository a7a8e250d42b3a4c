import { expect, it } from 'vitest'
import { Series } from '../../src/detect/series.ts'

const HOUR = Date.parse('2024-05-14T09:00:00Z')
const sample = (time: number, value: number, metric = 'response_time_ms') => ({
  metric,
  value,
  time,
  region: null,
})

it('gives samples by metric and hour, and each once', () => {
  const series = new Series()
  series.add(sample(HOUR + 1_500, 10))
  series.add(sample(HOUR + 3_600_000, 20))
  series.add(sample(HOUR + 2_000, 1, 'error_rate_pct'))
  expect(series.size).toBe(3)
  expect(series.take()).toEqual([
    { metric: 'response_time_ms', hour: HOUR, seconds: [1], readings: [10] },
    { metric: 'response_time_ms', hour: HOUR + 3_600_000, seconds: [0], readings: [20] },
    { metric: 'error_rate_pct', hour: HOUR, seconds: [2], readings: [1] },
  ])
  expect(series.size).toBe(0)
  expect(series.take()).toEqual([])
})

it('keeps one sample a second of a metric, also when the first is written already', () => {
  const series = new Series()
  series.add(sample(HOUR, 1))
  series.add(sample(HOUR + 999, 2))
  expect(series.take()).toEqual([expect.objectContaining({ readings: [1] })])
  series.add(sample(HOUR + 999, 3))
  series.add(sample(HOUR + 1_000, 4))
  expect(series.take()).toEqual([expect.objectContaining({ seconds: [1], readings: [4] })])
})
