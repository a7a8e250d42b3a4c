import type { EventType, Severity } from '../ground/vocabulary.ts'
import { excuseAlerts, followAlerts } from './alerts.ts'
import * as checks from './checks.ts'
import type { Setting, YieldedSample } from './decision.ts'
import * as heartbeats from './heartbeats.ts'
import type { MonitorConfig } from './monitor-config.ts'
import type {
  Blindness,
  CheckResult,
  ForeignAlerts,
  HeartbeatSignal,
  Observation,
  StatusReport,
} from './observation.ts'
import { forgetCauses } from './operator.ts'
import { sampleMetric } from './samples.ts'
import { worseOf } from './severity.ts'
import type { MonitorState, Readings } from './state.ts'
import { afterBlindness } from './thresholds.ts'

/** What an observation changes, before anything follows from it. */
export interface Observed {
  readonly state: MonitorState
  readonly samples: readonly YieldedSample[]
  /** What it says that was known already. */
  readonly repeats: readonly Repeat[]
}

/** An event that would only repeat an earlier one. */
export interface Repeat {
  readonly eventType: EventType
  readonly severity: Severity
  readonly message: string
}

/** Takes an observation into the state. */
export function observe(
  state: MonitorState,
  observation: Observation,
  at: number,
  setting: Setting,
): Observed {
  const { monitor } = setting
  switch (observation.kind) {
    case 'check':
      return observeCheck(state, { ...observation, time: Math.min(observation.time, at) }, at, monitor)
    case 'heartbeat':
      return observePing(state, { ...observation, time: Math.min(observation.time, at) }, at, setting)
    case 'sample': {
      const { metric, value, region } = observation
      const sample = { metric, value, region, time: Math.min(observation.time, at) }
      return withSamples(state, [sample], at, monitor)
    }
    case 'alerts':
      return observeAlerts(state, observation, at)
    case 'report':
      return observeReport(state, observation, at)
    case 'operator':
      return {
        ...asIs(state),
        state: observation.action === 'resolve' ? forgetCauses(state, at, setting) : state,
      }
    case 'blind':
      return { ...asIs(state), state: excuse(state, observation, setting) }
    case 'tick':
      return asIs(state)
  }
}

function asIs(state: MonitorState): Observed {
  return { state, samples: [], repeats: [] }
}

function observeCheck(
  state: MonitorState,
  result: CheckResult,
  at: number,
  monitor: MonitorConfig,
): Observed {
  if (checks.isStale(state.check, result)) return asIs(state)
  const check = monitor.check
    ? checks.followCheck(state.check, result, monitor.check)
    : { ...state.check, lastAt: result.time }
  const errorRatePct = monitor.check ? checks.errorRateOf(check, at) : null
  const readings: Readings = {
    region: result.region ?? state.readings.region,
    responseTimeMs: result.latencyMs,
    errorRatePct: errorRatePct ?? state.readings.errorRatePct,
  }
  const seen = { ...heard(state, result.time), check, readings }
  return withSamples(seen, checks.samplesOf(result, errorRatePct), at, monitor)
}

function observePing(state: MonitorState, ping: HeartbeatSignal, at: number, setting: Setting): Observed {
  const { monitor, nextOccurrence } = setting
  if (heartbeats.isRepeat(state.heartbeat, ping)) return asIs(state)
  const runTime = heartbeats.runTimeOf(state.heartbeat, ping)
  const heartbeat = monitor.heartbeat
    ? heartbeats.followPing(state.heartbeat, ping, monitor.heartbeat, nextOccurrence)
    : state.heartbeat
  const readings = { ...state.readings, region: ping.region ?? state.readings.region }
  return withSamples(
    { ...heard(state, ping.time), heartbeat, readings },
    runTime ? [runTime] : [],
    at,
    monitor,
  )
}

/** Takes in samples that say something; the others are left out. */
function withSamples(
  state: MonitorState,
  found: readonly YieldedSample[],
  at: number,
  monitor: MonitorConfig,
): Observed {
  const samples = found
    .filter(sample => isUsable(sample.value))
    .map(sample => ({ ...sample, value: sample.value + 0 }))
  let next = state
  for (const sample of samples) next = sampleMetric(heard(next, sample.time), sample, at, monitor)
  return { state: next, samples, repeats: [] }
}

function observeAlerts(state: MonitorState, { alerts, time }: ForeignAlerts, at: number): Observed {
  const followed = followAlerts({ alerts: state.alerts, ended: state.ended ?? {} }, alerts, at)
  const repeats: Repeat[] = []
  for (const [said, known, eventType] of [
    ['firing', 'firing', 'incident.opened'],
    ['firing', 'over', 'incident.opened'],
    ['resolved', 'over', 'incident.resolved'],
  ] as const) {
    const found = followed.repeated.filter(one => one.alert.state === said && one.known === known)
    if (found.length === 0) continue
    const severity = found.reduce<Severity>((worst, { alert }) => worseOf(worst, alert.severity), 'info')
    const names = found.map(({ alert }) => alert.summary || alert.fingerprint).join('; ')
    repeats.push({ eventType, severity, message: `known to be ${known}: ${names}` })
  }
  const next = { ...heard(state, Math.min(time, at)), alerts: followed.alerts, ended: followed.ended }
  return { state: next, samples: [], repeats }
}

const SEVERITY_OF_REPORT = {
  down: 'critical',
  degraded: 'warning',
  maintenance: 'info',
  unknown: 'info',
  operational: 'info',
} as const

function observeReport(state: MonitorState, said: StatusReport, at: number): Observed {
  const { status, summary, region, affectedEndpoints } = said
  const severity = said.severity ?? SEVERITY_OF_REPORT[status]
  const known = state.report
  const since = Math.min(said.time, at)
  const isRepeat =
    status === 'operational'
      ? known === null && state.seenAt !== null
      : known?.status === status && known.severity === severity && known.summary === summary
  const repeats: Repeat[] = isRepeat
    ? [{ eventType: 'status.changed', severity, message: `known: ${summary}` }]
    : []
  const report =
    status === 'operational'
      ? null
      : {
          status,
          severity,
          summary,
          region,
          affectedEndpoints,
          since: known?.status === status ? known.since : since,
        }
  return { state: { ...heard(state, since), report }, samples: [], repeats }
}

function excuse(state: MonitorState, blind: Blindness, { monitor, nextOccurrence }: Setting): MonitorState {
  const { heartbeat, seenAt } = state
  const thresholds = Object.entries(state.thresholds).map(
    ([id, threshold]) => [id, afterBlindness(threshold, blind.until)] as const,
  )
  return {
    ...state,
    seenAt: seenAt === null ? null : Math.max(seenAt, blind.until),
    heartbeat: monitor.heartbeat
      ? heartbeats.excuse(heartbeat, monitor.heartbeat, blind, nextOccurrence)
      : heartbeat,
    thresholds: Object.fromEntries(thresholds),
    alerts: excuseAlerts(state.alerts, blind),
  }
}

function heard(state: MonitorState, time: number): MonitorState {
  return state.seenAt !== null && state.seenAt >= time ? state : { ...state, seenAt: time }
}

/** Far from where sums of values end to be numbers; NaN is not usable either. */
function isUsable(value: number): boolean {
  return Math.abs(value) <= 1e300
}
