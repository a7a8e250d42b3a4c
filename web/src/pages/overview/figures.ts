import type { DeliveryStats } from '../../api/types.ts'
import type { ChartSeries } from '../../parts/time-chart.tsx'

/** What leaves within this of its detection is in time, ms. */
export const TARGET_MS = 200

type Figures = DeliveryStats['total']
type Outcomes = Pick<Figures, 'delivered' | 'retry' | 'failed'>

/** Attempts, whatever became of them. */
export function attemptsOf({ delivered, retry, failed }: Outcomes): number {
  return delivered + retry + failed
}

/** Of what came to its end, the share that was delivered, 0 to 1; null: nothing did. */
export function successRate({ delivered, failed }: Outcomes): number | null {
  return delivered + failed === 0 ? null : delivered / (delivered + failed)
}

/** Percentiles over time: one entry a step, null where a step has no attempt. Times in seconds. */
export function seriesOf(
  { since, step_s, steps }: DeliveryStats,
  whose: 'ours_ms' | 'theirs_ms',
): { times: number[]; series: ChartSeries[] } {
  const start = Date.parse(since) / 1000
  const values = (of: 'p50' | 'p95' | 'p99') => steps.map(step => step[whose]?.[of] ?? null)
  return {
    times: steps.map((_, index) => start + (index + 0.5) * step_s),
    series: [
      { label: 'half of all (p50)', values: values('p50') },
      { label: '95 of 100 (p95)', values: values('p95') },
      { label: '99 of 100 (p99)', values: values('p99') },
    ],
  }
}
