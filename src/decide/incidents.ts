import { worstSeverity, worstStatus } from './causes.ts'
import { affectedBy, regionOf, type Say, tell } from './events.ts'
import type { Hold } from './hold.ts'
import { messages } from './messages.ts'
import { NOTHING_TOLD, type Scene, type Telling } from './scene.ts'
import { isWorse, worseOf } from './severity.ts'
import type { Incident, Told } from './state.ts'
import { holdOf, holdOfOpening } from './suppression.ts'

/** The incident after the decision (resolved: for the last time), and what is told of it. */
export interface IncidentFollowed {
  readonly incident: Incident | null
  readonly telling: Telling
}

/**
 * There is an incident as long as there is a cause. What receivers know of it is brought up to what
 * is so whenever nothing holds it: by an opening, however late, or by an update. They are told of its
 * end if, and only if, they were told of its beginning; that is never held.
 * @param resolvedBy the operator who resolves it; null: it resolves itself
 */
export function followIncident(
  scene: Scene,
  newIncidentId: (at: number) => string,
  resolvedBy: string | null,
): IncidentFollowed {
  const { incident } = scene.state
  if (scene.causes.length === 0) {
    return incident ? resolve(scene, incident, resolvedBy) : { incident: null, telling: NOTHING_TOLD }
  }
  const current = incident ? brought(scene, incident) : opened(scene, newIncidentId(scene.at))
  return current.told === null ? open(scene, current) : update(scene, current, current.told)
}

/** What an event says of the incident it belongs to. */
export function sayOf(
  incident: Incident,
): Pick<Say, 'incidentId' | 'region' | 'affectedEndpoints' | 'startedAt'> {
  const { id, region, affectedEndpoints, startedAt } = incident
  return { incidentId: id, region, affectedEndpoints, startedAt }
}

function opened(scene: Scene, id: string): Incident {
  const { causes, at } = scene
  const severity = worstSeverity(causes)
  return {
    id,
    startedAt: Math.min(at, ...causes.map(cause => cause.since)),
    openedAt: at,
    resolvedAt: null,
    status: worstStatus(causes)!,
    severity,
    highestSeverity: severity,
    acknowledged: null,
    region: regionOf(scene),
    affectedEndpoints: affectedBy(causes, scene.monitor.affectedEndpoints),
    summary: causes[0]!.summary,
    told: null,
    hold: null,
    withheld: null,
  }
}

function brought({ causes }: Scene, incident: Incident): Incident {
  const severity = worstSeverity(causes)
  const affected = affectedBy(causes, [])
  const isNews = affected.some(endpoint => !incident.affectedEndpoints.includes(endpoint))
  return {
    ...incident,
    status: worstStatus(causes)!,
    severity,
    highestSeverity: worseOf(incident.highestSeverity, severity),
    affectedEndpoints: isNews
      ? [...new Set([...incident.affectedEndpoints, ...affected])]
      : incident.affectedEndpoints,
    summary: causes[0]!.summary,
  }
}

function open(scene: Scene, incident: Incident): IncidentFollowed {
  const facts = factsOf(scene, incident)
  const hold = holdOfOpening(scene, incident.severity, incident.openedAt)
  const message = messages.opened(scene, incident)
  const eventType = hold && incident.withheld !== null ? 'incident.updated' : 'incident.opened'
  const more = flappingFact(scene)
  const say: Say = { ...sayOf(incident), eventType, severity: incident.severity, message, more }
  if (hold) return withheld(scene, incident, say, facts, hold)
  return { incident: told(scene, incident, facts), telling: tell(scene, say, null) }
}

function update(scene: Scene, incident: Incident, known: Told): IncidentFollowed {
  const facts = factsOf(scene, incident)
  const { status, state } = scene
  // Maintenance may have come and gone: its end leaves the incident as it was told, but not the status.
  const isNews = facts !== known.facts || (status !== 'maintenance' && status !== state.toldStatus)
  if (!isNews) return { incident: { ...incident, hold: null, withheld: null }, telling: NOTHING_TOLD }
  const hold = holdOf(scene, incident.severity) ?? holdOfFlapping(scene, incident, known)
  const message = messages.updated(scene, incident)
  const more = flappingFact(scene)
  const say: Say = {
    ...sayOf(incident),
    eventType: 'incident.updated',
    severity: incident.severity,
    message,
    more,
  }
  if (hold) return withheld(scene, incident, say, facts, hold)
  return { incident: told(scene, incident, facts), telling: tell(scene, say, null) }
}

function resolve(scene: Scene, incident: Incident, by: string | null): IncidentFollowed {
  const { at } = scene
  const durationMs = at - incident.startedAt
  const highest = incident.told?.highestSeverity ?? incident.highestSeverity
  const message = messages.resolved(scene, incident, durationMs, by)
  const say: Say = {
    ...sayOf(incident),
    eventType: 'incident.resolved',
    severity: highest,
    message,
    durationMs,
    ...(by === null ? {} : { more: { resolved_by: by } }),
  }
  const hold = incident.told || !incident.hold ? null : untold(incident.hold)
  return { incident: { ...incident, resolvedAt: at, hold, withheld: null }, telling: tell(scene, say, hold) }
}

/** Why nothing more is said of what nobody was told of. */
export function untold(hold: Hold): Hold {
  return { ...hold, why: `its beginning was not told: ${hold.why}` }
}

/** Says it once, however often it is decided again that it is held. */
function withheld(scene: Scene, incident: Incident, say: Say, facts: string, hold: Hold): IncidentFollowed {
  const telling = incident.withheld === facts ? NOTHING_TOLD : tell(scene, say, hold)
  return { incident: { ...incident, hold, withheld: facts }, telling }
}

function told(scene: Scene, incident: Incident, facts: string): Incident {
  const highestSeverity = worseOf(incident.told?.highestSeverity ?? incident.severity, incident.severity)
  const flapping = scene.state.flapping.until !== null
  return { ...incident, told: { at: scene.at, facts, highestSeverity, flapping }, hold: null, withheld: null }
}

/** After the one event that says so, a flapping monitor is quiet, unless it gets worse than it ever was told to be. */
function holdOfFlapping({ state }: Scene, incident: Incident, known: Told): Hold | null {
  const { until } = state.flapping
  if (until === null || !known.flapping || isWorse(incident.severity, known.highestSeverity)) return null
  return { reason: 'flapping', by: null, why: 'it is flapping, which was told' }
}

function flappingFact({ state }: Scene): Readonly<Record<string, unknown>> {
  return state.flapping.until === null ? {} : { flapping: true }
}

function factsOf({ causes }: Scene, { status, severity }: Incident): string {
  const keys = causes.map(cause => cause.key).sort()
  return `${status} ${severity} ${keys.join(' ')}`
}
