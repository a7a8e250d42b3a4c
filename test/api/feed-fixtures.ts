import type { AddressInfo } from 'node:net'
import { createParser } from 'eventsource-parser'
import type { FastifyInstance } from 'fastify'
import { createApi } from '../../src/api/server.ts'
import { newId, readId } from '../../src/ground/ids.ts'
import { silentLog } from '../../src/ground/log.ts'
import type { Attempt, Delivery, DeliveryStatus, Verdict } from '../../src/ground/vocabulary.ts'
import { Hub } from '../../src/record/hub.ts'
import type { Queryable } from '../../src/store/database.ts'
import { findDelivery } from '../../src/store/deliveries-list.ts'
import { HORIZON } from '../../src/store/feed.ts'
import { insertResults, type Result } from '../../src/store/results.ts'
import { Signal } from '../helpers/signal.ts'
import type { Tenant, TestApi } from './harness.ts'

/** One message of a stream. */
export interface Message {
  readonly event: string
  readonly id: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
  readonly data: any
}

/** A client of the live stream. */
export interface StreamClient {
  readonly status: number
  readonly headers: Headers
  readonly messages: readonly Message[]
  /** The last `id` it was told, with a message or without: what an EventSource sends when it comes again. */
  readonly lastId: () => string
  /** Resolves when the first `count` messages are there, with them. */
  first(count: number): Promise<readonly Message[]>
  /** Resolves when that is so, looked at whenever something came. */
  hears(holds: () => boolean): Promise<void>
  /** Resolves when the server ended it in good order; rejects when it was cut. */
  readonly ended: Promise<void>
  close(): void
}

/** Opens a stream; resolves when the server has answered. */
export async function openStream(
  url: string,
  key: string,
  options: { query?: string; lastEventId?: string } = {},
): Promise<StreamClient> {
  const messages: Message[] = []
  const signal = new Signal()
  const aborted = new AbortController()
  const response = await fetch(`${url}/v1/stream?${options.query ?? ''}`, {
    signal: aborted.signal,
    headers: {
      authorization: `Bearer ${key}`,
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    },
  })
  let lastId = ''
  const parser = createParser({
    onEvent: ({ event, id, data }) => {
      messages.push({ event: event ?? '', id: id ?? '', data: JSON.parse(data) })
      signal.fire()
    },
  })
  const ended = read(response, chunk => {
    parser.feed(chunk)
    for (const match of chunk.matchAll(/^id: (.*)$/gm)) lastId = match[1] as string
    signal.fire()
  })
  ended.catch(() => {})
  const opened: StreamClient = {
    status: response.status,
    headers: response.headers,
    messages,
    lastId: () => lastId,
    async first(count) {
      await signal.until(() => messages.length >= count)
      return messages.slice(0, count)
    },
    hears: holds => signal.until(holds),
    ended,
    close: () => aborted.abort(),
  }
  // From here on it gets what happens: its place was told.
  if (response.status === 200) await signal.until(() => lastId !== '')
  return opened
}

async function read(response: Response, take: (chunk: string) => void): Promise<void> {
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) take(decoder.decode(chunk, { stream: true }))
}

/** An endpoint that takes everything; nobody sends to it. */
export async function makeEndpoint(api: TestApi, tenant: Tenant): Promise<string> {
  const body = { url: 'http://127.0.0.1:18080/' }
  return (await api.call('POST', '/v1/endpoints', { body, key: tenant.keys.admin })).body.id
}

/** Sends an event; gives its id and those of its deliveries. */
export async function sendEvent(
  api: TestApi,
  tenant: Tenant,
  event: { monitor_name: string; severity?: string; event_type?: string; metadata?: object },
): Promise<{ eventId: string; deliveryIds: string[] }> {
  const key = tenant.keys.admin
  const sent = await api.call('POST', '/v1/events', { key, body: { status: 'down', ...event } })
  const eventId = sent.body.data[0].event_id
  const { body } = await api.call('GET', `/v1/events/${eventId}`, { key })
  return { eventId, deliveryIds: body.endpoints.map((one: { delivery_id: string }) => one.delivery_id) }
}

const STATUSES: Readonly<Record<Verdict['outcome'], DeliveryStatus>> = {
  delivered: 'delivered',
  retry: 'pending',
  failed: 'failed',
}

/** What an attempt of a delivery came to, not written down yet. */
export async function attemptOf(
  database: Queryable,
  tenant: Tenant,
  deliveryId: string,
  outcome: Verdict['outcome'],
  more: { retryAttempt?: number; responseBody?: string; dryRun?: boolean } = {},
): Promise<Result> {
  const stored = await findDelivery(database, tenant.workspaceId, deliveryId)
  if (!stored) throw new Error(`there is no delivery ${deliveryId}`)
  const bucket = readId(deliveryId)?.bucket as number
  const startedAt = Date.now()
  const delivery: Delivery = {
    id: deliveryId,
    workspaceId: tenant.workspaceId,
    bucket,
    eventId: stored.eventId,
    endpointId: stored.endpointId,
    monitorName: stored.monitorName,
    incidentId: null,
    createdAt: stored.createdAt,
    attempts: more.retryAttempt ?? 0,
    firstAttemptAt: null,
  }
  const attempt: Attempt = {
    id: newId('att', startedAt, bucket),
    requestId: newId('req', startedAt, bucket),
    delivery,
    retryAttempt: more.retryAttempt ?? 0,
    dryRun: more.dryRun ?? false,
    startedAt,
    statusCode: outcome === 'delivered' ? 200 : 500,
    responseHeaders: {},
    responseBody: more.responseBody ?? '',
    error: null,
    remoteAddress: '127.0.0.1',
    tlsVersion: null,
    httpVersion: '1.1',
    timings: { wait: 1, dns: null, connect: 1, tls: null, firstByte: 1, total: 2 },
    outcome,
    deliveryStatus: STATUSES[outcome],
    why: outcome === 'delivered' ? null : 'it answered 500',
    nextAttemptAt: null,
    digestSize: 1,
  }
  const status = STATUSES[outcome]
  return { delivery, epoch: -1, attempt, status, reason: attempt.why, dueAt: null, at: startedAt }
}

/** Commits results, as the recorder does; the hub is not told. */
export async function writeDown(database: Queryable, results: readonly Result[]): Promise<void> {
  await insertResults(database, results)
}

/** Resolves when everything that was committed can be read: some other transaction may be open for a moment. */
export async function readable(database: Queryable): Promise<void> {
  for (;;) {
    const { rows } = await database.query<{ is: boolean }>(
      `select not exists (select 1 from attempts where position >= ${HORIZON}) as is`,
    )
    if (rows[0]?.is) return
  }
}

/** One more node on the same database: an API with a hub of its own. */
export async function startNode(
  api: TestApi,
): Promise<{ url: string; hub: Hub; app: FastifyInstance; stop(): Promise<void> }> {
  const hub = new Hub({ database: api.database, log: silentLog })
  await hub.start()
  hub.setPeers(1)
  const app = createApi({ ...api.services, hub }, { checksAnswers: true })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  return {
    url,
    hub,
    app,
    async stop() {
      await app.close()
      await hub.stop()
    },
  }
}
