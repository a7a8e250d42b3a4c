import type { Setting } from './decision.ts'
import { type Say, tell } from './events.ts'
import { forgetTrouble } from './heartbeats.ts'
import type { Hold } from './hold.ts'
import { type IncidentFollowed, sayOf, untold } from './incidents.ts'
import { messages } from './messages.ts'
import type { OperatorAction } from './observation.ts'
import { NOTHING_TOLD, type Scene } from './scene.ts'
import { type Incident, initialState, type MonitorState } from './state.ts'
import { holdOf } from './suppression.ts'
import { forgetBreach } from './thresholds.ts'

/** Why an action cannot be taken, in words; null: it can. */
export function refusalOf(incident: Incident | null, action: OperatorAction): string | null {
  if (incident === null || incident.resolvedAt !== null) return 'no incident is open'
  if (action.incidentId === null || action.incidentId === incident.id) return null
  return `incident ${action.incidentId} is not open; ${incident.id} is`
}

/** As if nothing had been wrong so far: what an operator's `resolve` makes of the state. */
export function forgetCauses(
  state: MonitorState,
  at: number,
  { monitor, nextOccurrence }: Setting,
): MonitorState {
  const { check, heartbeat, flapping } = initialState(at)
  const { lastAt, outcomes } = state.check
  const thresholds = Object.entries(state.thresholds).map(
    ([id, threshold]) => [id, forgetBreach(threshold, at)] as const,
  )
  return {
    ...state,
    check: { ...check, lastAt, outcomes },
    heartbeat: monitor.heartbeat
      ? forgetTrouble(state.heartbeat, monitor.heartbeat, at, nextOccurrence)
      : heartbeat,
    thresholds: Object.fromEntries(thresholds),
    alerts: {},
    report:
      state.report?.status === 'maintenance' || state.report?.status === 'unknown' ? state.report : null,
    flapping,
  }
}

/** Tells of what an operator did about an open incident. */
export function followOperator(scene: Scene, incident: Incident, action: OperatorAction): IncidentFollowed {
  if (action.action === 'resolve') return { incident, telling: NOTHING_TOLD }
  const { by, comment } = action
  const isAcknowledged = action.action === 'acknowledge'
  const message = isAcknowledged
    ? messages.acknowledged(scene, incident, by)
    : messages.commented(by, comment ?? '')
  const say: Say = {
    ...sayOf(incident),
    eventType: isAcknowledged ? 'incident.acknowledged' : 'incident.updated',
    severity: incident.severity,
    message,
    more: {
      ...(isAcknowledged ? { acknowledged_by: by } : {}),
      ...(comment === null ? {} : { comment, comment_by: by }),
    },
  }
  const isRepeat = isAcknowledged && incident.acknowledged !== null
  const repeat: Hold = {
    reason: 'duplicate',
    by: null,
    why: `${incident.acknowledged?.by ?? ''} acknowledged it before`,
  }
  const hold = isRepeat ? repeat : holdOfAction(scene, incident)
  const acknowledged = isAcknowledged
    ? (incident.acknowledged ?? { at: scene.at, by })
    : incident.acknowledged
  return { incident: { ...incident, acknowledged }, telling: tell(scene, say, hold) }
}

function holdOfAction(scene: Scene, incident: Incident): Hold | null {
  if (incident.told === null && incident.hold) return untold(incident.hold)
  return holdOf(scene, incident.severity)
}
