import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, notFound } from '../../ground/errors.ts'
import { attemptsOfDelivery, listAttempts } from '../../store/attempts-list.ts'
import {
  deliveryIdsOf,
  findDelivery,
  listDeliveries,
  payloadOfDelivery,
  type StoredDelivery,
} from '../../store/deliveries-list.ts'
import { findEndpoint } from '../../store/endpoints.ts'
import { findEvent } from '../../store/events-list.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import { dryRunFilter, idParams, monitorName, pageFields, text, timeInput } from '../schemas/common.ts'
import { attemptPage, deliveryDetail, deliveryPage, replayed } from '../schemas/delivery.ts'
import { deliveryStatus } from '../schemas/event.ts'
import type { Services } from '../services.ts'
import { showAttempt, showDelivery, showPayload } from '../views.ts'

const DELIVERY_ID = idParams("The delivery's id.", 'dlv_01jz8m4x5c0gk3v9q2w7d1a0b3')

const shared = {
  endpoint_id: text({ max: 64 }).optional(),
  event_id: text({ max: 64 }).optional(),
  monitor: monitorName.optional().meta({ description: 'A monitor name.' }),
  status_code: z.int().min(100).max(999).optional().meta({ description: 'What the endpoint answered last.' }),
  dry_run: dryRunFilter,
}

const NOTHING = { data: [], next_cursor: null }

/** `/v1/deliveries` and `/v1/attempts`: what became of events. */
export function deliveryRoutes(app: FastifyInstance, services: Services): void {
  addList(app, services)
  addShow(app, services)
  addReplay(app, services)
  addAttempts(app, services)
}

function addList(app: FastifyInstance, { database, writeOut }: Services): void {
  addOperation(app, {
    id: 'listDeliveries',
    method: 'GET',
    path: '/v1/deliveries',
    tag: 'Deliveries',
    summary: 'List deliveries',
    description: 'Deliveries, the latest first.',
    access: 'read',
    query: z.strictObject({
      ...shared,
      status: deliveryStatus.optional(),
      replay_of: text({ max: 64 }).optional().meta({ description: 'Replays of this delivery.' }),
      since: timeInput.optional().meta({ description: 'Made at or after.' }),
      until: timeInput.optional().meta({ description: 'Made before.' }),
      ...pageFields,
    }),
    answers: { 200: { description: 'One page.', schema: deliveryPage } },
    handler: async ({ caller, query }) => {
      const { workspaceId } = caller
      const beforeId = fromCursor(query.cursor, 1)?.[0] ?? null
      const event =
        query.event_id === undefined ? undefined : await findEvent(database, workspaceId, query.event_id)
      if (event === null) return NOTHING
      await writeOut()
      const rows = await listDeliveries(
        database,
        workspaceId,
        {
          ids: event && (await deliveryIdsOf(database, workspaceId, event)),
          endpointId: query.endpoint_id,
          monitorName: query.monitor,
          status: query.status,
          statusCode: query.status_code,
          replayOf: query.replay_of,
          dryRun: query.dry_run,
          since: query.since,
          until: query.until,
        },
        { beforeId, limit: query.limit + 1 },
      )
      return pageOf(rows, query.limit, row => [row.id], showDelivery)
    },
  })
}

function addShow(app: FastifyInstance, { database, writeOut }: Services): void {
  addOperation(app, {
    id: 'getDelivery',
    method: 'GET',
    path: '/v1/deliveries/{id}',
    tag: 'Deliveries',
    summary: 'Show a delivery',
    description: 'A delivery with all its attempts and the payload it carries.',
    access: 'read',
    params: DELIVERY_ID,
    answers: { 200: { description: 'The delivery.', schema: deliveryDetail } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const { workspaceId } = caller
      await writeOut()
      const delivery = await findDelivery(database, workspaceId, params.id)
      if (!delivery) throw notFound('delivery', params.id)
      const [attempts, payload] = await Promise.all([
        attemptsOfDelivery(database, workspaceId, delivery.id),
        payloadOfDelivery(database, workspaceId, delivery),
      ])
      return { ...showDelivery(delivery), ...showPayload(payload), attempt_log: attempts.map(showAttempt) }
    },
  })
}

