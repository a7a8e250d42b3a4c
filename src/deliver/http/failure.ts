import { messageOf } from '../../ground/errors.ts'
import type { ErrorClass, Exchange } from '../../ground/vocabulary.ts'
import { EgressError, type Target, tlsFailure } from '../egress/index.ts'

export type Failure = NonNullable<Exchange['error']>

const PROTOCOL_CODES = new Set([
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_INFO',
  'ERR_HTTP2_ERROR',
  'ERR_HTTP2_SESSION_ERROR',
  'ERR_HTTP2_GOAWAY_SESSION',
])
const RESET_CODES = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'ERR_HTTP2_STREAM_ERROR',
  'ERR_HTTP2_STREAM_CANCEL',
])
const REQUEST_CODES = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
])

/**
 * What an error of the HTTP client means, as a class and one line that names host and phase, and
 * nothing of the URL's path or query.
 * @param answering whether the answer had begun
 */
export function failureOf(error: Error, target: Target, answering: boolean): Failure {
  if (error instanceof EgressError) return { class: error.errorClass, message: error.message }
  const { label } = target
  const code = codeOf(error)
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return invalidAnswer(label, error.message)
  if (code === 'UND_ERR_SOCKET' && /^bad (response|upgrade)$/.test(error.message))
    return invalidAnswer(label, `${error.message.slice(4)} out of place`)
  if (RESET_CODES.has(code)) return failure('connection_reset', `${label} ${cut(answering)}`)
  if (PROTOCOL_CODES.has(code)) return invalidAnswer(label, error.message)
  if (REQUEST_CODES.has(code))
    return failure('invalid_request', `The request to ${label} is not valid HTTP: ${error.message}`)
  if (code === 'ETIMEDOUT') return failure('timeout', `${label} stopped answering`)
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    const { message } = tlsFailure(target, error)
    return failure('tls', message)
  }
  return failure('other', `Sending to ${label} failed: ${code || messageOf(error)}`)
}

/** The time is up. `doing`: what the attempt was at. */
export function timeoutOf(label: string, timeoutMs: number, doing: string): Failure {
  return failure('timeout', `No whole answer of ${label} within ${timeoutMs} ms: ${doing}`)
}

function codeOf(error: Error): string {
  const code = (error as NodeJS.ErrnoException).code
  return typeof code === 'string' ? code : ''
}

function cut(answering: boolean): string {
  return answering
    ? 'cut the connection in the middle of its answer'
    : 'closed the connection without an answer'
}

function invalidAnswer(label: string, detail: string): Failure {
  const line = detail.replaceAll(/\s+/g, ' ').slice(0, 200)
  return failure('protocol', `${label} answered with something that is not valid HTTP (${line})`)
}

function failure(errorClass: ErrorClass, message: string): Failure {
  return { class: errorClass, message }
}
