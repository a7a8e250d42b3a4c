import { shownOptions, shownUrl } from '../deliver/destinations/secrets.ts'
import type { Attempt, DeliveryStatus, Filter } from '../ground/vocabulary.ts'
import type { ApiKey } from '../store/api-keys.ts'
import type { StoredAttempt } from '../store/attempts-list.ts'
import type { StoredDelivery } from '../store/deliveries-list.ts'
import type { StoredEndpoint } from '../store/endpoints.ts'
import type { EventSummary } from '../store/events-list.ts'
import type { DeliveryChange } from '../store/feed-read.ts'
import type { Queue } from '../store/queues.ts'
import type { ReplayJob } from '../store/replay-jobs.ts'
import type { Workspace } from '../store/workspaces.ts'
import { timeOf, timeOrNull } from './schemas/common.ts'

/** Things as the API shows them: snake_case, times as RFC 3339, and nothing that is secret. */

export function showEvent(event: EventSummary) {
  return {
    event_id: event.eventId,
    event_type: event.eventType,
    monitor_name: event.monitorName,
    status: event.status,
    severity: event.severity,
    region: event.region,
    incident_id: event.incidentId,
    accepted_at: timeOf(event.acceptedAt),
    dry_run: event.dryRun,
    deliveries: event.deliveries,
  }
}

