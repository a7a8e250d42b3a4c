import type { Severity } from '../ground/vocabulary.ts'

/** The statuses that a cause can bring about. */
export type TroubleStatus = 'degraded' | 'down'

/** How a monitor is judged. Made by {@link monitorConfig}; every span is in ms. */
export interface MonitorConfig {
  readonly name: string
  /** What silences match, beside name, region and severity. */
  readonly labels: Readonly<Record<string, string>>
  /** What is affected when the cause itself does not say. */
  readonly affectedEndpoints: readonly string[]
  /** null: check results only say that the monitor was heard of. */
  readonly check: CheckRule | null
  readonly heartbeat: HeartbeatRule | null
  readonly thresholds: readonly Threshold[]
  /** null: nothing is ever quieted for flapping. */
  readonly flapping: FlappingRule | null
  /** Names of the monitors that this one cannot do without. */
  readonly parents: readonly string[]
  /**
   * How long an alert waits for its parents' verdict: after it opens (they may be checked later than
   * their child), and after they recover (the child's next check may be good). 0: not at all.
   */
  readonly parentWaitMs: number
  /** After how long without any observation the status is unknown; null: never. */
  readonly staleAfterMs: number | null
}

export interface CheckRule {
  /** Failures in a row that make a failing check a cause; at least 1. */
  readonly failuresToOpen: number
  /** Successes in a row that end it; at least 1. */
  readonly successesToClose: number
  readonly severity: Severity
  readonly status: TroubleStatus
  /** What `error_rate_pct` is taken over. */
  readonly errorRateWindowMs: number
}

export interface HeartbeatRule {
  readonly schedule: HeartbeatSchedule
  /** How late a ping may be. */
  readonly graceMs: number
  /** How long a run may take from its `start`. */
  readonly maxRunMs: number
  readonly severity: Severity
  readonly status: TroubleStatus
}

export type HeartbeatSchedule =
  | { readonly kind: 'period'; readonly periodMs: number }
  /** `timeZone`: an IANA name. */
  | { readonly kind: 'cron'; readonly expression: string; readonly timeZone: string }

export type Operator = '>' | '>=' | '<' | '<='
export type Aggregate = 'avg' | 'max' | 'min' | 'p95'

export interface Threshold {
  /** Unique in the monitor, and stable: the state is kept by it. */
  readonly id: string
  readonly metric: string
  /** The bad side of the level. */
  readonly operator: Operator
  readonly level: number
  /** A breach lasts until the value is on the good side of this; null: of `level`. */
  readonly clearLevel: number | null
  readonly condition: ThresholdCondition
  readonly severity: Severity
  readonly status: TroubleStatus
  readonly noData: NoDataRule | null
}

export type ThresholdCondition =
  /** `count` samples one after the other; 1: every sample counts at once. */
  | { readonly kind: 'in_a_row'; readonly count: number }
  /** Every sample of so long a time. */
  | { readonly kind: 'duration'; readonly durationMs: number }
  /** The samples of the last `windowMs` together; fewer than `minSamples` say nothing. */
  | {
      readonly kind: 'aggregate'
      readonly aggregate: Aggregate
      readonly windowMs: number
      readonly minSamples: number
    }

/** What it means that no sample came for `afterMs`: a breach, that nothing is known, or that a breach is over. */
export interface NoDataRule {
  readonly afterMs: number
  readonly means: 'breach' | 'unknown' | 'clear'
}

export interface FlappingRule {
  /** So many changes of what the causes make of the status ... */
  readonly changes: number
  /** ... in this time are flapping, ... */
  readonly windowMs: number
  /** ... until there was none for this time. */
  readonly calmMs: number
}

const MINUTE = 60_000

/** What holds where a monitor's settings say nothing. */
export const DEFAULTS = {
  check: {
    failuresToOpen: 2,
    successesToClose: 1,
    severity: 'critical',
    status: 'down',
    errorRateWindowMs: 5 * MINUTE,
  },
  flapping: { changes: 6, windowMs: 10 * MINUTE, calmMs: 5 * MINUTE },
} as const satisfies { check: CheckRule; flapping: FlappingRule }

/** A monitor's settings, defaults filled in. */
export function monitorConfig(
  name: string,
  settings: Partial<Omit<MonitorConfig, 'name'>> = {},
): MonitorConfig {
  return {
    labels: {},
    affectedEndpoints: [],
    check: DEFAULTS.check,
    heartbeat: null,
    thresholds: [],
    flapping: DEFAULTS.flapping,
    parents: [],
    parentWaitMs: 0,
    staleAfterMs: null,
    ...settings,
    name,
  }
}
