import type { Severity } from '../ground/vocabulary.ts'
import type { MonitorConfig, TroubleStatus } from './monitor-config.ts'
import { isWorse, worseOf } from './severity.ts'
import type { MonitorState } from './state.ts'
import { summaryOf } from './thresholds.ts'

/** Something that is wrong right now. A monitor is in trouble as long as it has one. */
export interface Cause {
  /** Unique in the monitor, and the same as long as it is the same trouble. */
  readonly key: string
  readonly kind: 'check' | 'heartbeat' | 'threshold' | 'alert' | 'report' | 'flapping'
  readonly status: TroubleStatus
  readonly severity: Severity
  readonly summary: string
  readonly since: number
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** All active causes, the worst first, then the oldest. Follows from state and settings alone, so a rule that is gone has none. */
export function causesOf(state: MonitorState, monitor: MonitorConfig): Cause[] {
  const causes: Cause[] = []
  const { check, heartbeat, report } = state
  const rest = { region: state.readings.region, affectedEndpoints: monitor.affectedEndpoints, labels: {} }
  if (monitor.check && check.failing) {
    const { severity, status } = monitor.check
    const summary = check.error ?? 'the check failed'
    const since = check.firstFailureAt ?? state.decidedAt
    const affectedEndpoints = orElse(check.affectedEndpoints, monitor.affectedEndpoints)
    causes.push({ ...rest, key: 'check', kind: 'check', severity, status, summary, since, affectedEndpoints })
  }
  if (monitor.heartbeat && heartbeat.trouble) {
    const { severity, status } = monitor.heartbeat
    causes.push({ ...rest, key: 'heartbeat', kind: 'heartbeat', severity, status, ...heartbeat.trouble })
  }
  for (const threshold of monitor.thresholds) {
    const found = state.thresholds[threshold.id]
    if (found?.phase !== 'breached' && found?.phase !== 'no_data') continue
    const { severity, status } = threshold
    const summary = summaryOf(found, threshold)
    const region = found.newest?.region ?? rest.region
    const key = `threshold:${threshold.id}`
    causes.push({ ...rest, key, kind: 'threshold', severity, status, summary, since: found.since, region })
  }
  for (const [fingerprint, alert] of Object.entries(state.alerts)) {
    const { severity, status, summary, since, region, labels } = alert
    const affectedEndpoints = orElse(alert.affectedEndpoints, monitor.affectedEndpoints)
    const key = `alert:${fingerprint}`
    causes.push({ key, kind: 'alert', severity, status, summary, since, region, affectedEndpoints, labels })
  }
  if (report?.status === 'down' || report?.status === 'degraded') {
    const { severity, status, summary, since, region } = report
    const affectedEndpoints = orElse(report.affectedEndpoints, monitor.affectedEndpoints)
    causes.push({
      ...rest,
      key: 'report',
      kind: 'report',
      severity,
      status,
      summary,
      since,
      region,
      affectedEndpoints,
    })
  }
  return causes.length > 1 ? causes.sort(worstFirst) : causes
}

/** The worst that causes make of the status; null: there is none. */
export function worstStatus(causes: readonly Cause[]): TroubleStatus | null {
  if (causes.length === 0) return null
  return causes.some(cause => cause.status === 'down') ? 'down' : 'degraded'
}

/** The worst severity of at least one cause. */
export function worstSeverity(causes: readonly Cause[]): Severity {
  return causes.reduce<Severity>((worst, cause) => worseOf(worst, cause.severity), 'info')
}

function worstFirst(a: Cause, b: Cause): number {
  if (a.status !== b.status) return a.status === 'down' ? -1 : 1
  if (a.severity !== b.severity) return isWorse(a.severity, b.severity) ? -1 : 1
  return a.since - b.since
}

function orElse(own: readonly string[], general: readonly string[]): readonly string[] {
  return own.length > 0 ? own : general
}
