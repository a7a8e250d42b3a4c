import { bucketOf } from '../ground/bucket.ts'
import { newId } from '../ground/ids.ts'
import type { Delivery, Event } from '../ground/vocabulary.ts'
import type { RoutedEvent } from '../store/accept.ts'
import type { EventInput } from './keeper.ts'
import { buildPayload } from './payload.ts'
import type { Routing } from './routing.ts'

/**
 * Makes the event that is kept of an input, with a delivery to every endpoint that wants it.
 * @param acceptedAt ms since the epoch
 * @throws Problem 422 naming `timestamp` or `metadata`
 */
export function routeEvent(
  routing: Routing,
  workspaceId: string,
  input: EventInput,
  acceptedAt: number,
): RoutedEvent {
  const bucket = bucketOf(workspaceId, input.monitorName)
  const eventId = input.eventId ?? newId('evt', acceptedAt, bucket)
  const built = buildPayload(input, eventId, acceptedAt)
  const event: Event = {
    workspaceId,
    eventId,
    bucket,
    monitorName: input.monitorName,
    status: input.status,
    ...built,
    acceptedAt,
    dryRun: false,
  }
  const endpoints = routing.match(workspaceId, event)
  return { event, deliveries: endpoints.map(endpoint => newDelivery(event, endpoint.id, acceptedAt)) }
}

/** A delivery that no attempt was made of. */
export function newDelivery(event: Event, endpointId: string, createdAt: number): Delivery {
  return {
    id: newId('dlv', createdAt, event.bucket),
    workspaceId: event.workspaceId,
    bucket: event.bucket,
    eventId: event.eventId,
    endpointId,
    monitorName: event.monitorName,
    incidentId: event.incidentId,
    createdAt,
    attempts: 0,
    firstAttemptAt: null,
  }
}
