import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import type { Destination } from '../../store/forwarders.ts'
import { type Broker, type BrokerLink, type BrokerMessage, CLIENT_NAME, CONNECT_MS } from './broker.ts'

const HEARTBEAT_SECONDS = 10

/**
 * RabbitMQ by AMQP 0.9.1: a message is confirmed when every queue that it was routed to keeps it (a quorum queue:
 * on most of its nodes). `mandatory` makes one that is routed nowhere come back, as it would be lost in silence.
 */
export const rabbitmq: Broker<'rabbitmq'> = {
  async connect(url, network) {
    const address = await network.reach(url.hostname, url.port)
    const connection = await connect(
      {
        protocol: url.secure ? 'amqps' : 'amqp',
        hostname: address,
        port: url.port,
        vhost: encodeURIComponent(url.path),
        username: url.username ?? 'guest',
        password: url.password ?? 'guest',
        heartbeat: HEARTBEAT_SECONDS,
      },
      {
        servername: url.serverName,
        ...(network.authorities && { ca: network.authorities }),
        noDelay: true,
        timeout: CONNECT_MS,
        clientProperties: { connection_name: CLIENT_NAME },
      },
    )
    return new RabbitMqLink(connection)
  },
}

type RabbitMq = Extract<Destination, { broker: 'rabbitmq' }>

class RabbitMqLink implements BrokerLink<'rabbitmq'> {
  readonly lost: Promise<Error>
  readonly #connection: ChannelModel
  /** By exchange: the broker closes the channel of whoever publishes to one that is not there. */
  readonly #channels = new Map<string, Promise<Publisher>>()

  constructor(connection: ChannelModel) {
    const { promise, resolve } = Promise.withResolvers<Error>()
    connection.on('error', error => resolve(error))
    connection.on('close', error => resolve(error ?? new Error('RabbitMQ closed the connection')))
    this.lost = promise
    this.#connection = connection
  }

  /** The default exchange is always there, and routes to the queue of the key's name. */
  async find({ exchange, routingKey }: RabbitMq): Promise<void> {
    // A channel of its own: what is not there ends it.
    const channel = await this.#connection.createChannel()
    channel.on('error', () => {})
    await (exchange === '' ? channel.checkQueue(routingKey) : channel.checkExchange(exchange))
    await channel.close()
  }

  async publish({ exchange, routingKey }: RabbitMq, messages: readonly BrokerMessage[]): Promise<void> {
    const publisher = await this.#publisherOf(exchange)
    await Promise.all(messages.map(message => publisher.publish(routingKey, message)))
  }

  async close(): Promise<void> {
    await this.#connection.close().catch(() => {})
  }

  #publisherOf(exchange: string): Promise<Publisher> {
    const known = this.#channels.get(exchange)
    if (known) return known
    const forget = () => this.#channels.delete(exchange)
    const opening = this.#connection.createConfirmChannel().then(channel => {
      channel.on('close', forget)
      return new Publisher(channel, exchange)
    })
    opening.catch(forget)
    this.#channels.set(exchange, opening)
    return opening
  }
}

/** What publishes to one exchange. */
class Publisher {
  readonly #channel: ConfirmChannel
  readonly #exchange: string
  /** Ids of messages that came back, as no queue takes them: each comes back before it is confirmed. */
  readonly #returned = new Set<string>()
  #ended: Error | null = null

  constructor(channel: ConfirmChannel, exchange: string) {
    this.#channel = channel
    this.#exchange = exchange
    channel.on('error', error => {
      this.#ended = error
    })
    channel.on('return', ({ properties }) => this.#returned.add(properties.messageId))
  }

  publish(routingKey: string, { id, body, contentType, headers }: BrokerMessage): Promise<void> {
    const options = { persistent: true, mandatory: true, contentType, appId: CLIENT_NAME, messageId: id }
    return new Promise((resolve, reject) => {
      const confirmed = (error: unknown) => {
        const isReturned = this.#returned.delete(id)
        if (error) reject(this.#ended ?? error)
        else if (isReturned)
          reject(new Error(`no queue takes what is sent to ${nameOf(this.#exchange, routingKey)}`))
        else resolve()
      }
      const all = { ...options, ...(headers && { headers }) }
      this.#channel.publish(this.#exchange, routingKey, Buffer.from(body), all, confirmed)
    })
  }
}

function nameOf(exchange: string, routingKey: string): string {
  return exchange === ''
    ? `the queue ${routingKey}`
    : `the exchange ${exchange} with the routing key ${routingKey}`
}
