import type { EventType, Severity, Status } from '../ground/vocabulary.ts'
import type { Hold } from './hold.ts'
import type { MonitorConfig } from './monitor-config.ts'
import type { Incident, MonitorState } from './state.ts'

/** What a decision needs beside state, observation and time. */
export interface Setting {
  readonly monitor: MonitorConfig
  readonly surroundings: Surroundings
  /** Called at most once in a decision: for the incident that it opens. */
  readonly newIncidentId: (at: number) => string
  /** Needed where a heartbeat has a cron schedule. */
  readonly nextOccurrence: NextOccurrence
}

/**
 * What is true around the monitor at the time of the decision. When any of it changes, the runtime
 * decides with a `tick`, so that what was held goes out.
 */
export interface Surroundings {
  /** The maintenance window in effect; see `maintenanceAt`. */
  readonly maintenance: { readonly id: string; readonly name: string } | null
  /** The silences in effect; see `silencesAt`. */
  readonly silences: readonly ActiveSilence[]
  /** The names of the monitor's parents that hold their children back; see `holdsChildren`. */
  readonly parentsDown: readonly string[]
}

/** A silence in effect, its matchers compiled. */
export interface ActiveSilence {
  readonly id: string
  readonly comment: string
  readonly matches: (subject: SilenceSubject) => boolean
}

/** What a silence is held against. */
export interface SilenceSubject {
  readonly monitor: string
  readonly region: string | null
  readonly severity: Severity
  readonly labels: Readonly<Record<string, string>>
}

/**
 * The first time strictly after `after` (ms since the epoch) that a cron expression names in a time
 * zone (IANA name); null: never again.
 */
export type NextOccurrence = (expression: string, timeZone: string, after: number) => number | null

/** What follows from an observation. */
export interface Decision {
  readonly state: MonitorState
  /** To be sent, in this order. */
  readonly events: readonly DecidedEvent[]
  /** What was not sent, and why: for the record. */
  readonly suppressed: readonly SuppressedEvent[]
  /** The incident as it stands after the decision, open or just resolved; null: there is none. */
  readonly incident: Incident | null
  /** Samples that the observation yielded, a sample itself included: to be kept for graphs. */
  readonly samples: readonly YieldedSample[]
  /** Why an operator's action was refused; null: it was not. */
  readonly refused: string | null
}

/** An event as the keeper takes it. */
export interface DecidedEvent {
  readonly monitorName: string
  readonly status: Status
  readonly severity: Severity
  readonly eventType: EventType
  readonly incidentId: string | null
  /** RFC 3339 in UTC: the time of the decision. */
  readonly timestamp: string
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface SuppressedEvent extends Hold {
  readonly event: DecidedEvent
}

export interface YieldedSample {
  readonly metric: string
  readonly value: number
  readonly time: number
  readonly region: string | null
}
