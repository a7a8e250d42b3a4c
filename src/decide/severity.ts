import type { Severity } from '../ground/vocabulary.ts'
import type { TroubleStatus } from './monitor-config.ts'

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 }

/** Whether `a` is worse than `b`. */
export function isWorse(a: Severity, b: Severity): boolean {
  return RANK[a] > RANK[b]
}

export function worseOf(a: Severity, b: Severity): Severity {
  return isWorse(b, a) ? b : a
}

/** What a cause makes of the status where nobody says. */
export function statusOfSeverity(severity: Severity): TroubleStatus {
  return severity === 'critical' ? 'down' : 'degraded'
}
