import { isIP } from 'node:net'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import { type Connection, ProduceAcks, Producer, stringSerializers } from '@platformatic/kafka'
import { messageOf } from '../../ground/errors.ts'
import {
  type Broker,
  type BrokerMessage,
  type BrokerNetwork,
  CLIENT_NAME,
  CONFIRM_MS,
  CONNECT_MS,
} from './broker.ts'
import type { BrokerUrl } from './url.ts'

/** A broker takes 1 MiB at once if nobody told it otherwise; characters. */
const MOST_AT_ONCE = 400_000

type TextProducer = Producer<string, string, string, string>

/** Kafka: a message is confirmed when all in-sync replicas have it; those of one delivery share a partition. */
export const kafka: Broker<'kafka'> = {
  async connect(url, network) {
    const producer = producerOf(url, network)
    return {
      async find({ topic }) {
        await producer.metadata({ topics: [topic], autocreateTopics: false, retries: 0 }).catch(error => {
          throw inWords(error)
        })
      },
      async publish({ topic }, messages) {
        for (const group of groupsOf(messages)) {
          await producer.send({ messages: group.map(message => toRecord(topic, message)) }).catch(error => {
            throw inWords(error)
          })
        }
      },
      // Kafka's connections come and go, and are opened again by the next send.
      lost: new Promise(() => {}),
      close: () => producer.close(true).catch(() => {}),
    }
  },
}

function producerOf(url: BrokerUrl, network: BrokerNetwork): TextProducer {
  const { username, password, mechanism } = url
  const tls: TlsOptions | undefined = url.secure
    ? { minVersion: 'TLSv1.2', ...(network.authorities && { ca: network.authorities }) }
    : undefined
  const producer: TextProducer = new Producer({
    clientId: CLIENT_NAME,
    bootstrapBrokers: [{ host: url.hostname, port: url.port }],
    serializers: stringSerializers,
    acks: ProduceAcks.ALL,
    autocreateTopics: false,
    connectTimeout: CONNECT_MS,
    requestTimeout: CONFIRM_MS,
    ...(tls && { tls }),
    ...(username !== null && { sasl: { mechanism, username, password: password ?? '' } }),
  })
  producer.connections.on('connecting', ({ connection }) => guard(connection, network, tls))
  return producer
}

/**
 * A cluster names its brokers itself, so each is judged before it is connected to: by the address, which the
 * client then gets in place of the name. `tls` is the object that the client reads at every handshake.
 */
function guard(connection: Connection, network: BrokerNetwork, tls: TlsOptions | undefined): void {
  const connect = connection.connect.bind(connection)
  const guarded = (host: string, port: number, done: (error: Error | null) => void) => {
    network.reach(host, port).then(address => {
      if (tls) tls.servername = isIP(host) ? '' : host
      connect(address, port, done)
    }, done)
  }
  Object.assign(connection, { connect: guarded })
}

/** Messages in sends that a broker takes. */
function groupsOf(messages: readonly BrokerMessage[]): BrokerMessage[][] {
  const groups: BrokerMessage[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const message of messages) {
    if (size + message.body.length > MOST_AT_ONCE) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(message)
    size += message.body.length
  }
  return groups
}

function toRecord(topic: string, { id, key, body, contentType, headers }: BrokerMessage) {
  return { topic, key, value: body, headers: { ...headers, 'content-type': contentType, 'ce-id': id } }
}

/** The client wraps what happened; the innermost error is the one that tells. */
function inWords(error: unknown): Error {
  let inner = error
  while (true) {
    const next: unknown =
      inner instanceof AggregateError && inner.errors.length > 0 ? inner.errors[0] : (inner as Error)?.cause
    if (!(next instanceof Error)) return new Error(messageOf(inner), { cause: error })
    inner = next
  }
}