/** The payload's text, and what it says; null: it is no JSON object (a test send may be anything). */
export function showPayload(payload: string | null) {
  let value: unknown = null
  try {
    value = payload === null ? null : JSON.parse(payload)
  } catch {
    // The text tells.
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return { payload: isObject ? (value as Record<string, unknown>) : null, payload_text: payload }
}

export function showDelivery(delivery: StoredDelivery) {
  return {
    id: delivery.id,
    event_id: delivery.eventId,
    endpoint_id: delivery.endpointId,
    monitor_name: delivery.monitorName,
    incident_id: delivery.incidentId,
    status: delivery.status,
    attempts: delivery.attempts,
    last_status_code: delivery.lastStatusCode,
    reason: delivery.reason,
    created_at: timeOf(delivery.createdAt),
    first_attempt_at: timeOrNull(delivery.firstAttemptAt),
    next_attempt_at: timeOrNull(delivery.nextAttemptAt),
    finished_at: timeOrNull(delivery.finishedAt),
    replay_of: delivery.replayOf,
    dry_run: delivery.dryRun,
  }
}

/** A delivery that began, or came to its end, as the live stream says it. */
export function showDeliveryChange(change: DeliveryChange) {
  return {
    id: change.deliveryId,
    event_id: change.eventId,
    endpoint_id: change.endpointId,
    monitor_name: change.monitorName,
    status: change.status,
    reason: change.reason,
    dry_run: change.dryRun,
    changed_at: timeOf(change.at),
  }
}

const OUTCOMES: Readonly<Record<DeliveryStatus, string>> = {
  pending: 'waiting',
  delivered: 'delivered',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** A delivery as one line of an event's. */
export function showSending(delivery: StoredDelivery, endpointName: string | null) {
  return {
    endpoint_id: delivery.endpointId,
    endpoint_name: endpointName,
    delivery_id: delivery.id,
    outcome: OUTCOMES[delivery.status],
    attempts: delivery.attempts,
    last_status_code: delivery.lastStatusCode,
    reason: delivery.reason,
    next_attempt_at: timeOrNull(delivery.nextAttemptAt),
    finished_at: timeOrNull(delivery.finishedAt),
    replay_of: delivery.replayOf,
  }
}

export function showAttempt(attempt: Omit<StoredAttempt, 'position'>) {
  const { timings } = attempt
  return {
    id: attempt.id,
    request_id: attempt.requestId,
    delivery_id: attempt.deliveryId,
    event_id: attempt.eventId,
    endpoint_id: attempt.endpointId,
    monitor_name: attempt.monitorName,
    retry_attempt: attempt.retryAttempt,
    dry_run: attempt.dryRun,
    started_at: timeOf(attempt.startedAt),
    outcome: attempt.outcome,
    delivery_status: attempt.deliveryStatus,
    status_code: attempt.statusCode,
    error: attempt.error,
    why: attempt.why,
    next_attempt_at: timeOrNull(attempt.nextAttemptAt),
    remote_address: attempt.remoteAddress,
    tls_version: attempt.tlsVersion,
    http_version: attempt.httpVersion,
    timings_ms: {
      wait: round(timings.wait),
      dns: roundOrNull(timings.dns),
      connect: roundOrNull(timings.connect),
      tls: roundOrNull(timings.tls),
      first_byte: roundOrNull(timings.firstByte),
      total: round(timings.total),
    },
    response_headers: attempt.responseHeaders,
    response_body: attempt.responseBody,
    digest_size: attempt.digestSize,
  }
}

/** An attempt that was just made, as it is kept. */
export function asStored(attempt: Attempt): Omit<StoredAttempt, 'position'> {
  const { delivery, ...rest } = attempt
  return {
    ...rest,
    deliveryId: delivery.id,
    eventId: delivery.eventId,
    endpointId: delivery.endpointId,
    monitorName: delivery.monitorName,
  }
}

/** To a thousandth of a millisecond: more is noise of the clock. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000
}

function roundOrNull(ms: number | null): number | null {
  return ms === null ? null : round(ms)
}

export function showFilter(filter: Filter) {
  return {
    monitors: [...filter.monitors],
    exclude_monitors: [...filter.excludeMonitors],
    severities: [...filter.severities],
    event_types: [...filter.eventTypes],
    regions: [...filter.regions],
  }
}

/** @param now ms since the epoch */
export function showEndpoint({ endpoint, tls, failingSince }: StoredEndpoint, now: number) {
  return {
    id: endpoint.id,
    kind: endpoint.kind,
    name: endpoint.name,
    url: shownUrl(endpoint),
    filter: showFilter(endpoint.filter),
    header_names: Object.keys(endpoint.headers),
    options: shownOptions(endpoint),
    success_statuses: [...endpoint.successStatuses],
    timeout_ms: endpoint.timeoutMs,
    rate_per_second: endpoint.ratePerSecond,
    concurrency: endpoint.concurrency,
    order: endpoint.order,
    enabled: endpoint.enabled,
    disabled_reason: endpoint.disabledReason,
    failing_since: timeOrNull(failingSince),
    secrets: endpoint.secrets
      .filter(secret => secret.expiresAt === null || secret.expiresAt > now)
      .map(secret => ({ expires_at: timeOrNull(secret.expiresAt) })),
    tls,
    created_at: timeOf(endpoint.createdAt),
    changed_at: timeOf(endpoint.changedAt),
  }
}

export function showReplayJob(job: ReplayJob) {
  return {
    id: job.id,
    endpoint_id: job.endpointId,
    status: job.status,
    since: timeOf(job.since),
    until: timeOf(job.until),
    total: job.total,
    done: job.done,
    error: job.error,
    created_at: timeOf(job.createdAt),
    finished_at: timeOrNull(job.finishedAt),
  }
}

/** @param lastSeen when this node last saw it used; ms since the epoch */
export function showKey(key: ApiKey, lastSeen: number | null = null) {
  const lastUsedAt = Math.max(key.lastUsedAt ?? 0, lastSeen ?? 0)
  return {
    id: key.id,
    name: key.name,
    scopes: [...key.scopes],
    operator: key.operator,
    hint: key.hint,
    created_at: timeOf(key.createdAt),
    revoked_at: timeOrNull(key.revokedAt),
    last_used_at: timeOrNull(lastUsedAt || null),
  }
}

export function showWorkspace(workspace: Workspace) {
  return {
    id: workspace.id,
    name: workspace.name,
    allow_unknown_monitors: workspace.allowUnknownMonitors,
    created_at: timeOf(workspace.createdAt),
  }
}

export function showQueue({ name, filter, createdAt }: Queue) {
  return {
    name,
    filter: {
      ...showFilter(filter),
      endpoint_ids: [...filter.endpointIds],
      outcomes: [...filter.outcomes],
    },
    created_at: timeOf(createdAt),
  }
}
