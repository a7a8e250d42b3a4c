import { expireAlerts } from './alerts.ts'
import { followBreaches } from './breaches.ts'
import { causesOf } from './causes.ts'
import type { Decision, Setting, SuppressedEvent } from './decision.ts'
import { eventOf } from './events.ts'
import { flappingCause, followFlapping } from './flapping.ts'
import * as heartbeats from './heartbeats.ts'
import { followIncident } from './incidents.ts'
import type { Observation } from './observation.ts'
import { observe, type Repeat } from './observe.ts'
import { followOperator, refusalOf } from './operator.ts'
import { passThresholds } from './samples.ts'
import { NOTHING_TOLD, type Scene } from './scene.ts'
import type { MonitorState } from './state.ts'
import { followStatus, statusOf } from './status.ts'
import { followParents } from './suppression.ts'

/**
 * Decides what follows from an observation. Pure: the same arguments give the same answer, and none
 * of them is changed. Everything that is told is worked out from what is so and what was told
 * before, so a decision can be taken again after a restart wherever the state was kept.
 * @param time now, ms since the epoch; where it lies before the state's last decision, that counts
 */
export function decide(
  before: MonitorState,
  observation: Observation,
  time: number,
  setting: Setting,
): Decision {
  const at = Math.max(time, before.decidedAt)
  const action = observation.kind === 'operator' ? observation : null
  const refused = action && refusalOf(before.incident, action)
  const seen = observe(before, refused ? { kind: 'tick' } : observation, at, setting)
  const scene = sceneOf(passTime(seen.state, at, setting), at, setting)

  const resolvedBy = action?.action === 'resolve' && !refused ? action.by : null
  const followed = followIncident(scene, setting.newIncidentId, resolvedBy)
  const isOpen = followed.incident !== null && followed.incident.resolvedAt === null
  const acted =
    action && !refused && followed.incident && isOpen
      ? followOperator(scene, followed.incident, action)
      : { incident: followed.incident, telling: NOTHING_TOLD }
  const { incident } = acted
  const breaches = followBreaches(scene, incident, resolvedBy)
  // A breach comes before the incident that it causes: where the latest event supersedes, the incident counts.
  const told = [breaches.telling, followed.telling, acted.telling]
  const status = followStatus(
    scene,
    told.some(({ events }) => events.length > 0),
  )
  const tellings = [...told, status.telling]
  return {
    state: {
      ...scene.state,
      status: scene.status,
      statusSince: scene.status === before.status ? before.statusSince : at,
      toldStatus: status.toldStatus,
      withheldStatus: status.withheldStatus,
      thresholds: breaches.thresholds,
      incident: isOpen ? incident : null,
    },
    events: tellings.flatMap(({ events }) => events),
    suppressed: [
      ...seen.repeats.map(repeat => asDuplicate(scene, repeat)),
      ...tellings.flatMap(({ suppressed }) => suppressed),
    ],
    incident,
    samples: seen.samples,
    refused,
  }
}

/** What follows from time alone. After the observation: a ping that is late but here is not missed. */
function passTime(state: MonitorState, at: number, { monitor }: Setting): MonitorState {
  return {
    ...passThresholds(state, at, monitor),
    decidedAt: at,
    heartbeat: monitor.heartbeat
      ? heartbeats.passDeadline(state.heartbeat, monitor.heartbeat, at)
      : state.heartbeat,
    alerts: expireAlerts(state.alerts, at),
  }
}

function sceneOf(seen: MonitorState, at: number, { monitor, surroundings }: Setting): Scene {
  const parents = followParents(seen.parents, surroundings, monitor, at)
  const own = causesOf(seen, monitor)
  const isExpected =
    surroundings.maintenance !== null ||
    seen.report?.status === 'maintenance' ||
    surroundings.parentsDown.length > 0
  const flapping = followFlapping(seen, own, monitor.flapping, !isExpected, at)
  const state = { ...seen, parents, flapping }
  const unsteady = flappingCause(state, monitor.flapping)
  const causes = unsteady ? [...own, unsteady] : own
  return {
    state,
    monitor,
    surroundings,
    at,
    causes,
    status: statusOf(state, monitor, surroundings, causes, at),
  }
}

function asDuplicate(scene: Scene, repeat: Repeat): SuppressedEvent {
  const incidentId = scene.state.incident?.id ?? null
  const event = eventOf(scene, { ...repeat, incidentId, startedAt: null })
  return { event, reason: 'duplicate', by: null, why: repeat.message }
}
