import type { CheckResult as CheckObservation } from '../decide/observation.ts'
import { cleanText } from '../ground/text.ts'
import type { CheckResult } from './checks/index.ts'

/**
 * A check's result as it is judged.
 * @param time when it was there; ms since the epoch
 */
export function observationOf(result: CheckResult, region: string | null, time: number): CheckObservation {
  const { response_time_ms = null, ...samples } = result.samples
  return {
    kind: 'check',
    time,
    ok: result.ok,
    error: result.error && cleanText(result.error.message),
    latencyMs: response_time_ms,
    region,
    samples,
  }
}

/** A check's result as the API shows it. */
export function shownCheck(result: CheckResult, region: string | null): object {
  const { timings, tls } = result
  return {
    started_at: new Date(result.startedAt).toISOString(),
    ok: result.ok,
    status_code: result.statusCode,
    error: result.error && { class: result.error.class, message: cleanText(result.error.message) },
    region,
    remote_address: result.remoteAddress,
    timings_ms: {
      dns: rounded(timings.dns),
      connect: rounded(timings.connect),
      tls: rounded(timings.tls),
      first_byte: rounded(timings.firstByte),
      total: rounded(timings.total),
    },
    tls: tls && {
      protocol: tls.protocol,
      authorized: tls.authorized,
      issuer: cleanText(tls.issuer),
      expires_at: new Date(tls.expiresAt).toISOString(),
      days_left: tls.daysLeft,
    },
    warnings: result.warnings.map(warning => ({ class: warning.class, message: cleanText(warning.message) })),
  }
}

function rounded(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 1_000) / 1_000
}
