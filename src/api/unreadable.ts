import type { Socket } from 'node:net'

/** What Node's parser says of a request that never became one. */
const PROBLEMS: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [
    431,
    'headers-too-large',
    "The request's line and headers together are too large (16 KiB at most).",
  ],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'request-timeout', 'The request did not arrive in time.'],
}

const NOT_HTTP = [400, 'not-http', 'This is not an HTTP request that can be read.'] as const

/** Answers a connection whose request cannot be read, as problem details too, and closes it. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const [status, code, detail] = PROBLEMS[error.code ?? ''] ?? NOT_HTTP
  const title = 'Unreadable request'
  const body = JSON.stringify({ type: `urn:statuspulse:problem:${code}`, title, status, detail })
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}
