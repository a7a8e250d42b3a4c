import { JetStreamApiError, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, headers, type MsgHdrs, type NatsConnection, type TlsOptions } from '@nats-io/transport-node'
import { messageOf } from '../../ground/errors.ts'
import {
  type Broker,
  type BrokerLink,
  type BrokerMessage,
  CLIENT_NAME,
  CONFIRM_MS,
  CONNECT_MS,
} from './broker.ts'

/** How often an idle connection is tried; it is given up after two tries without an answer. */
const PING_MS = 10_000

/** NATS JetStream: every message is acknowledged by the stream that stores it. */
export const nats: Broker<'nats'> = {
  async connect(url, network) {
    const address = await network.reach(url.hostname, url.port)
    const connection = await connect({
      servers: address.includes(':') ? `[${address}]:${url.port}` : `${address}:${url.port}`,
      name: CLIENT_NAME,
      timeout: CONNECT_MS,
      // Whoever runs us connects anew, by the URL: servers that this one names were checked by nobody.
      reconnect: false,
      ignoreClusterUpdates: true,
      pingInterval: PING_MS,
      ...credentialsOf(url),
      ...(url.secure && { tls: tlsOf(url.serverName, network.authorities) }),
    })
    return linkOf(connection)
  },
}

/** A user name alone is a token, as in NATS's own tools. */
function credentialsOf({ username, password }: { username: string | null; password: string | null }) {
  if (username === null) return {}
  return password === null ? { token: username } : { user: username, pass: password }
}

function tlsOf(servername: string, authorities: string[] | null): TlsOptions & { servername: string } {
  // Not in its type, but handed on to node:tls, as the address that we connect to is not the name in the certificate.
  return { servername, ...(authorities && { ca: authorities.join('\n') }) }
}

async function findStream(connection: NatsConnection, subject: string): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false, timeout: CONNECT_MS })
  try {
    await manager.streams.find(subject)
  } catch (error) {
    const isMissing = error instanceof JetStreamApiError || /no stream/.test(messageOf(error))
    throw isMissing ? new Error(`no JetStream stream takes the subject ${subject}`, { cause: error }) : error
  }
}

function linkOf(connection: NatsConnection): BrokerLink<'nats'> {
  const client = jetstream(connection, { timeout: CONFIRM_MS })
  return {
    find: ({ subject }) => findStream(connection, subject),
    async publish({ subject }, messages) {
      await Promise.all(
        messages.map(message =>
          client.publish(subject, message.body, { msgID: message.id, headers: headersOf(message) }),
        ),
      )
    },
    lost: connection.closed().then(error => error ?? new Error('the NATS server closed the connection')),
    close: () => connection.close(),
  }
}

/** Of each message anew: the client adds its own to them. */
function headersOf({ contentType, headers: further = {} }: BrokerMessage): MsgHdrs {
  const made = headers()
  for (const [name, value] of Object.entries(further)) made.set(name, value)
  made.set('content-type', contentType)
  return made
}
