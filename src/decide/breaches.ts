import { type Say, tell } from './events.ts'
import type { Hold } from './hold.ts'
import { untold } from './incidents.ts'
import { messages } from './messages.ts'
import type { Threshold } from './monitor-config.ts'
import type { Scene, Telling } from './scene.ts'
import type { Breach, Incident, ThresholdState } from './state.ts'
import { holdOfOpening } from './suppression.ts'
import { summaryOf } from './thresholds.ts'

export interface BreachesFollowed {
  readonly thresholds: Readonly<Record<string, ThresholdState>>
  readonly telling: Telling
}

/**
 * Tells of thresholds that are crossed. As with incidents: what is held is told when nothing holds
 * it any more, if it is still so; and the end is told if, and only if, the beginning was.
 * @param incident the one that breaches belong to: open, or just resolved
 * @param resolvedBy the operator who resolves it; null: nobody does
 */
export function followBreaches(
  scene: Scene,
  incident: Incident | null,
  resolvedBy: string | null,
): BreachesFollowed {
  const { thresholds } = scene.state
  const settings = new Map(scene.monitor.thresholds.map(threshold => [threshold.id, threshold]))
  const events: Telling['events'][number][] = []
  const suppressed: Telling['suppressed'][number][] = []
  const changed: Record<string, ThresholdState | null> = {}
  for (const [id, state] of Object.entries(thresholds)) {
    const threshold = settings.get(id)
    const isBreached = threshold && (state.phase === 'breached' || state.phase === 'no_data')
    if (!isBreached && state.breach === null) {
      if (!threshold) changed[id] = null
      continue
    }
    if (isBreached && state.breach?.told) continue
    const followed = isBreached
      ? breach(scene, threshold, state, incident)
      : clear(scene, id, state, state.breach!, resolvedBy)
    events.push(...followed.telling.events)
    suppressed.push(...followed.telling.suppressed)
    changed[id] = threshold ? { ...state, breach: followed.breach } : null
  }
  const telling = { events, suppressed }
  if (Object.keys(changed).length === 0) return { thresholds, telling }
  const next = Object.entries({ ...thresholds, ...changed }).filter(([, state]) => state !== null)
  return { thresholds: Object.fromEntries(next) as Record<string, ThresholdState>, telling }
}

interface BreachFollowed {
  readonly breach: Breach | null
  readonly telling: Telling
}

function breach(
  scene: Scene,
  threshold: Threshold,
  state: ThresholdState,
  incident: Incident | null,
): BreachFollowed {
  const known: Breach = state.breach ?? {
    metric: threshold.metric,
    region: state.newest?.region ?? scene.state.readings.region,
    since: state.since,
    openedAt: scene.at,
    incidentId: incident?.id ?? null,
    severity: threshold.severity,
    told: false,
    hold: null,
  }
  const hold = holdOfOpening(scene, known.severity, known.openedAt) ?? holdOfFlapping(scene)
  const say: Say = {
    ...sayOf(known),
    eventType: 'metric.breached',
    message: messages.breached(scene, summaryOf(state, threshold)),
    more: {
      ...metricFacts(threshold.id, known, state),
      operator: threshold.operator,
      level: threshold.level,
    },
  }
  const isRepeat = hold !== null && state.breach !== null
  const telling = isRepeat ? { events: [], suppressed: [] } : tell(scene, say, hold)
  return { breach: { ...known, told: hold === null, hold }, telling }
}

function clear(
  scene: Scene,
  id: string,
  state: ThresholdState,
  known: Breach,
  by: string | null,
): BreachFollowed {
  const durationMs = scene.at - known.since
  const say: Say = {
    ...sayOf(known),
    eventType: 'metric.cleared',
    message: messages.cleared(scene, known, state, durationMs, by),
    durationMs,
    more: metricFacts(id, known, state),
  }
  return { breach: null, telling: tell(scene, say, known.told || !known.hold ? null : untold(known.hold)) }
}

function sayOf(known: Breach) {
  const { severity, incidentId, region, since } = known
  return { severity, incidentId, region, startedAt: since }
}

function metricFacts(id: string, known: Breach, state: ThresholdState): Record<string, unknown> {
  return { threshold: id, metric: known.metric, value: state.value }
}

function holdOfFlapping({ state }: Scene): Hold | null {
  return state.flapping.until === null
    ? null
    : { reason: 'flapping', by: null, why: 'the monitor is flapping' }
}
