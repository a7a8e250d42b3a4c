import type { YieldedSample } from './decision.ts'
import type { MonitorConfig } from './monitor-config.ts'
import type { MonitorState, ThresholdState } from './state.ts'
import { followSample, initialThreshold, passTime } from './thresholds.ts'

/** Holds a sample against the thresholds of its metric, and keeps it if it is a reading that events show. */
export function sampleMetric(
  state: MonitorState,
  sample: YieldedSample,
  at: number,
  monitor: MonitorConfig,
): MonitorState {
  const { metric, value, region } = sample
  const { readings } = state
  const next = {
    region: region ?? readings.region,
    responseTimeMs: metric === 'response_time_ms' ? value : readings.responseTimeMs,
    errorRatePct: metric === 'error_rate_pct' ? value : readings.errorRatePct,
  }
  const thresholds = changeThresholds(state, monitor, at, (found, threshold) =>
    threshold.metric === metric ? followSample(found, threshold, sample, at) : found,
  )
  return { ...state, readings: next, thresholds }
}

/** Lets time pass for every threshold; one that is new begins here. */
export function passThresholds(state: MonitorState, at: number, monitor: MonitorConfig): MonitorState {
  const thresholds = changeThresholds(state, monitor, at, (found, threshold) =>
    passTime(found, threshold, at),
  )
  return thresholds === state.thresholds ? state : { ...state, thresholds }
}

function changeThresholds(
  { thresholds }: MonitorState,
  monitor: MonitorConfig,
  at: number,
  change: (found: ThresholdState, threshold: MonitorConfig['thresholds'][number]) => ThresholdState,
): MonitorState['thresholds'] {
  let next: Record<string, ThresholdState> | null = null
  for (const threshold of monitor.thresholds) {
    const before = thresholds[threshold.id]
    const after = change(before ?? initialThreshold(at), threshold)
    if (after === before) continue
    next ??= { ...thresholds }
    next[threshold.id] = after
  }
  return next ?? thresholds
}
