import type { Severity, Status } from '../ground/vocabulary.ts'
import type { Hold } from './hold.ts'
import type { TroubleStatus } from './monitor-config.ts'
import type { SampleWindow } from './windows.ts'

/**
 * All that is remembered of a monitor: plain JSON, so that it can be kept and taken up again at any
 * point, by any node. Times are ms since the epoch. It grows with the monitor's thresholds and
 * firing alerts, never with time or the number of samples.
 */
export interface MonitorState {
  /** When the monitor began to be watched. */
  readonly watchedSince: number
  /** Time of the latest decision: time never goes back. */
  readonly decidedAt: number
  /** When anything was last seen of the monitor; null: never yet. */
  readonly seenAt: number | null
  readonly status: Status
  readonly statusSince: number
  /** The status that the last event sent told; null: nothing told, and nothing to tell yet. */
  readonly toldStatus: Status | null
  /** The status whose `status.changed` was held last; null: none is held. */
  readonly withheldStatus: Status | null
  readonly readings: Readings
  readonly check: CheckState
  readonly heartbeat: HeartbeatState
  /** By threshold id. */
  readonly thresholds: Readonly<Record<string, ThresholdState>>
  /** Firing alerts, by fingerprint. */
  readonly alerts: Readonly<Record<string, AlertState>>
  /** Alerts that were over lately, by fingerprint, oldest first. Left out (by versions before): none. */
  readonly ended?: Readonly<Record<string, EndedAlert>>
  /** What was reported last, `operational` apart. */
  readonly report: ReportState | null
  readonly flapping: FlappingState
  readonly parents: ParentsState
  readonly incident: Incident | null
}

/** The latest readings that every event shows. */
export interface Readings {
  readonly region: string | null
  readonly responseTimeMs: number | null
  readonly errorRatePct: number | null
}

export interface CheckState {
  readonly lastAt: number | null
  /** In a row, since the last success. */
  readonly failures: number
  /** In a row, since the last failure. */
  readonly successes: number
  readonly firstFailureAt: number | null
  /** The failing check is a cause. */
  readonly failing: boolean
  readonly error: string | null
  readonly affectedEndpoints: readonly string[]
  readonly outcomes: SampleWindow | null
}

export interface HeartbeatState {
  /** Time and signal of the latest ping, to know a repeat by. */
  readonly lastPing: { readonly time: number; readonly signal: string } | null
  /** When the next ping is due; null: none was ever heard. */
  readonly dueAt: number | null
  /** Start of the current run, which its run time is measured from. */
  readonly startedAt: number | null
  /** First `start` that nothing followed: repeated starts do not buy time. */
  readonly unfinishedSince: number | null
  readonly trouble: { readonly summary: string; readonly since: number } | null
}

export interface ThresholdState {
  /** `no_data`: the lack of samples counts as a breach; `unknown`: as not knowing. */
  readonly phase: 'clear' | 'breached' | 'no_data' | 'unknown'
  /** Start of the phase: for a breach, its first sample. */
  readonly since: number
  /** The no-data rule counts from here. */
  readonly heardAt: number
  readonly newest: { readonly time: number; readonly value: number; readonly region: string | null } | null
  /** The value, or aggregate, that was judged last. */
  readonly value: number | null
  /** Samples on the bad side in a row, and when they began. */
  readonly run: number
  readonly runSince: number | null
  readonly window: SampleWindow | null
  /** The breach that events tell of; null: there is none. */
  readonly breach: Breach | null
}

/** A breach from its first event on, sent or held, to the last. */
export interface Breach {
  readonly metric: string
  readonly region: string | null
  readonly since: number
  /** When it was decided on. */
  readonly openedAt: number
  readonly incidentId: string | null
  readonly severity: Severity
  readonly told: boolean
  /** Why it was not told; null: it was. */
  readonly hold: Hold | null
}

export interface AlertState {
  readonly severity: Severity
  readonly status: TroubleStatus
  readonly summary: string
  readonly labels: Readonly<Record<string, string>>
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  readonly since: number
  readonly expiresAt: number | null
}

/** An alert that its sender said is over. */
export interface EndedAlert {
  readonly startedAt: number
  /** Which system said so. */
  readonly way: string
  readonly at: number
}

export interface ReportState {
  readonly status: Exclude<Status, 'operational'>
  readonly severity: Severity
  readonly summary: string
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  readonly since: number
}

export interface FlappingState {
  /** What the causes, flapping apart, made of the status. */
  readonly underlying: 'operational' | TroubleStatus
  /** Times of the latest changes of it, oldest first; at most as many as make it flapping. */
  readonly changes: readonly number[]
  /** When it counts as calm if nothing changes until then; null: it is not flapping. */
  readonly until: number | null
  readonly since: number | null
  readonly severity: Severity
}

export interface ParentsState {
  readonly down: boolean
  /** What the child has to tell waits until then; 0: for nothing. */
  readonly holdUntil: number
}

/** The span in which a monitor is in trouble. */
export interface Incident {
  readonly id: string
  /** Start of its first cause. */
  readonly startedAt: number
  /** When it was decided on: later than `startedAt` by the failures it took. */
  readonly openedAt: number
  readonly resolvedAt: number | null
  /** Its causes', whatever maintenance makes of the monitor's. */
  readonly status: TroubleStatus
  readonly severity: Severity
  readonly highestSeverity: Severity
  readonly acknowledged: { readonly at: number; readonly by: string } | null
  /** Of its first cause, and of all its events: what a filter took by its region must end there too. */
  readonly region: string | null
  /** All that it has affected so far. */
  readonly affectedEndpoints: readonly string[]
  /** What is, or was last, wrong. */
  readonly summary: string
  readonly told: Told | null
  /** Why its latest event was held; null: it was sent. */
  readonly hold: Hold | null
  /** What was held last, to hold it once; null: nothing. */
  readonly withheld: string | null
}

/** What receivers know of an incident. */
export interface Told {
  readonly at: number
  /** What an update is held against: status, severity and causes in one text. */
  readonly facts: string
  readonly highestSeverity: Severity
  readonly flapping: boolean
}

/** The state of a monitor of which nothing is known yet. */
export function initialState(at: number): MonitorState {
  return {
    watchedSince: at,
    decidedAt: at,
    seenAt: null,
    status: 'unknown',
    statusSince: at,
    toldStatus: null,
    withheldStatus: null,
    readings: { region: null, responseTimeMs: null, errorRatePct: null },
    check: {
      lastAt: null,
      failures: 0,
      successes: 0,
      firstFailureAt: null,
      failing: false,
      error: null,
      affectedEndpoints: [],
      outcomes: null,
    },
    heartbeat: { lastPing: null, dueAt: null, startedAt: null, unfinishedSince: null, trouble: null },
    thresholds: {},
    alerts: {},
    report: null,
    flapping: { underlying: 'operational', changes: [], until: null, since: null, severity: 'warning' },
    parents: { down: false, holdUntil: 0 },
    incident: null,
  }
}