function addReplay(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'replayDelivery',
    method: 'POST',
    path: '/v1/deliveries/{id}/replay',
    tag: 'Deliveries',
    summary: 'Replay a delivery',
    description:
      'Sends the same event to the same endpoint once more, as a new delivery with six hours of its own. The bytes and the ' +
      '`webhook-id` are the same, so a receiver that has it already can tell.',
    access: 'respond',
    audit: { words: 'Replayed the delivery' },
    params: DELIVERY_ID,
    answers: { 202: { description: 'Committed, and on its way.', schema: replayed } },
    problems: [404, 409],
    handler: async ({ caller, params }) => {
      await services.writeOut()
      const delivery = await findDelivery(services.database, caller.workspaceId, params.id)
      if (!delivery) throw notFound('delivery', params.id)
      await refuseUnreplayable(services, caller.workspaceId, delivery)
      return {
        delivery_id: await services.replayer.replay(caller.workspaceId, params.id),
        replay_of: params.id,
      }
    },
  })
}

async function refuseUnreplayable(
  services: Services,
  workspaceId: string,
  delivery: StoredDelivery,
): Promise<void> {
  if (delivery.dryRun) throw conflict(`Delivery ${delivery.id} was a test send: send another one instead.`)
  if (delivery.status === 'pending') throw conflict(`Delivery ${delivery.id} is still on its way.`)
  const found = await findEndpoint(services.database, services.sealer, workspaceId, delivery.endpointId)
  if (!found) throw conflict(`The endpoint of delivery ${delivery.id} was deleted.`)
  if (!found.endpoint.enabled)
    throw conflict(`The endpoint ${found.endpoint.id} is disabled: enable it first.`)
}

function addAttempts(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listAttempts',
    method: 'GET',
    path: '/v1/attempts',
    tag: 'Deliveries',
    summary: 'List attempts',
    description: 'Attempts with all that was seen of them, the latest first.',
    access: 'read',
    query: z.strictObject({
      ...shared,
      delivery_id: text({ max: 64 }).optional(),
      request_id: text({ max: 64 })
        .optional()
        .meta({ description: 'Of this request: several where it was a digest.' }),
      outcome: z.enum(['delivered', 'retry', 'failed']).optional(),
      since: timeInput.optional().meta({ description: 'Started at or after.' }),
      until: timeInput.optional().meta({ description: 'Started before.' }),
      ...pageFields,
    }),
    answers: { 200: { description: 'One page.', schema: attemptPage } },
    handler: async ({ caller, query }) => {
      const { workspaceId } = caller
      const after = fromCursor(query.cursor, 2)
      const event =
        query.event_id === undefined ? undefined : await findEvent(database, workspaceId, query.event_id)
      if (event === null) return NOTHING
      const ofEvent = event && (await deliveryIdsOf(database, workspaceId, event))
      const rows = await listAttempts(
        database,
        workspaceId,
        {
          deliveryIds: both(ofEvent, query.delivery_id),
          endpointId: query.endpoint_id,
          monitorName: query.monitor,
          requestId: query.request_id,
          outcome: query.outcome,
          statusCode: query.status_code,
          dryRun: query.dry_run,
          since: query.since,
          until: query.until,
        },
        { after, limit: query.limit + 1 },
      )
      return pageOf(rows, query.limit, row => [row.position, row.id], showAttempt)
    },
  })
}

/** Deliveries that both an event and an id ask for; undefined: neither does. */
function both(ofEvent: readonly string[] | undefined, id: string | undefined): readonly string[] | undefined {
  if (id === undefined) return ofEvent
  return ofEvent === undefined || ofEvent.includes(id) ? [id] : []
}
