import type { OperatorAction } from '../decide/observation.ts'
import { Problem } from '../ground/errors.ts'
import type { EventInput } from '../keep/keeper.ts'
import type { StoredIncident } from '../store/incidents.ts'
import type { Services } from './services.ts'

/** What an operator does about an incident. */
export interface Deed {
  readonly action: OperatorAction['action']
  /** Who, in words. */
  readonly by: string
  readonly comment: string | null
}

/**
 * Does something about an incident that given events opened. Nothing decides on it here, so it is told by an event like
 * those of its producer, under the same `incident_id`, and the incident follows from that. Told once, however many do the
 * same.
 * @throws Problem 503 when it is not known to be committed
 */
export async function actOnGiven(
  { keeper, incidents, clock }: Services,
  workspaceId: string,
  incident: StoredIncident,
  deed: Deed,
): Promise<void> {
  if (deed.action === 'acknowledge' && incident.acknowledgedAt !== null) return
  try {
    await keeper.accept(workspaceId, [eventOf(incident, deed)], {
      receivedAt: clock.now(),
      from: 'ourselves',
    })
  } catch (error) {
    // The event's id was taken: somebody else has done it at this moment.
    if (!(error instanceof Problem && error.status === 409)) throw error
  }
  await incidents.written()
}

function eventOf(incident: StoredIncident, { action, by, comment }: Deed): EventInput {
  const { id, monitorName, status, severity, highestSeverity, producerId, region, affectedEndpoints } =
    incident
  const said = comment === null ? {} : { comment, comment_by: by }
  const about = { monitorName, incidentId: producerId }
  const where = { region, affected_endpoints: affectedEndpoints }
  switch (action) {
    case 'acknowledge':
      return {
        ...about,
        eventId: `${id}.acknowledged`,
        eventType: 'incident.acknowledged',
        status,
        severity,
        metadata: {
          ...where,
          message: `${by} acknowledged: ${incident.summary}`,
          acknowledged_by: by,
          ...said,
        },
      }
    case 'comment':
      return {
        ...about,
        eventType: 'incident.updated',
        status,
        severity,
        metadata: { ...where, message: `${by}: ${comment ?? ''}`, ...said },
      }
    case 'resolve':
      return {
        ...about,
        eventId: `${id}.resolved`,
        eventType: 'incident.resolved',
        status: 'operational',
        severity: highestSeverity,
        metadata: {
          ...where,
          message: `${by} resolved the incident of ${monitorName}: ${incident.summary}`,
          resolved_by: by,
          ...said,
        },
      }
  }
}
