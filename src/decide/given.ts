import type { EventType, Severity, Status } from '../ground/vocabulary.ts'
import { worseOf } from './severity.ts'

/** An incident that is kept because events say so which were given, not decided on here. Times are ms since the epoch. */
export interface GivenIncident {
  readonly id: string
  /** Under which its producer's events go; null: they name none. */
  readonly producerId: string | null
  readonly status: Status
  readonly severity: Severity
  readonly highestSeverity: Severity
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  readonly summary: string
  readonly openedAt: number
  readonly acknowledgedAt: number | null
  readonly acknowledgedBy: string | null
  readonly resolvedAt: number | null
}

/** What an event that was given says of its monitor. */
export interface GivenWord {
  readonly eventId: string
  readonly eventType: EventType
  readonly status: Status
  readonly severity: Severity
  readonly incidentId: string | null
  readonly region: string | null
  readonly affectedEndpoints: readonly string[]
  /** What is wrong, in its producer's words. */
  readonly summary: string
  /** Who acknowledged, in words; null: it does not say. */
  readonly by: string | null
  /** When it was accepted. */
  readonly at: number
}

/**
 * What an event makes of a monitor's open incidents: those that are other ones now, or new. One that says that the
 * monitor is in trouble opens an incident or brings it up to date; one that says it is over ends it. Without an
 * `incident_id` that is the monitor's incident, whichever is open; with one, its own.
 * A repeat, and an end of what is not open, change nothing.
 */
export function followGiven(
  open: readonly GivenIncident[],
  word: GivenWord,
  newIncidentId: (at: number) => string,
): GivenIncident[] {
  const what = meaningOf(word)
  if (what === 'nothing') return []
  const own = ownOf(open, word.incidentId)
  if (what === 'ends') return own.map(incident => ({ ...incident, resolvedAt: word.at }))
  const known = own.at(-1)
  const next = known ? brought(known, word) : opened(word, newIncidentId(word.at))
  return [what === 'acknowledged' ? acknowledged(next, word) : next]
}

/** Figures that are crossed open none by themselves, nor does maintenance. */
function meaningOf({ eventType, status }: GivenWord): 'opens' | 'acknowledged' | 'ends' | 'nothing' {
  switch (eventType) {
    case 'metric.breached':
    case 'metric.cleared':
      return 'nothing'
    case 'incident.resolved':
      return 'ends'
    case 'status.changed':
      if (status === 'operational') return 'ends'
      return status === 'down' || status === 'degraded' ? 'opens' : 'nothing'
    case 'incident.acknowledged':
      return status === 'operational' ? 'ends' : 'acknowledged'
    case 'incident.opened':
    case 'incident.updated':
      return status === 'operational' ? 'ends' : 'opens'
  }
}

/** The open incidents that an event is about. One that was opened without an `incident_id` is meant by any. */
function ownOf(open: readonly GivenIncident[], incidentId: string | null): readonly GivenIncident[] {
  if (incidentId === null) return open
  const named = open.filter(({ id, producerId }) => producerId === incidentId || id === incidentId)
  return named.length > 0 ? named : open.filter(({ producerId }) => producerId === null)
}

function opened(word: GivenWord, id: string): GivenIncident {
  const { incidentId, status, severity, region, affectedEndpoints, summary, at } = word
  return {
    id,
    producerId: incidentId,
    status,
    severity,
    highestSeverity: severity,
    region,
    affectedEndpoints,
    summary,
    openedAt: at,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
  }
}

function brought(incident: GivenIncident, word: GivenWord): GivenIncident {
  const isNamed = incident.producerId !== null || word.incidentId === incident.id
  // A comment, or who took it on, says nothing of what is wrong.
  const isAnswer = word.by !== null
  return {
    ...incident,
    producerId: isNamed ? incident.producerId : word.incidentId,
    status: word.status,
    severity: word.severity,
    highestSeverity: worseOf(incident.highestSeverity, word.severity),
    region: incident.region ?? word.region,
    affectedEndpoints: [...new Set([...incident.affectedEndpoints, ...word.affectedEndpoints])],
    summary: isAnswer ? incident.summary : word.summary,
  }
}

function acknowledged(incident: GivenIncident, { by, at }: GivenWord): GivenIncident {
  return {
    ...incident,
    acknowledgedAt: incident.acknowledgedAt ?? at,
    acknowledgedBy: incident.acknowledgedAt === null ? by : incident.acknowledgedBy,
  }
}
