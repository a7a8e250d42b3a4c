import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { unavailable } from '../../ground/errors.ts'
import { checkGlob } from '../../ground/glob.ts'
import type { FeedFilter } from '../../record/feed-filter.ts'
import { Streams } from '../../record/streams.ts'
import { type FeedCursor, formatCursor, parseCursor } from '../../store/feed-cursor.ts'
import type { FeedItem } from '../../store/feed-read.ts'
import { SessionWatch } from '../accounts/session-watch.ts'
import { identify } from '../caller.ts'
import { addOperation } from '../operation.ts'
import { streamHeaders, streamMessage, streamQuery } from '../schemas/stream.ts'
import type { Services } from '../services.ts'
import { invalid } from '../validation.ts'
import { showAttempt, showDeliveryChange, showEvent } from '../views.ts'

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  // A stream ends when the server stops, which must not wait for its client to let go of the connection.
  connection: 'close',
  // Asks proxies such as nginx to pass every message on at once.
  'x-accel-buffering': 'no',
}

/** Open on one node at once. */
const MAX_STREAMS = 1_000

/** `/v1/stream`: what happens, as it happens. */
export function streamRoutes(app: FastifyInstance, services: Services): void {
  const { database, hub, log, catalog, clock } = services
  const streams = new Streams({ database, hub, log, render })
  // A key that is revoked opens nothing more, and what it opened ends.
  catalog.onChange(() => streams.endForbidden())
  // The same for sessions.
  const sessions = new SessionWatch({ database, clock, log, changed: () => streams.endForbidden() })
  app.addHook('onReady', () => sessions.start())
  // Before the server waits for its connections: a stream would never end by itself.
  app.addHook('preClose', async () => {
    streams.endAll()
    await sessions.stop()
  })

  addOperation(app, {
    id: 'openStream',
    method: 'GET',
    path: '/v1/stream',
    tag: 'Stream',
    summary: 'Watch events, deliveries and attempts live',
    description:
      'Server-Sent Events: every event that is accepted, every delivery that begins or ends, and every attempt, on whichever node, ' +
      'each once and in order. `EventSource` and its like reconnect by themselves and send `Last-Event-ID`; the stream then goes on ' +
      'right after that message, without a gap and without a repeat, as long as retention keeps it. If that cannot be, a message ' +
      '`gap` says so first. Every 15 s a comment, with an `id` of its own, keeps the connection open. A client that takes too ' +
      'little is disconnected, and resumes the same way. Filters narrow down what is sent; a message does not match what it has ' +
      'nothing of (an event has no endpoint).',
    access: 'read',
    headers: streamHeaders,
    query: streamQuery,
    answers: {
      200: {
        description: 'Goes on until one side ends it.',
        contentType: 'text/event-stream',
        schema: streamMessage,
        example: EXAMPLE,
      },
    },
    handler: async ({ caller, query, headers, request, reply }) => {
      const filter = filterOf(query)
      const after =
        placeOf(headers['Last-Event-ID'], 'Last-Event-ID') ?? placeOf(query.last_event_id, 'last_event_id')
      if (streams.count >= MAX_STREAMS)
        throw unavailable(`This node has ${MAX_STREAMS} streams open already.`)
      const start = await streams.startAt(after)
      reply.hijack()
      if (reply.raw.destroyed) return reply
      reply.raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...STREAM_HEADERS })
      const isAllowed = caller.session
        ? sessions.watch(caller.session.id, caller.workspaceId, reply.raw)
        : () => identify(request.headers.authorization, catalog) !== null
      streams.open({
        workspaceId: caller.workspaceId,
        filter,
        start,
        output: reply.raw,
        isAllowed,
      })
      return reply
    },
  })
}

/** @throws Problem 400 that names the parameter */
function placeOf(cursor: string | undefined, path: string): FeedCursor | null {
  if (cursor === undefined || cursor === '') return null
  const place = parseCursor(cursor)
  if (!place) throw invalid([{ path, message: 'must be the id of a message of this stream' }], 'query')
  return place
}

/** @throws Problem 400 that names the glob */
function filterOf(query: z.output<typeof streamQuery>): FeedFilter {
  const monitors = query.monitor ?? []
  const errors = monitors.flatMap((glob, index) => {
    const message = checkGlob(glob)
    return message === null ? [] : { path: `monitor[${index}]`, message }
  })
  if (errors.length > 0) throw invalid(errors, 'query')
  return {
    kinds: query.types ?? [],
    endpointIds: query.endpoint_id ?? [],
    monitors,
    excludeMonitors: [],
    severities: query.severity ?? [],
    eventTypes: query.event_type ?? [],
    regions: [],
    outcomes: query.outcome ?? [],
  }
}

function render(item: FeedItem): string {
  return `id: ${formatCursor(item.cursor)}\nevent: ${item.kind}\ndata: ${JSON.stringify(dataOf(item))}\n\n`
}

function dataOf(item: FeedItem) {
  switch (item.kind) {
    case 'event':
      return showEvent(item.event)
    case 'attempt':
      return showAttempt(item.attempt)
    case 'delivery':
      return showDeliveryChange(item.delivery)
  }
}

const EXAMPLE = {
  event: 'delivery',
  id: 'ODE0OjE6MDoyMDI0LTA1LTE0OmF0dF8wMWp6OG00eDVjMGdrM3Y5cTJ3N2QxYTBiMw',
  data: {
    id: 'dlv_01jz8m4x5c0gk3v9q2w7d1a0b3',
    event_id: 'evt_01jz8m4x5c0gk3v9q2w7d1a0b3',
    endpoint_id: 'ep_01jz8m4x5c00k3v9q2w7d1a0b3',
    monitor_name: 'checkout-service-redis',
    status: 'delivered',
    reason: null,
    dry_run: false,
    changed_at: '2024-05-14T09:23:11.184Z',
  },
}
