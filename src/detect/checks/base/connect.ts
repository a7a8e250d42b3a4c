import type { Connection, EgressError, Hello, Phase, Target } from '../../../deliver/egress/index.ts'
import type { Run } from './run.ts'

const DOING: Readonly<Record<Phase, (target: Target) => string>> = {
  dns: target => `looking up ${target.hostname}`,
  connect: target => `connecting to ${target.label}`,
  tls: target => `in the TLS handshake with ${target.label}`,
  open: target => `waiting for ${target.label}`,
}

/**
 * Opens a check's connection; it is closed when the check ends. `done` is called once, unless the check
 * ends before: with the connection, in the tick in which it stands.
 */
export function openFor(
  run: Run,
  target: Target,
  hello: Hello,
  done: (error: EgressError | null, connection: Connection | null) => void,
): void {
  const opening = run.network.connector.open(
    target,
    (error, connection) => {
      if (connection) {
        connection.socket.on('error', ignore)
        run.onEnd(() => connection.socket.destroy())
        run.remoteAddress = connection.remoteAddress
      }
      done(error, connection)
    },
    hello,
  )
  run.track(opening)
  run.onEnd(() => opening.abort())
  run.doing = () => DOING[opening.phase](target)
}

/** As {@link openFor}, as a promise. @throws EgressError */
export function connectFor(run: Run, target: Target, hello: Hello): Promise<Connection> {
  return new Promise((resolve, reject) => {
    openFor(run, target, hello, (error, connection) => {
      if (connection) resolve(connection)
      else reject(error)
    })
  })
}

function ignore(): void {}
