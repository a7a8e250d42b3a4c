import type { Cause } from './causes.ts'
import { worstSeverity, worstStatus } from './causes.ts'
import type { FlappingRule } from './monitor-config.ts'
import { worseOf } from './severity.ts'
import type { FlappingState, MonitorState } from './state.ts'
import { spanText } from './text.ts'

/**
 * Counts how often the causes (flapping itself apart) change the status, and says when that is too
 * often and when it is over.
 * @param counts false: changes do not count now, because they are expected (maintenance, a parent that is down)
 */
export function followFlapping(
  state: MonitorState,
  causes: readonly Cause[],
  rule: FlappingRule | null,
  counts: boolean,
  at: number,
): FlappingState {
  const before = calmed(state.flapping, at)
  const underlying = worstStatus(causes) ?? 'operational'
  if (rule === null) return { ...before, underlying, changes: [], until: null, since: null }
  if (underlying === before.underlying || !counts) return { ...before, underlying }
  const recent = before.changes.filter(time => time > at - rule.windowMs)
  const changes = [...recent, at].slice(-rule.changes)
  const flaps = before.until !== null || changes.length >= rule.changes
  if (!flaps) return { ...before, underlying, changes }
  return {
    underlying,
    changes,
    until: at + rule.calmMs,
    since: before.since ?? at,
    severity: worseOf(state.incident?.highestSeverity ?? 'info', worstSeverity(causes)),
  }
}

/** The cause that keeps the incident of a flapping monitor open while it looks well for a moment. */
export function flappingCause(state: MonitorState, rule: FlappingRule | null): Cause | null {
  const { until, since, severity } = state.flapping
  if (rule === null || until === null || since === null) return null
  return {
    key: 'flapping',
    kind: 'flapping',
    status: 'degraded',
    severity,
    summary: `flapping: ${rule.changes} changes within ${spanText(rule.windowMs)}`,
    since,
    region: state.readings.region,
    affectedEndpoints: [],
    labels: {},
  }
}

function calmed(state: FlappingState, at: number): FlappingState {
  return state.until === null || at < state.until
    ? state
    : { ...state, changes: [], until: null, since: null }
}
