import type { components } from '../../sdk/client/src/index.ts'
import { webhookHeaders } from '../deliver/destinations/webhook.ts'
import { messageOf } from '../ground/errors.ts'
import { newId } from '../ground/ids.ts'
import { VERSION } from './version.ts'

const TIMEOUT_MS = 5_000

/** What the receiver on this machine answered. */
export interface LocalAnswer {
  readonly status_code: number | null
  /** Why there was no answer. */
  readonly error: string | null
  readonly duration_ms: number
}

/**
 * POSTs an event as an endpoint would get it: same bytes, same headers, signed with `secret`. Never rejects.
 * @param text the payload's exact text
 */
export async function forward(
  event: components['schemas']['EventSummary'],
  text: string,
  target: string,
  secret: string,
): Promise<LocalAnswer> {
  const now = Date.now()
  const payload = Buffer.from(text)
  const headers = webhookHeaders({
    event: {
      eventId: event.event_id,
      eventType: event.event_type,
      severity: event.severity,
      dryRun: event.dry_run,
    },
    payload,
    secrets: [secret],
    now,
    deliveryId: newId('dlv', now),
    requestId: newId('req', now),
    retryAttempt: 0,
    version: VERSION,
  })
  const start = performance.now()
  const took = () => Math.round((performance.now() - start) * 10) / 10
  try {
    const response = await fetch(target, {
      method: 'POST',
      headers,
      body: payload,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
    return { status_code: response.status, error: null, duration_ms: took() }
  } catch (error) {
    return { status_code: null, error: reasonOf(error), duration_ms: took() }
  }
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause ? error.cause : error
  return (cause as Error)?.name === 'TimeoutError'
    ? `no answer within ${TIMEOUT_MS / 1_000} s`
    : messageOf(cause)
}
