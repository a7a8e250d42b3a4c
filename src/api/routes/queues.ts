import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, notFound } from '../../ground/errors.ts'
import { cursorOfConsumer, QueueReader } from '../../record/queue-reader.ts'
import {
  type Consumer,
  DEFAULT_QUEUE,
  deleteConsumer,
  deleteQueue,
  insertQueue,
  listConsumers,
  listQueues,
  type Queue,
  type QueueFilter,
  type QueuePlace,
} from '../../store/queues.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { filterErrors, filterOf } from '../endpoint-settings.ts'
import { addOperation } from '../operation.ts'
import { pageFields, timeOf, timeOrNull } from '../schemas/common.ts'
import { consumerParams, queue, queueDetail, queueInput, queuePage, queueParams } from '../schemas/queue.ts'
import type { Services } from '../services.ts'
import { invalid } from '../validation.ts'
import { showQueue } from '../views.ts'
import { addAck, addRead, queueOr404 } from './queue-messages.ts'

/** Queues of one workspace. */
const MAX_QUEUES = 100

const QUEUE_EXAMPLE = {
  name: 'ticketing',
  filter: {
    monitors: ['checkout-*'],
    exclude_monitors: [],
    severities: [],
    event_types: [],
    regions: [],
    endpoint_ids: [],
    outcomes: ['failed'],
  },
  created_at: '2024-05-14T09:00:00.000Z',
}

const CONSUMER_EXAMPLE = {
  name: 'jira-sync',
  cursor: 'ODE0OjE6OjIwMjQtMDUtMTQ6YXR0XzAxano4bTR4NWMwZ2szdjlxMnc3ZDFhMGIz',
  updated_at: '2024-05-14T09:23:12.000Z',
  lag: { messages: 2, is_capped: false, oldest_at: '2024-05-14T09:23:13.000Z', age_seconds: 4.2 },
}

/** `/v1/queues`: durable feeds of attempt records for other programs. */
export function queueRoutes(app: FastifyInstance, services: Services): void {
  const reader = new QueueReader(services)
  addCreate(app, services)
  addList(app, services)
  addShow(app, services, reader)
  addDelete(app, services)
  addRead(app, services, reader)
  addAck(app, services, reader)
  addDeleteConsumer(app, services)
}

function addCreate(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'createQueue',
    method: 'POST',
    path: '/v1/queues',
    tag: 'Queues',
    summary: 'Make a queue',
    description:
      'Makes a queue of the attempt records that its filter wants, from now on. A filter does not change: make another queue. ' +
      `The queue \`${DEFAULT_QUEUE}\`, of every attempt, is there from the start.`,
    access: 'admin',
    audit: { words: 'Made the queue' },
    body: queueInput,
    bodyExamples: {
      failed: {
        summary: 'What failed of the checkout services',
        value: { name: 'ticketing', filter: { monitors: ['checkout-*'], outcomes: ['failed'] } },
      },
    },
    answers: {
      201: {
        description: 'Made.',
        schema: queue,
        headers: { Location: 'Where it is.' },
        example: QUEUE_EXAMPLE,
      },
    },
    problems: [409, 415, 422],
    handler: async ({ caller, body, reply }) => {
      const filter = queueFilterOf(body.filter)
      const made = await insertQueue(database, caller.workspaceId, { name: body.name, filter }, MAX_QUEUES)
      if (made === 'full') throw conflict(`This workspace has ${MAX_QUEUES} queues already.`)
      if (!made) throw conflict(`There is a queue "${body.name}" already.`, 'name')
      reply.header('location', `/v1/queues/${encodeURIComponent(made.name)}`)
      return showQueue(made)
    },
  })
}

/** @throws Problem 422 that names every glob at fault */
function queueFilterOf(input: z.output<typeof queueInput>['filter']): QueueFilter {
  const { endpoint_ids: endpointIds = [], outcomes = [], ...rest } = input ?? {}
  const filter = filterOf(rest)
  const errors = filterErrors(filter, 'filter.')
  if (errors.length > 0) throw invalid(errors, 'body')
  return { ...filter, endpointIds, outcomes }
}

