import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, notFound } from '../../ground/errors.ts'
import { shownBrokerUrl } from '../../record/forward/url.ts'
import { QueueReader } from '../../record/queue-reader.ts'
import { endOfFeed } from '../../store/feed-read.ts'
import {
  deleteForwarder,
  findForwarder,
  insertForwarder,
  listForwarders,
  openUrl,
  type StoredForwarder,
  updateForwarder,
} from '../../store/forwarders.ts'
import { findConsumer, type Queue } from '../../store/queues.ts'
import type { Facts } from '../audit.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { destinationOf, fieldsOf, patched, tryOut } from '../forwarder-settings.ts'
import { addOperation } from '../operation.ts'
import { pageFields, timeOf } from '../schemas/common.ts'
import {
  forwarder,
  forwarderInput,
  forwarderPage,
  forwarderParams,
  forwarderPatch,
} from '../schemas/forwarder.ts'
import { queueParams } from '../schemas/queue.ts'
import type { Services } from '../services.ts'
import { queueOr404 } from './queue-messages.ts'
import { showLag } from './queues.ts'

/** Forwarders of one queue. */
const MAX_FORWARDERS = 20

const PATH = '/v1/queues/{name}/forwarders'

const EXAMPLE = {
  id: 'fwd_01jz8m4x5c00k3v9q2w7d1a0b3',
  broker: 'nats',
  url: 'tls://***@nats.example.com:4222',
  subject: 'ops.attempts',
  exchange: null,
  routing_key: null,
  topic: null,
  enabled: true,
  state: 'forwarding',
  error: null,
  state_at: '2024-05-14T09:23:11.000Z',
  created_at: '2024-05-14T09:23:10.000Z',
  lag: { messages: 0, is_capped: false, oldest_at: null, age_seconds: 0 },
}

/** `/v1/queues/{name}/forwarders`: queues to brokers. */
export function forwarderRoutes(app: FastifyInstance, services: Services): void {
  const reader = new QueueReader(services)
  addCreate(app, services, reader)
  addList(app, services, reader)
  addShow(app, services, reader)
  addPatch(app, services, reader)
  addDelete(app, services)
}

function forwarderOf({ params, before, answer }: Facts) {
  const { id = params.forwarder, broker = before.broker } = answer
  return { id: String(id), name: broker ? String(broker) : null }
}

const wordsOf =
  (done: string) =>
  ({ params }: Facts): string =>
    `${done} a forwarder of the queue "${params.name}" to`

function addCreate(app: FastifyInstance, services: Services, reader: QueueReader): void {
  const { database, sealer, clock } = services
  addOperation(app, {
    id: 'createForwarder',
    method: 'POST',
    path: PATH,
    tag: 'Queues',
    summary: 'Forward a queue to a broker',
    description:
      'Connects to the broker, and refuses with the reason what cannot be used; then sends it every message of the queue as a ' +
      'CloudEvent, at least once, in order per delivery, whatever restarts. The address must be public or in a network that the ' +
      'operator allows, and without TLS only where the operator allows plain HTTP.',
    access: 'admin',
    audit: { words: wordsOf('Made'), target: forwarderOf },
    params: queueParams,
    body: forwarderInput,
    bodyExamples: {
      nats: {
        summary: 'NATS JetStream',
        value: { broker: 'nats', url: 'tls://ops:secret@nats.example.com:4222', subject: 'ops.attempts' },
      },
      rabbitmq: {
        summary: 'RabbitMQ',
        value: {
          broker: 'rabbitmq',
          url: 'amqps://ops:secret@rabbitmq.example.com:5671',
          routing_key: 'attempts',
        },
      },
      kafka: {
        summary: 'Kafka',
        value: {
          broker: 'kafka',
          url: 'kafkas://ops:secret@kafka.example.com:9093?mechanism=SCRAM-SHA-512',
          topic: 'attempts',
        },
      },
    },
    answers: {
      201: {
        description: 'Made.',
        schema: forwarder,
        headers: { Location: 'Where it is.' },
        example: EXAMPLE,
      },
    },
    problems: [404, 409, 415, 422],
    handler: async ({ caller, params, body, reply }) => {
      const { workspaceId } = caller
      const queue = await queueOr404(services, workspaceId, params.name)
      const destination = destinationOf(body)
      await tryOut(services, body.url, destination)
      const position = body.from === 'now' ? (await endOfFeed(database)).position : queue.startPosition
      const { url, enabled } = body
      const from = { position, id: '' }
      const draft = { workspaceId, queue: queue.name, destination, url, enabled, from }
      const made = await insertForwarder(database, sealer, draft, MAX_FORWARDERS, clock.now())
      if (!made) throw conflict(`The queue ${queue.name} has ${MAX_FORWARDERS} forwarders already.`)
      reply.header('location', `/v1/queues/${encodeURIComponent(queue.name)}/forwarders/${made.id}`)
      return showForwarder(services, reader, queue, made)
    },
  })
}

