import type { FastifyInstance } from 'fastify'
import { conflict, notFound, unacceptable } from '../../ground/errors.ts'
import { cursorOfConsumer, placeOf, type QueueReader } from '../../record/queue-reader.ts'
import { parseCursor } from '../../store/feed-cursor.ts'
import { endOfFeed } from '../../store/feed-read.ts'
import {
  advanceConsumer,
  type Consumer,
  DEFAULT_QUEUE,
  findConsumer,
  findQueue,
  insertConsumer,
  type Queue,
} from '../../store/queues.ts'
import { addOperation } from '../operation.ts'
import { acked, ackInput, messages, messagesQuery, queueParams } from '../schemas/queue.ts'
import type { Services } from '../services.ts'
import { showAttempt } from '../views.ts'

/** Consumers of one queue. */
const MAX_CONSUMERS = 100

const CURSOR = 'ODE0OjE6OjIwMjQtMDUtMTQ6YXR0XzAxano4bTR4NWMwZ2szdjlxMnc3ZDFhMGIz'

const MESSAGE_EXAMPLE = {
  id: 'att_01jz8m4x5c0gk3v9q2w7d1a0b3',
  request_id: 'req_01jz8m4x5c0gk3v9q2w7d1a0b4',
  delivery_id: 'dlv_01jz8m4x5c0gk3v9q2w7d1a0b3',
  event_id: 'evt_01jz8m4x5c0gk3v9q2w7d1a0b3',
  endpoint_id: 'ep_01jz8m4x5c00k3v9q2w7d1a0b3',
  monitor_name: 'checkout-service-redis',
  retry_attempt: 0,
  dry_run: false,
  started_at: '2024-05-14T09:23:11.120Z',
  outcome: 'retry',
  delivery_status: 'pending',
  status_code: 503,
  error: null,
  why: 'it answered 503',
  next_attempt_at: '2024-05-14T09:23:12.438Z',
  remote_address: '203.0.113.9',
  tls_version: 'TLSv1.3',
  http_version: '2',
  timings_ms: { wait: 3.1, dns: null, connect: null, tls: null, first_byte: 61.2, total: 61.9 },
  response_headers: { 'content-type': 'text/plain' },
  response_body: 'try again',
  digest_size: 1,
  cursor: CURSOR,
}

/** The queue of the caller's workspace. @throws Problem 404 */
export async function queueOr404({ database }: Services, workspaceId: string, name: string): Promise<Queue> {
  const found = await findQueue(database, workspaceId, name)
  if (!found) throw notFound('queue', name)
  return found
}

/** `GET …/messages`. */
export function addRead(app: FastifyInstance, services: Services, reader: QueueReader): void {
  const waiting = new Set<AbortController>()
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
    for (const wait of waiting) wait.abort()
  })
  addOperation(app, {
    id: 'readQueue',
    method: 'GET',
    path: '/v1/queues/{name}/messages',
    tag: 'Queues',
    summary: 'Read a queue',
    description:
      'The next messages after what the consumer has acknowledged, in order; those of one delivery always in the order of its ' +
      'attempts. At least once: what is not acknowledged is given again, to this consumer, on any node, after any restart. Test ' +
      'sends are in it, marked `dry_run`. With `wait`, the answer comes as soon as there is a message.',
    access: 'read',
    params: queueParams,
    query: messagesQuery,
    answers: {
      200: {
        description: 'Messages; none, when none came in time.',
        schema: messages,
        example: { data: [MESSAGE_EXAMPLE], cursor: CURSOR, gap: false },
      },
    },
    problems: [404, 409],
    handler: async ({ caller, params, query, reply }) => {
      const { workspaceId } = caller
      const queue = await queueOr404(services, workspaceId, params.name)
      const consumer = await consumerOf(services, workspaceId, queue, query.consumer, query.from)
      const wait = new AbortController()
      waiting.add(wait)
      reply.raw.once('close', () => wait.abort())
      if (isClosing) wait.abort()
      try {
        const options = { limit: query.limit, waitMs: query.wait * 1000, signal: wait.signal }
        const read = await reader.read(workspaceId, queue, consumer, options)
        const data = read.messages.map(({ attempt, cursor }) => ({ ...showAttempt(attempt), cursor }))
        return { data, cursor: read.cursor, gap: read.gap }
      } finally {
        waiting.delete(wait)
      }
    },
  })
}

/** The consumer of that name, made if there is none. @throws Problem 409 when there are too many */
async function consumerOf(
  { database }: Services,
  workspaceId: string,
  queue: Queue,
  name: string,
  from: 'start' | 'now',
): Promise<Consumer> {
  const known = await findConsumer(database, workspaceId, queue.name, name)
  if (known) return known
  const position = from === 'now' ? (await endOfFeed(database)).position : queue.startPosition
  await insertConsumer(
    database,
    workspaceId,
    queue.name,
    { name, place: { position, id: '' } },
    MAX_CONSUMERS,
  )
  const made = await findConsumer(database, workspaceId, queue.name, name)
  if (!made)
    throw conflict(`The queue ${queue.name} has ${MAX_CONSUMERS} consumers already: delete one first.`)
  return made
}

/** `POST …/ack`. */
export function addAck(app: FastifyInstance, services: Services, reader: QueueReader): void {
  const { database } = services
  addOperation(app, {
    id: 'acknowledgeQueue',
    method: 'POST',
    path: '/v1/queues/{name}/ack',
    tag: 'Queues',
    summary: 'Acknowledge messages',
    description:
      'Moves the consumer forward to a cursor: that message and all before it are not given again. Never backwards: an older ' +
      'cursor, or the same one once more, changes nothing.',
    access: 'read',
    audit: { exempt: 'a consumer goes on; it happens all the time' },
    params: queueParams,
    body: ackInput,
    bodyExamples: {
      [DEFAULT_QUEUE]: { summary: 'All of an answer', value: { consumer: 'ticketing', cursor: CURSOR } },
    },
    answers: {
      200: {
        description: 'Acknowledged.',
        schema: acked,
        example: { consumer: 'ticketing', cursor: CURSOR },
      },
    },
    problems: [404, 415, 422],
    handler: async ({ caller, params, body }) => {
      const { workspaceId } = caller
      const queue = await queueOr404(services, workspaceId, params.name)
      const cursor = parseCursor(body.cursor)
      if (!cursor)
        throw unacceptable('cursor', 'must be the cursor of a message or of an answer of this queue')
      const place = placeOf(cursor)
      if (!(await reader.isReached(place)))
        throw unacceptable('cursor', 'lies ahead of everything in this queue')
      await advanceConsumer(database, workspaceId, queue.name, body.consumer, place)
      const consumer = await findConsumer(database, workspaceId, queue.name, body.consumer)
      if (!consumer) throw notFound('consumer', body.consumer)
      return { consumer: consumer.name, cursor: cursorOfConsumer(consumer) }
    },
  })
}
