import { deadlineOf } from './heartbeats.ts'
import type { MonitorConfig } from './monitor-config.ts'
import type { MonitorState } from './state.ts'
import { staleAt } from './status.ts'
import { verdictAt } from './suppression.ts'
import { nextChangeAt } from './thresholds.ts'

/**
 * When the runtime must decide again with a `tick` if nothing is observed before: ms since the epoch,
 * later than the state's last decision. null: time alone changes nothing. The runtime ticks as well
 * when settings or surroundings change: those are not in the state.
 */
export function nextTickAt(state: MonitorState, monitor: MonitorConfig): number | null {
  const { incident } = state
  const times: (number | null)[] = [
    monitor.heartbeat && deadlineOf(state.heartbeat, monitor.heartbeat),
    state.flapping.until,
    staleAt(state, monitor),
    incident && verdictAt(state, monitor, incident.openedAt),
  ]
  for (const threshold of monitor.thresholds) {
    const found = state.thresholds[threshold.id]
    if (found) times.push(nextChangeAt(found, threshold))
    if (found?.breach) times.push(verdictAt(state, monitor, found.breach.openedAt))
  }
  for (const { expiresAt } of Object.values(state.alerts)) times.push(expiresAt)
  let next: number | null = null
  for (const time of times) {
    if (time !== null && time > state.decidedAt && (next === null || time < next)) next = time
  }
  return next
}
