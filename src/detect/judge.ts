import { isDeepStrictEqual } from 'node:util'
import { decide } from '../decide/decide.ts'
import type { DecidedEvent, Setting, SuppressedEvent, YieldedSample } from '../decide/decision.ts'
import type { Observation } from '../decide/observation.ts'
import type { Incident, MonitorState, ThresholdState } from '../decide/state.ts'

/** What follows from several observations, one after the other. */
export interface Judgement {
  readonly state: MonitorState
  readonly events: readonly DecidedEvent[]
  readonly suppressed: readonly SuppressedEvent[]
  /** As they stand at the end: the latest last. */
  readonly incidents: readonly Incident[]
  readonly samples: readonly YieldedSample[]
  /** For each observation why it was refused, or null: it was not. */
  readonly refused: readonly (string | null)[]
  /** More than counters has changed: it must be kept at once. */
  readonly isNews: boolean
}

/** @param at now, ms since the epoch */
export function judge(
  before: MonitorState,
  observations: readonly Observation[],
  at: number,
  setting: Setting,
): Judgement {
  let state = before
  const events: DecidedEvent[] = []
  const suppressed: SuppressedEvent[] = []
  const incidents = new Map<string, Incident>()
  const samples: YieldedSample[] = []
  const refused: (string | null)[] = []
  for (const observation of observations) {
    const decision = decide(state, observation, at, setting)
    state = decision.state
    events.push(...decision.events)
    suppressed.push(...decision.suppressed)
    samples.push(...decision.samples)
    refused.push(decision.refused)
    if (decision.incident) incidents.set(decision.incident.id, decision.incident)
  }
  const isNews = events.length > 0 || suppressed.length > 0 || isNewsIn(before, state)
  return { state, events, suppressed, incidents: [...incidents.values()], samples, refused, isNews }
}

/**
 * Whether two states differ in more than what is counted and measured. Counters (failures and samples in a
 * row, windows, readings, when something was last seen) may be lost in a crash, for as long as they wait to be
 * written: an incident then opens or closes by the checks that follow, that many later. What was told, and what
 * must be told yet, is never among them.
 */
function isNewsIn(before: MonitorState, after: MonitorState): boolean {
  return (
    before.status !== after.status ||
    before.toldStatus !== after.toldStatus ||
    before.withheldStatus !== after.withheldStatus ||
    before.check.failing !== after.check.failing ||
    differ(before.heartbeat, after.heartbeat) ||
    differ(before.alerts, after.alerts) ||
    differ(before.report, after.report) ||
    differ(before.flapping, after.flapping) ||
    differ(before.parents, after.parents) ||
    differ(before.incident, after.incident) ||
    (before.thresholds !== after.thresholds && isNewsInThresholds(before.thresholds, after.thresholds))
  )
}

function isNewsInThresholds(before: MonitorState['thresholds'], after: MonitorState['thresholds']): boolean {
  return Object.entries(after).some(([id, threshold]) => {
    const known: ThresholdState | undefined = before[id]
    if (!known) return threshold.phase !== 'clear'
    return known.phase !== threshold.phase || differ(known.breach, threshold.breach)
  })
}

function differ(before: unknown, after: unknown): boolean {
  return before !== after && !isDeepStrictEqual(before, after)
}
