import { connect, type Socket } from 'node:net'
import { messageOf } from '../../ground/errors.ts'
import { EgressError } from './egress-error.ts'

/** How long one address may take before the next is tried beside it: RFC 8305, section 8. */
const NEXT_ADDRESS_AFTER_MS = 250

/**
 * A TCP connection to the first of the addresses that answers; slower ones keep trying until then.
 * `done` is called once, in the tick in which the socket connects; never after the returned function,
 * which gives up, was called.
 * @param label `host:port`, for messages
 */
export function dial(
  addresses: readonly string[],
  port: number,
  label: string,
  done: (error: EgressError | null, socket: Socket | null) => void,
): () => void {
  const trying = new Set<Socket>()
  let next = 0
  let timer: NodeJS.Timeout | undefined
  let firstFailure: unknown
  let over = false

  const finish = (winner: Socket | null) => {
    over = true
    clearTimeout(timer)
    for (const socket of trying) if (socket !== winner) socket.destroy()
    trying.clear()
  }
  const tryNext = () => {
    clearTimeout(timer)
    const host = addresses[next]
    if (over || host === undefined) return
    next++
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 })
    trying.add(socket)
    // Stays on the socket: what is destroyed late must not throw.
    socket.on('error', ignore)
    socket.once('connect', () => {
      if (over) return
      finish(socket)
      done(null, socket)
    })
    socket.once('error', error => {
      if (over) return
      firstFailure ??= error
      trying.delete(socket)
      if (next < addresses.length) tryNext()
      else if (trying.size === 0) {
        finish(null)
        done(connectFailure(label, firstFailure), null)
      }
    })
    if (next < addresses.length) timer = setTimeout(tryNext, NEXT_ADDRESS_AFTER_MS)
  }
  tryNext()
  return () => finish(null)
}

function ignore(): void {}

function connectFailure(label: string, error: unknown): EgressError {
  const code = (error as NodeJS.ErrnoException).code
  switch (code) {
    case 'ECONNREFUSED':
      return new EgressError('connection_refused', `${label} refused the connection`, error)
    case 'ECONNRESET':
      return new EgressError('connection_reset', `${label} reset the connection while it was opened`, error)
    case 'ETIMEDOUT':
      return new EgressError('timeout', `${label} did not answer the connection request`, error)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new EgressError('other', `There is no route to ${label} (${code})`, error)
    default:
      return new EgressError('other', `Connecting to ${label} failed: ${code ?? messageOf(error)}`, error)
  }
}
