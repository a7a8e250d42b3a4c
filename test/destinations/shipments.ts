import {
  type Destination,
  destinationFor,
  type HttpKind,
  type Shipment,
} from '../../src/deliver/destinations/index.ts'
import type { Endpoint, EndpointKind, Event, Exchange } from '../../src/ground/vocabulary.ts'
import type { EventInput } from '../../src/keep/keeper.ts'
import { buildPayload } from '../../src/keep/payload.ts'

export const ROUTING_KEY = 'R0123456789abcdefghijklmnopqrstu'
export const NOW = Date.parse('2024-05-14T09:23:12Z')

const OPTIONS: Partial<Record<EndpointKind, Record<string, unknown>>> = {
  pagerduty: { routing_key: ROUTING_KEY, region: 'us' },
  nats: { subject: 'ops.events' },
  rabbitmq: { routing_key: 'events' },
  kafka: { topic: 'events' },
  email: { host: 'mail.example.com', from: 'status@example.com', to: ['ops@example.com'] },
}

/** DESIGN's sample. */
export const SAMPLE: EventInput = {
  monitorName: 'checkout-service-redis',
  status: 'degraded',
  eventType: 'incident.opened',
  incidentId: 'inc_1',
  timestamp: '2024-05-14T09:23:11Z',
  metadata: {
    region: 'us-west-2',
    affected_endpoints: ['/api/v1/cart', '/api/v1/checkout'],
    response_time_ms: 1840,
    error_rate_pct: 12.4,
  },
}

/** An event with the payload that is built of it when it is accepted. */
export function eventOf(input: EventInput, rest: Partial<Event> = {}): Event {
  return {
    workspaceId: 'ws_1',
    eventId: 'evt_7f3a9c2b1d',
    bucket: 0,
    monitorName: input.monitorName,
    status: input.status,
    acceptedAt: NOW,
    dryRun: false,
    ...buildPayload(input, 'evt_7f3a9c2b1d', NOW),
    ...rest,
  }
}

export function endpointOf(kind: EndpointKind, rest: Partial<Endpoint> = {}): Endpoint {
  const destination = destinationFor(kind)
  return {
    id: 'ep_1',
    workspaceId: 'ws_1',
    kind,
    name: '',
    url: 'https://receiver.example/services/T000/B000/abcdefghijklmnop',
    filter: { monitors: [], excludeMonitors: [], severities: [], eventTypes: [], regions: [] },
    headers: {},
    secrets: kind === 'webhook' ? [{ value: 'whsec_c2VjcmV0', expiresAt: null }] : [],
    successStatuses: destination.defaultSuccessStatuses,
    timeoutMs: 5_000,
    ratePerSecond: null,
    concurrency: 16,
    order: destination.defaultOrder,
    enabled: true,
    disabledReason: null,
    options: OPTIONS[kind] ?? {},
    createdAt: 0,
    changedAt: 0,
    ...rest,
  }
}

/** The first attempt of an event at an endpoint of the kind, with a console at https://status.example.com. */
export function shipmentOf(kind: EndpointKind, event: Event, rest: Partial<Shipment> = {}): Shipment {
  return {
    event,
    payload: event.payload,
    endpoint: endpointOf(kind),
    deliveryId: 'dlv_1',
    requestId: 'req_1',
    retryAttempt: 0,
    now: NOW,
    version: '1.2.3',
    publicUrl: 'https://status.example.com',
    superseded: 0,
    ...rest,
  }
}

/** The body of a request, read as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
export function bodyOf(kind: HttpKind, input: EventInput, rest: Partial<Shipment & Event> = {}): any {
  const shipment = shipmentOf(kind, eventOf(input, rest.dryRun ? { dryRun: true } : {}), rest)
  return JSON.parse(destinationFor(kind).buildRequest(shipment).body.toString())
}

/** What follows from an answer. */
export function verdictOf(
  kind: EndpointKind,
  statusCode: number,
  responseBody = '',
  responseHeaders: Record<string, string> = {},
): ReturnType<Destination['judge']> {
  const exchange: Exchange = {
    statusCode,
    responseHeaders,
    responseBody,
    error: null,
    remoteAddress: null,
    tlsVersion: null,
    httpVersion: null,
    timings: { dns: null, connect: null, tls: null, firstByte: null, total: 0 },
  }
  return destinationFor(kind).judge(exchange, endpointOf(kind), NOW)
}