function addList(app: FastifyInstance, services: Services, reader: QueueReader): void {
  addOperation(app, {
    id: 'listForwarders',
    method: 'GET',
    path: PATH,
    tag: 'Queues',
    summary: "List a queue's forwarders",
    description: 'Oldest first, each with its state, its last error, and how far it is behind.',
    access: 'admin',
    params: queueParams,
    query: z.strictObject(pageFields),
    answers: {
      200: {
        description: 'One page.',
        schema: forwarderPage,
        example: { data: [EXAMPLE], next_cursor: null },
      },
    },
    problems: [404],
    handler: async ({ caller, params, query }) => {
      const queue = await queueOr404(services, caller.workspaceId, params.name)
      const afterId = fromCursor(query.cursor, 1)?.[0] ?? ''
      const { database } = services
      const rows = await listForwarders(database, caller.workspaceId, queue.name, afterId, query.limit + 1)
      const { data, next_cursor } = pageOf(
        rows,
        query.limit,
        row => [row.id],
        row => row,
      )
      return {
        data: await Promise.all(data.map(row => showForwarder(services, reader, queue, row))),
        next_cursor,
      }
    },
  })
}

function addShow(app: FastifyInstance, services: Services, reader: QueueReader): void {
  addOperation(app, {
    id: 'getForwarder',
    method: 'GET',
    path: `${PATH}/{forwarder}`,
    tag: 'Queues',
    summary: 'Show a forwarder',
    description: 'Its state, its last error, and how far it is behind.',
    access: 'admin',
    params: forwarderParams,
    answers: { 200: { description: 'The forwarder.', schema: forwarder, example: EXAMPLE } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const queue = await queueOr404(services, caller.workspaceId, params.name)
      const found = await forwarderOr404(services, caller.workspaceId, queue, params.forwarder)
      return showForwarder(services, reader, queue, found)
    },
  })
}

function addPatch(app: FastifyInstance, services: Services, reader: QueueReader): void {
  addOperation(app, {
    id: 'updateForwarder',
    method: 'PATCH',
    path: `${PATH}/{forwarder}`,
    tag: 'Queues',
    summary: 'Change a forwarder',
    description:
      'It goes on from where it was. A new URL or destination is tried out first, as when it was made; `enabled` alone is not.',
    access: 'admin',
    audit: { words: wordsOf('Changed'), before: 'getForwarder', target: forwarderOf },
    params: forwarderParams,
    body: forwarderPatch,
    bodyExamples: { pause: { summary: 'Pause it', value: { enabled: false } } },
    answers: { 200: { description: 'Changed.', schema: forwarder, example: EXAMPLE } },
    problems: [404, 415, 422],
    handler: async ({ caller, params, body }) => {
      const { database, sealer } = services
      const queue = await queueOr404(services, caller.workspaceId, params.name)
      const found = await forwarderOr404(services, caller.workspaceId, queue, params.forwarder)
      const { enabled = found.enabled, url = openUrl(sealer, found), ...moved } = body
      const destination = patched(found.destination, moved)
      if (body.url !== undefined || Object.keys(moved).length > 0) await tryOut(services, url, destination)
      const changed = await updateForwarder(database, sealer, found, { destination, url, enabled })
      if (!changed) throw notFound('forwarder', found.id)
      return showForwarder(services, reader, queue, changed)
    },
  })
}

function addDelete(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'deleteForwarder',
    method: 'DELETE',
    path: `${PATH}/{forwarder}`,
    tag: 'Queues',
    summary: 'Delete a forwarder',
    description: 'Nothing more is sent; what the broker has, it keeps.',
    access: 'admin',
    audit: { words: wordsOf('Deleted'), before: 'getForwarder', target: forwarderOf },
    params: forwarderParams,
    answers: { 204: { description: 'Deleted.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const { name, forwarder: id } = params
      if (!(await deleteForwarder(services.database, caller.workspaceId, name, id)))
        throw notFound('forwarder', id)
    },
  })
}

async function forwarderOr404(
  { database }: Services,
  workspaceId: string,
  queue: Queue,
  id: string,
): Promise<StoredForwarder> {
  const found = await findForwarder(database, workspaceId, queue.name, id)
  if (!found) throw notFound('forwarder', id)
  return found
}

async function showForwarder(services: Services, reader: QueueReader, queue: Queue, stored: StoredForwarder) {
  const { database, sealer } = services
  const { id, workspaceId, enabled } = stored
  const place = (await findConsumer(database, workspaceId, queue.name, id))?.place
  return {
    id,
    subject: null,
    exchange: null,
    routing_key: null,
    topic: null,
    ...fieldsOf(stored.destination),
    url: shownBrokerUrl(openUrl(sealer, stored)),
    enabled,
    state: enabled ? stored.state : 'paused',
    error: enabled ? stored.error : null,
    state_at: timeOf(stored.stateAt),
    created_at: timeOf(stored.createdAt),
    lag: await showLag(
      services,
      reader,
      workspaceId,
      queue,
      place ?? { position: queue.startPosition, id: '' },
    ),
  }
}
