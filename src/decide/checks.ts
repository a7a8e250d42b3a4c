import type { YieldedSample } from './decision.ts'
import type { CheckRule } from './monitor-config.ts'
import type { CheckResult } from './observation.ts'
import type { CheckState } from './state.ts'
import { addSample, aggregateOf } from './windows.ts'

/** Whether the result is older than, or the same as, one that was judged before. */
export function isStale(state: CheckState, result: CheckResult): boolean {
  return state.lastAt !== null && result.time <= state.lastAt
}

/** Counts failures and successes in a row, and opens and closes the cause by them. */
export function followCheck(state: CheckState, result: CheckResult, rule: CheckRule): CheckState {
  const failures = result.ok ? 0 : state.failures + 1
  const successes = result.ok ? state.successes + 1 : 0
  const failing = state.failing ? successes < rule.successesToClose : failures >= rule.failuresToOpen
  const begins = !result.ok && state.failures === 0 && !state.failing
  return {
    lastAt: result.time,
    failures,
    successes,
    firstFailureAt: begins ? result.time : failing || failures > 0 ? state.firstFailureAt : null,
    failing,
    error: result.ok ? (failing ? state.error : null) : (result.error ?? 'the check failed'),
    affectedEndpoints: result.ok ? state.affectedEndpoints : (result.affectedEndpoints ?? []),
    outcomes: addSample(state.outcomes, rule.errorRateWindowMs, result.time, result.ok ? 0 : 100, false),
  }
}

/** Percent of the checks of the window that failed; null: there was none. */
export function errorRateOf(state: CheckState, at: number): number | null {
  const rate = aggregateOf(state.outcomes, 'avg', at)
  return rate === null ? null : Math.round(rate * 100) / 100
}

/** What a check measures beside its outcome. */
export function samplesOf(result: CheckResult, errorRatePct: number | null): YieldedSample[] {
  const { time, region } = result
  const samples: YieldedSample[] = []
  if (result.latencyMs !== null)
    samples.push({ metric: 'response_time_ms', value: result.latencyMs, time, region })
  if (errorRatePct !== null) samples.push({ metric: 'error_rate_pct', value: errorRatePct, time, region })
  for (const [metric, value] of Object.entries(result.samples ?? {}))
    samples.push({ metric, value, time, region })
  return samples
}
