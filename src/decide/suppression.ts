import type { Severity } from '../ground/vocabulary.ts'
import type { Surroundings } from './decision.ts'
import type { Hold } from './hold.ts'
import type { MonitorConfig } from './monitor-config.ts'
import type { Scene } from './scene.ts'
import type { MonitorState, ParentsState } from './state.ts'
import { timeText } from './text.ts'

/** What is wrong is held in maintenance, by a silence, and while a parent is down; null: it may be sent. */
export function holdOf(scene: Scene, severity: Severity): Hold | null {
  return holdOfMaintenance(scene) ?? holdOfSilence(scene, severity) ?? holdOfParents(scene)
}

/** A change of status says that maintenance began or ended, so maintenance does not hold it. */
export function holdOfStatus(scene: Scene, severity: Severity): Hold | null {
  return holdOfSilence(scene, severity) ?? holdOfParents(scene)
}

/** What was not told yet waits for its parents' verdict as well: see {@link MonitorConfig.parentWaitMs}. */
export function holdOfOpening(scene: Scene, severity: Severity, openedAt: number): Hold | null {
  return holdOf(scene, severity) ?? holdOfVerdict(scene, openedAt)
}

/** When the wait for the parents' verdict ends; null: there is none. */
export function verdictAt(state: MonitorState, monitor: MonitorConfig, openedAt: number): number | null {
  if (monitor.parents.length === 0 || monitor.parentWaitMs === 0) return null
  return Math.max(state.parents.holdUntil, openedAt + monitor.parentWaitMs)
}

/** Follows whether a parent is down, and since when none is. */
export function followParents(
  before: ParentsState,
  surroundings: Surroundings,
  monitor: MonitorConfig,
  at: number,
): ParentsState {
  const down = surroundings.parentsDown.length > 0
  if (down === before.down) return before
  return { down, holdUntil: down ? 0 : at + monitor.parentWaitMs }
}

/** Whether the monitors that depend on this one are held back: it is down, whether anybody was told of that or not. */
export function holdsChildren(state: MonitorState): boolean {
  return state.incident?.status === 'down'
}

function holdOfMaintenance({ surroundings, state }: Scene): Hold | null {
  const { maintenance } = surroundings
  if (maintenance) {
    return { reason: 'maintenance', by: maintenance.id, why: `in maintenance (${maintenance.name})` }
  }
  if (state.report?.status !== 'maintenance') return null
  return { reason: 'maintenance', by: null, why: `in maintenance (${state.report.summary})` }
}

function holdOfSilence({ surroundings, monitor, state, causes }: Scene, severity: Severity): Hold | null {
  if (surroundings.silences.length === 0) return null
  const labels = causes[0] ? { ...causes[0].labels, ...monitor.labels } : monitor.labels
  const region = state.incident?.region ?? causes[0]?.region ?? state.readings.region
  const silence = surroundings.silences.find(one =>
    one.matches({ monitor: monitor.name, region, severity, labels }),
  )
  return silence
    ? {
        reason: 'silence',
        by: silence.id,
        why: `silenced by ${silence.id}${silence.comment && ` (${silence.comment})`}`,
      }
    : null
}

function holdOfParents({ surroundings }: Scene): Hold | null {
  const [parent] = surroundings.parentsDown
  return parent === undefined
    ? null
    : { reason: 'dependency', by: parent, why: `it depends on ${parent}, which is down` }
}

function holdOfVerdict({ state, monitor, at }: Scene, openedAt: number): Hold | null {
  const until = verdictAt(state, monitor, openedAt)
  if (until === null || at >= until) return null
  const why = `it waits until ${timeText(until)} for word of ${monitor.parents.join(', ')}, which it depends on`
  return { reason: 'dependency', by: monitor.parents[0] ?? null, why }
}
