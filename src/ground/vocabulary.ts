/**
 * The words of StatusPulse as types (DESIGN: "Vocabulary"). Code is camelCase, everything
 * outside (API, payload, SQL) is snake_case; the two meet only at the edges.
 */

export const STATUSES = ['operational', 'degraded', 'down', 'maintenance', 'unknown'] as const
export type Status = (typeof STATUSES)[number]

export const SEVERITIES = ['critical', 'warning', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

export const EVENT_TYPES = [
  'incident.opened',
  'incident.updated',
  'incident.acknowledged',
  'incident.resolved',
  'status.changed',
  'metric.breached',
  'metric.cleared',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export const MONITOR_KINDS = ['http', 'tcp', 'dns', 'tls', 'heartbeat', 'metric', 'external'] as const
export type MonitorKind = (typeof MONITOR_KINDS)[number]

export const ENDPOINT_KINDS = [
  'webhook',
  'slack',
  'pagerduty',
  'teams',
  'discord',
  'email',
  'nats',
  'rabbitmq',
  'kafka',
] as const
export type EndpointKind = (typeof ENDPOINT_KINDS)[number]

/** How an endpoint wants the events of one monitor: see DESIGN "Delivery rules". */
export const ORDERS = ['unordered', 'ordered', 'latest'] as const
export type Order = (typeof ORDERS)[number]

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'cancelled'] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

export const SCOPES = ['ingest', 'read', 'respond', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** What a member of a workspace is to it, the most powerful first. */
export const ROLES = ['owner', 'admin', 'responder', 'viewer'] as const
export type Role = (typeof ROLES)[number]

/** What a filter, a header or a list needs to know of an event, beside its payload. */
export interface EventFacts {
  readonly monitorName: string
  readonly eventType: EventType
  readonly severity: Severity
  readonly region: string | null
}

/** The immutable fact that is sent. `payload` is the exact JSON text of every attempt. */
export interface Event extends EventFacts {
  readonly workspaceId: string
  readonly eventId: string
  readonly bucket: number
  readonly status: Status
  readonly incidentId: string | null
  readonly payload: string
  /** When the last byte of the producer's request was handed to us; ms since the epoch. */
  readonly acceptedAt: number
  readonly dryRun: boolean
}

/** Which events an endpoint wants. An empty list means "all"; `excludeMonitors` wins over `monitors`. */
export interface Filter {
  readonly monitors: readonly string[]
  readonly excludeMonitors: readonly string[]
  readonly severities: readonly Severity[]
  readonly eventTypes: readonly EventType[]
  readonly regions: readonly string[]
}

/** Where events go, as the running node holds it: secrets are in the clear here and nowhere else. */
export interface Endpoint {
  readonly id: string
  readonly workspaceId: string
  readonly kind: EndpointKind
  readonly name: string
  readonly url: string
  readonly filter: Filter
  /** Extra request headers, names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Currently valid secrets, newest first; at least one for webhooks. */
  readonly secrets: readonly EndpointSecret[]
  readonly successStatuses: readonly number[]
  /** 1 to 30,000 ms over the whole attempt. */
  readonly timeoutMs: number
  /** Requests a second, null: no limit. */
  readonly ratePerSecond: number | null
  /** Attempts in flight at once. */
  readonly concurrency: number
  readonly order: Order
  readonly enabled: boolean
  readonly disabledReason: string | null
  /** Settings of the endpoint's kind, e.g. PagerDuty's routing key and region. */
  readonly options: Readonly<Record<string, unknown>>
  readonly createdAt: number
  /** When the filter, `enabled` or URL last changed; ms since the epoch. */
  readonly changedAt: number
}

export interface EndpointSecret {
  readonly value: string
  /** ms since the epoch; null: valid until rotated. */
  readonly expiresAt: number | null
}

/** One event on its way to one endpoint. */
export interface Delivery {
  readonly id: string
  readonly workspaceId: string
  readonly bucket: number
  readonly eventId: string
  readonly endpointId: string
  readonly monitorName: string
  readonly incidentId: string | null
  readonly createdAt: number
  /** Attempts already made, 0 to 15. */
  readonly attempts: number
  /** Start of the first attempt, which the six hours count from; ms since the epoch. */
  readonly firstAttemptAt: number | null
}

/** Milliseconds by phase of one attempt; null: the phase did not happen (a kept-alive connection has no dns, connect, tls). */
export interface Timings {
  /** From the event's acceptance (or, on a retry, from its due time) to the start of the attempt. */
  readonly wait: number
  readonly dns: number | null
  readonly connect: number | null
  readonly tls: number | null
  readonly firstByte: number | null
  readonly total: number
}

export const ERROR_CLASSES = [
  'timeout',
  'dns',
  'connection_refused',
  'connection_reset',
  'tls',
  'address_refused',
  'protocol',
  'invalid_request',
  'other',
] as const
/** Why an attempt got no whole answer. */
export type ErrorClass = (typeof ERROR_CLASSES)[number]

/** What the network showed of one POST: filled by the sender, judged by the verdict, kept by the record. */
export interface Exchange {
  readonly statusCode: number | null
  readonly responseHeaders: Readonly<Record<string, string>>
  /** At most 4 KiB of the answer, as text. */
  readonly responseBody: string
  readonly error: { readonly class: ErrorClass; readonly message: string } | null
  readonly remoteAddress: string | null
  readonly tlsVersion: string | null
  readonly httpVersion: string | null
  readonly timings: Omit<Timings, 'wait'>
}

/** What follows an attempt. */
export type Verdict =
  | { readonly outcome: 'delivered' }
  /**
   * `notBefore`: the receiver's Retry-After, ms since the epoch. `apart`: a digest was refused for what it is; its
   * deliveries are to go one by one.
   */
  | {
      readonly outcome: 'retry'
      readonly why: string
      readonly notBefore: number | null
      readonly apart?: true
    }
  /** `disable`: the endpoint said it is gone (410) and is switched off. */
  | { readonly outcome: 'failed'; readonly why: string; readonly disable: boolean }

/** One POST of a delivery and all that was seen of it. */
export interface Attempt extends Exchange {
  readonly id: string
  readonly requestId: string
  readonly delivery: Delivery
  /** 0 on the first attempt, then 1 to 14. */
  readonly retryAttempt: number
  readonly dryRun: boolean
  readonly startedAt: number
  readonly timings: Timings
  readonly outcome: Verdict['outcome']
  /** The delivery's status after this attempt. */
  readonly deliveryStatus: DeliveryStatus
  readonly why: string | null
  readonly nextAttemptAt: number | null
  /** How many deliveries the request carried, this one included: more than 1 in a digest. */
  readonly digestSize: number
}
