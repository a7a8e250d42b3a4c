import type { Status } from '../ground/vocabulary.ts'
import { type Cause, worstStatus } from './causes.ts'
import type { Surroundings } from './decision.ts'
import { tell } from './events.ts'
import { messages } from './messages.ts'
import type { MonitorConfig } from './monitor-config.ts'
import { NOTHING_TOLD, type Scene, type Telling } from './scene.ts'
import type { MonitorState } from './state.ts'
import { holdOfStatus } from './suppression.ts'

/** The status of a monitor: maintenance, else its worst cause, else unknown while nothing says that it is well. */
export function statusOf(
  state: MonitorState,
  monitor: MonitorConfig,
  surroundings: Surroundings,
  causes: readonly Cause[],
  at: number,
): Status {
  if (surroundings.maintenance || state.report?.status === 'maintenance') return 'maintenance'
  return worstStatus(causes) ?? (isUnknown(state, monitor, at) ? 'unknown' : 'operational')
}

/** When the monitor was not heard of for too long; null: never, or nothing was heard yet. */
export function staleAt(state: MonitorState, monitor: MonitorConfig): number | null {
  return monitor.staleAfterMs === null || state.seenAt === null ? null : state.seenAt + monitor.staleAfterMs
}

function isUnknown(state: MonitorState, monitor: MonitorConfig, at: number): boolean {
  if (state.seenAt === null || state.report?.status === 'unknown') return true
  const stale = staleAt(state, monitor)
  if (stale !== null && at >= stale) return true
  return monitor.thresholds.some(threshold => state.thresholds[threshold.id]?.phase === 'unknown')
}

export interface StatusFollowed {
  readonly toldStatus: Status | null
  readonly withheldStatus: Status | null
  readonly telling: Telling
}

/**
 * Tells of a status that no incident tells of: maintenance and unknown, and what comes after them.
 * That a new monitor turns out to be operational is not worth an event.
 * @param told the scene's status has been told by another event of this decision
 */
export function followStatus(scene: Scene, told: boolean): StatusFollowed {
  const { state, status } = scene
  const toldStatus = told ? status : state.toldStatus
  if (status === toldStatus) return { toldStatus, withheldStatus: null, telling: NOTHING_TOLD }
  if (status === 'down' || status === 'degraded')
    return { toldStatus, withheldStatus: null, telling: NOTHING_TOLD }
  if (toldStatus === null && status !== 'maintenance') {
    const known = status === 'operational' ? status : null
    return { toldStatus: known, withheldStatus: null, telling: NOTHING_TOLD }
  }
  const message = messages.changed(scene)
  const say = {
    eventType: 'status.changed',
    severity: 'info',
    incidentId: null,
    message,
    startedAt: null,
  } as const
  const hold = holdOfStatus(scene, 'info')
  if (!hold) return { toldStatus: status, withheldStatus: null, telling: tell(scene, say, null) }
  const telling = state.withheldStatus === status ? NOTHING_TOLD : tell(scene, say, hold)
  return { toldStatus, withheldStatus: status, telling }
}
