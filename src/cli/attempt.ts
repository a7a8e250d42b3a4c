import type { z } from 'zod'
import type { attempt } from '../api/schemas/delivery.ts'
import { duration, fields, paint, paintOutcome, safe } from './output.ts'

export type Attempt = z.output<typeof attempt>

const PHASES = [
  ['dns', 'DNS look-up'],
  ['connect', 'connection'],
  ['tls', 'TLS handshake'],
  ['first_byte', 'first byte'],
] as const

/** The whole of one attempt: what was seen, how long it took, what came back. */
export function describeAttempt(one: Attempt): string[] {
  const connection = [one.remote_address, one.tls_version, one.http_version && `HTTP/${one.http_version}`]
  const headers = Object.entries(one.response_headers).map(([name, value]) => `  ${name}: ${safe(value)}`)
  return [
    fields([
      ['Outcome', outcomeOf(one)],
      ['Answer', answerOf(one)],
      ['Request', one.request_id],
      ['Connection', connection.filter(Boolean).join(', ') || null],
      ['Took', timingsOf(one)],
    ]),
    ...(headers.length > 0 ? ['', paint('dim', 'Response headers'), ...headers] : []),
    ...(one.response_body === '' ? [] : ['', paint('dim', 'Response body'), indent(safe(one.response_body))]),
  ]
}

/** `200`, or why there was no whole answer. A broker confirms, and answers with no code. */
export function answerOf(one: Pick<Attempt, 'status_code' | 'error' | 'outcome'>): string {
  if (one.error) return safe(`${one.error.class}: ${one.error.message}`)
  return String(one.status_code ?? (one.outcome === 'delivered' ? 'confirmed' : '–'))
}

/** `84 ms (DNS look-up 3.0 ms, connection 20 ms, …)` */
export function timingsOf({ timings_ms }: Pick<Attempt, 'timings_ms'>): string {
  const phases = PHASES.flatMap(([name, label]) => {
    const ms = timings_ms[name]
    return ms === null ? [] : [`${label} ${duration(ms)}`]
  })
  const total = duration(timings_ms.total)
  return phases.length > 0 ? `${total} (${phases.join(', ')})` : total
}

function outcomeOf(one: Attempt): string {
  const word = paintOutcome(one.outcome)
  return one.why ? `${word}: ${safe(one.why)}` : word
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}
