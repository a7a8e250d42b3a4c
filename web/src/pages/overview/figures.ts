import type { Attempt } from '../../api/types.ts'
import type { ChartSeries } from '../../parts/time-chart.tsx'

/** What leaves within this of its detection is in time, ms. */
export const TARGET_MS = 200

export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** @returns null: there are none. @param values in any order */
export function percentiles(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** From detection until the request is on its way to the receiver, ms: our part. */
export function oursOf({ timings_ms: { wait, dns, connect, tls } }: Attempt): number {
  return wait + (dns ?? 0) + (connect ?? 0) + (tls ?? 0)
}

/** From then until the receiver has answered, or was given up, ms: their part. */
export function theirsOf({ timings_ms: { total, dns, connect, tls } }: Attempt): number {
  return Math.max(0, total - (dns ?? 0) - (connect ?? 0) - (tls ?? 0))
}

/** Of what came to its end, the share that was delivered, 0 to 1; null: nothing did. */
export function successRate(attempts: readonly Attempt[]): number | null {
  const delivered = attempts.filter(({ outcome }) => outcome === 'delivered').length
  const failed = attempts.filter(({ outcome }) => outcome === 'failed').length
  return delivered + failed === 0 ? null : delivered / (delivered + failed)
}

/** Percentiles over time: one entry a slot, null where a slot has no attempt. Times in seconds. */
export function seriesOf(
  attempts: readonly Attempt[],
  span: { from: number; to: number; slots: number },
  measure: (attempt: Attempt) => number,
): { times: number[]; series: ChartSeries[] } {
  const width = (span.to - span.from) / span.slots
  const slots = Array.from({ length: span.slots }, () => [] as number[])
  for (const attempt of attempts) {
    const slot = Math.floor((Date.parse(attempt.started_at) - span.from) / width)
    slots[Math.min(span.slots - 1, slot)]?.push(measure(attempt))
  }
  const all = slots.map(percentiles)
  return {
    times: slots.map((_, index) => (span.from + (index + 0.5) * width) / 1000),
    series: [
      { label: 'half of all (p50)', values: all.map(one => one?.p50 ?? null) },
      { label: '95 of 100 (p95)', values: all.map(one => one?.p95 ?? null) },
      { label: '99 of 100 (p99)', values: all.map(one => one?.p99 ?? null) },
    ],
  }
}

/** Groups by a name, the largest group first. */
export function groupBy(
  attempts: readonly Attempt[],
  nameOf: (attempt: Attempt) => string,
): [string, Attempt[]][] {
  const groups = Map.groupBy(attempts, nameOf)
  return [...groups].sort(([, a], [, b]) => b.length - a.length)
}
