import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { notFound } from '../../ground/errors.ts'
import { whyNot } from '../../route/explain.ts'
import { deliveriesOfEvent } from '../../store/deliveries-list.ts'
import { endpointNames } from '../../store/endpoints.ts'
import { findEvent, type KeptEvent, listEvents } from '../../store/events-list.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { MAX_EVENTS, readEvents } from '../event-input.ts'
import { addOperation } from '../operation.ts'
import {
  dryRunFilter,
  eventType,
  idParams,
  monitorName,
  pageFields,
  severity,
  status,
  text,
  timeInput,
} from '../schemas/common.ts'
import { acceptedList, event, eventInput, eventPage, SAMPLE_EVENT } from '../schemas/event.ts'
import type { Services } from '../services.ts'
import { showEvent, showPayload, showSending } from '../views.ts'

/** All of a batch: a thousand events of ordinary size, with room. */
const BODY_LIMIT = 16 * 1024 * 1024
const MAX_NOT_SENT = 200

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .optional()
  .meta({
    description:
      'A repeat of the request under the same key within 24 h is answered with the first result, and sends nothing twice.',
  })

/** `/v1/events`: the way in, and what became of it. */
export function eventRoutes(app: FastifyInstance, services: Services): void {
  addAccept(app, services)
  addList(app, services)
  addShow(app, services)
}

function addAccept(app: FastifyInstance, { keeper }: Services): void {
  addOperation(app, {
    id: 'acceptEvents',
    method: 'POST',
    path: '/v1/events',
    tag: 'Events',
    summary: 'Send an event, or a batch',
    description:
      `Accepts one event, or an array of up to ${MAX_EVENTS}: all of them or, on an error, none. The answer comes once they are ` +
      'committed, and they are on their way to the endpoints that want them by then. An event has at most 256 KiB, a request 16 MiB.',
    access: 'ingest',
    audit: { exempt: 'intake: the record of events has it' },
    headers: z.object({ 'Idempotency-Key': idempotencyKey }),
    body: z.union([eventInput, z.array(eventInput).min(1).max(MAX_EVENTS)]),
    bodyExamples: {
      one: { summary: 'One event', value: SAMPLE_EVENT },
      batch: {
        summary: 'A batch',
        value: [SAMPLE_EVENT, { monitor_name: 'api-gateway-eu', status: 'operational' }],
      },
    },
    bodyLimit: BODY_LIMIT,
    readsBodyItself: true,
    answers: {
      202: {
        description: 'Committed, and on its way.',
        schema: acceptedList,
        example: { data: [{ event_id: 'evt_01jz8m4x5c0gk3v9q2w7d1a0b3', duplicate: false, deliveries: 2 }] },
      },
    },
    problems: [409, 413, 415, 422],
    handler: async ({ caller, headers, request }) => {
      const key = headers['Idempotency-Key']
      const accepted = await keeper.accept(caller.workspaceId, readEvents(request.body, request), {
        receivedAt: request.receivedAt,
        ...(key === undefined ? {} : { idempotencyKey: key }),
      })
      return {
        data: accepted.map(one => ({
          event_id: one.eventId,
          duplicate: one.duplicate,
          deliveries: one.deliveries,
        })),
      }
    },
  })
}

function addList(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listEvents',
    method: 'GET',
    path: '/v1/events',
    tag: 'Events',
    summary: 'List events',
    description: 'Accepted events, the latest first.',
    access: 'read',
    query: z.strictObject({
      monitor: monitorName.optional().meta({ description: 'A monitor name.' }),
      event_type: eventType.optional(),
      severity: severity.optional(),
      status: status.optional(),
      incident_id: text({ max: 100 }).optional(),
      dry_run: dryRunFilter,
      since: timeInput.optional().meta({ description: 'Accepted at or after.' }),
      until: timeInput.optional().meta({ description: 'Accepted before.' }),
      ...pageFields,
    }),
    answers: { 200: { description: 'One page.', schema: eventPage } },
    handler: async ({ caller, query }) => {
      const after = fromCursor(query.cursor, 2)
      const rows = await listEvents(
        database,
        caller.workspaceId,
        {
          monitorName: query.monitor,
          eventType: query.event_type,
          severity: query.severity,
          status: query.status,
          incidentId: query.incident_id,
          dryRun: query.dry_run,
          since: query.since,
          until: query.until,
        },
        { after, limit: query.limit + 1 },
      )
      return pageOf(rows, query.limit, row => [row.position, row.eventId], showEvent)
    },
  })
}

function addShow(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'getEvent',
    method: 'GET',
    path: '/v1/events/{id}',
    tag: 'Events',
    summary: 'Show an event and what became of it',
    description:
      'The payload as it is sent, and for every endpoint whether it was delivered, waits, failed or was cancelled, or why it was not sent there.',
    access: 'read',
    params: idParams("The event's id.", 'evt_01jz8m4x5c0gk3v9q2w7d1a0b3'),
    answers: { 200: { description: 'The event.', schema: event } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const found = await findEvent(services.database, caller.workspaceId, params.id)
      if (!found) throw notFound('event', params.id)
      const deliveries = await deliveriesOfEvent(services.database, caller.workspaceId, found)
      const ids = [...new Set(deliveries.map(delivery => delivery.endpointId))]
      const names = await endpointNames(services.database, caller.workspaceId, ids)
      const notSent = found.dryRun ? [] : explainNotSent(services, caller.workspaceId, found)
      return {
        ...showEvent(found),
        ...showPayload(found.payload),
        endpoints: deliveries.map(delivery =>
          showSending(delivery, names.get(delivery.endpointId)?.name ?? null),
        ),
        not_sent_to: notSent.slice(0, MAX_NOT_SENT),
        not_sent_total: notSent.length,
      }
    },
  })
}

/** Filters are not kept as they were; so a reason is today's, and says when that may differ from that day's. */
function explainNotSent({ catalog }: Services, workspaceId: string, found: KeptEvent) {
  const sentTo = new Set(found.matched.map(([endpointId]) => endpointId))
  return catalog.endpointsOf(workspaceId).flatMap(endpoint => {
    if (sentTo.has(endpoint.id)) return []
    const reason =
      endpoint.createdAt > found.acceptedAt
        ? 'the endpoint did not exist yet'
        : (whyNot(endpoint, found) ??
          'its filter or state was different then; by what it is today, it would be sent')
    return {
      endpoint_id: endpoint.id,
      endpoint_name: endpoint.name,
      reason,
      changed_since: endpoint.changedAt > found.acceptedAt,
    }
  })
}