function addList(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listQueues',
    method: 'GET',
    path: '/v1/queues',
    tag: 'Queues',
    summary: 'List queues',
    description: 'Queues by name.',
    access: 'read',
    query: z.strictObject(pageFields),
    answers: {
      200: {
        description: 'One page.',
        schema: queuePage,
        example: { data: [QUEUE_EXAMPLE], next_cursor: null },
      },
    },
    handler: async ({ caller, query }) => {
      const afterName = fromCursor(query.cursor, 1)?.[0] ?? ''
      const rows = await listQueues(database, caller.workspaceId, afterName, query.limit + 1)
      return pageOf(rows, query.limit, row => [row.name], showQueue)
    },
  })
}

function addShow(app: FastifyInstance, services: Services, reader: QueueReader): void {
  addOperation(app, {
    id: 'getQueue',
    method: 'GET',
    path: '/v1/queues/{name}',
    tag: 'Queues',
    summary: 'Show a queue and how far its consumers are',
    description: 'A queue with its consumers: what each has acknowledged, and how far it is behind.',
    access: 'read',
    params: queueParams,
    answers: {
      200: {
        description: 'The queue.',
        schema: queueDetail,
        example: { ...QUEUE_EXAMPLE, consumers: [CONSUMER_EXAMPLE] },
      },
    },
    problems: [404],
    handler: async ({ caller, params }) => {
      const { workspaceId } = caller
      const found = await queueOr404(services, workspaceId, params.name)
      const consumers = []
      for (const consumer of await listConsumers(services.database, workspaceId, found.name)) {
        consumers.push(await showConsumer(services, reader, workspaceId, found, consumer))
      }
      return { ...showQueue(found), consumers }
    },
  })
}

async function showConsumer(
  services: Services,
  reader: QueueReader,
  workspaceId: string,
  queueOfIt: Queue,
  consumer: Consumer,
) {
  return {
    name: consumer.name,
    cursor: cursorOfConsumer(consumer),
    updated_at: timeOf(consumer.updatedAt),
    lag: await showLag(services, reader, workspaceId, queueOfIt, consumer.place),
  }
}

/** How far a place in a queue is behind. */
export async function showLag(
  { clock }: Services,
  reader: QueueReader,
  workspaceId: string,
  queueOfIt: Queue,
  place: QueuePlace,
) {
  const { messages, isCapped, oldestAt } = await reader.lag(workspaceId, queueOfIt, place)
  const ageMs = oldestAt === null ? 0 : Math.max(0, clock.now() - oldestAt)
  return { messages, is_capped: isCapped, oldest_at: timeOrNull(oldestAt), age_seconds: ageMs / 1000 }
}

function addDelete(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'deleteQueue',
    method: 'DELETE',
    path: '/v1/queues/{name}',
    tag: 'Queues',
    summary: 'Delete a queue',
    description: `Forgets the queue and how far its consumers were; the attempts stay. \`${DEFAULT_QUEUE}\` cannot be deleted.`,
    access: 'admin',
    audit: { words: 'Deleted the queue' },
    params: queueParams,
    answers: { 204: { description: 'Deleted.' } },
    problems: [404, 409],
    handler: async ({ caller, params }) => {
      if (params.name === DEFAULT_QUEUE) throw conflict(`The queue ${DEFAULT_QUEUE} is always there.`)
      if (!(await deleteQueue(database, caller.workspaceId, params.name)))
        throw notFound('queue', params.name)
    },
  })
}

function addDeleteConsumer(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'deleteQueueConsumer',
    method: 'DELETE',
    path: '/v1/queues/{name}/consumers/{consumer}',
    tag: 'Queues',
    summary: 'Delete a consumer',
    description: 'Forgets how far it was: read by again, it is a new one.',
    access: 'admin',
    audit: {
      words: ({ params }) => `Deleted a consumer of the queue "${params.name}":`,
      target: ({ params }) => ({ id: null, name: params.consumer ?? null }),
    },
    params: consumerParams,
    answers: { 204: { description: 'Deleted.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      if (!(await deleteConsumer(database, caller.workspaceId, params.name, params.consumer)))
        throw notFound('consumer', params.consumer)
    },
  })
}
