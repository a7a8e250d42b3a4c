import type { Severity, Status } from '../ground/vocabulary.ts'

/**
 * What can be seen of a monitor. All times are ms since the epoch: when it was seen, which may be
 * before the time of the decision (delays), but never decides anything after it.
 */
export type Observation =
  | CheckResult
  | HeartbeatSignal
  | MetricSample
  | ForeignAlerts
  | StatusReport
  | OperatorAction
  | Blindness
  | Tick

/** One probe and its outcome. A result that is not newer than the last one is ignored. */
export interface CheckResult {
  readonly kind: 'check'
  readonly time: number
  readonly ok: boolean
  /** What went wrong, in words for the operator; null when `ok`. */
  readonly error: string | null
  /** null: no whole answer came. */
  readonly latencyMs: number | null
  readonly region: string | null
  /** What was found unreachable or wrong, if the check can tell; otherwise the monitor's own list counts. */
  readonly affectedEndpoints?: readonly string[]
  /** More readings of the same probe, by metric name: `certificate_days_left`, `dns_ms`. */
  readonly samples?: Readonly<Record<string, number>>
}

/** A ping of a job. `start` begins a run; the others end it, and are judged by {@link HeartbeatRule}. */
export interface HeartbeatSignal {
  readonly kind: 'heartbeat'
  readonly time: number
  readonly signal: 'start' | 'success' | 'fail' | 'exit'
  /** With `exit` only: 0 is a success. */
  readonly exitStatus?: number
  readonly region: string | null
}

/** One value of a metric. Values that are not finite say nothing and are ignored. */
export interface MetricSample {
  readonly kind: 'sample'
  readonly time: number
  readonly metric: string
  readonly value: number
  readonly region: string | null
}

/** Alerts that another system sent together: they are decided together, and tell of themselves in one event. */
export interface ForeignAlerts {
  readonly kind: 'alerts'
  readonly time: number
  readonly alerts: readonly ForeignAlert[]
}

/** An alert of Prometheus, Alertmanager, Grafana or another system, keyed by its fingerprint. */
export interface ForeignAlert {
  readonly fingerprint: string
  /** Which system told us of it: the same alert may come more than one way. Left out: that makes no difference. */
  readonly way?: string
  readonly state: 'firing' | 'resolved'
  readonly severity: Severity
  /** Left out: by severity (`critical` is down, the others degraded). */
  readonly status?: 'degraded' | 'down'
  readonly summary: string
  readonly labels: Readonly<Record<string, string>>
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  /** When it began by its sender's word. */
  readonly startedAt: number
  /** When it counts as resolved if it is not heard of again; null: it stays until it is resolved. */
  readonly expiresAt: number | null
}

/** Somebody says what the status is. `operational` takes an earlier report back. */
export interface StatusReport {
  readonly kind: 'report'
  readonly time: number
  readonly status: Status
  /** Left out: by status (`down` critical, `degraded` warning, else info). */
  readonly severity?: Severity
  readonly summary: string
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
}

/**
 * What an operator does about the open incident. `resolve` forgets every cause: what is still
 * wrong is seen again, and opens a new incident.
 */
export interface OperatorAction {
  readonly kind: 'operator'
  readonly time: number
  readonly action: 'acknowledge' | 'comment' | 'resolve'
  /** Refused if another incident is open by now; null: whichever is open. */
  readonly incidentId: string | null
  /** Who, in words. */
  readonly by: string
  /** The comment; null: none. */
  readonly comment: string | null
}

/** We ourselves saw nothing in this time (stopped, cut off, handed over): nothing counts as missed for it. */
export interface Blindness {
  readonly kind: 'blind'
  readonly from: number
  readonly until: number
}

/** Time has passed, or the settings or surroundings have changed. See {@link nextTickAt}. */
export interface Tick {
  readonly kind: 'tick'
}
