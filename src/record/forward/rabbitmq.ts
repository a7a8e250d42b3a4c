import { type ChannelModel, type ConfirmChannel, connect } from 'amqplib'
import type { Destination } from '../../store/forwarders.ts'
import { type Broker, type BrokerConnection, CLIENT_NAME, CONNECT_MS, CONTENT_TYPE } from './broker.ts'

const HEARTBEAT_SECONDS = 10

/**
 * RabbitMQ by AMQP 0.9.1: a message is confirmed when every queue that it was routed to keeps it (a quorum queue:
 * on most of its nodes). `mandatory` makes one that is routed nowhere come back, as it would be lost in silence.
 */
export const rabbitmq: Broker<'rabbitmq'> = {
  async connect(url, destination, network) {
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
    const { promise: lost, resolve: lose } = Promise.withResolvers<Error>()
    connection.on('error', error => lose(error))
    connection.on('close', error => lose(error ?? new Error('RabbitMQ closed the connection')))
    try {
      const channel = await connection.createConfirmChannel()
      channel.on('error', error => lose(error))
      await checkDestination(channel, destination)
      return connectionOf(connection, channel, destination, lost)
    } catch (error) {
      await connection.close().catch(() => {})
      throw error
    }
  },
}

type RabbitMq = Extract<Destination, { broker: 'rabbitmq' }>

/** The default exchange is always there, and routes to the queue of the key's name. */
function checkDestination(channel: ConfirmChannel, { exchange, routingKey }: RabbitMq) {
  return exchange === '' ? channel.checkQueue(routingKey) : channel.checkExchange(exchange)
}

function connectionOf(
  connection: ChannelModel,
  channel: ConfirmChannel,
  { exchange, routingKey }: RabbitMq,
  lost: Promise<Error>,
): BrokerConnection {
  let isReturned = false
  channel.on('return', () => {
    isReturned = true
  })
  const options = { persistent: true, mandatory: true, contentType: CONTENT_TYPE, appId: CLIENT_NAME }
  return {
    async publish(messages) {
      for (const { id, body } of messages) {
        channel.publish(exchange, routingKey, Buffer.from(body), { ...options, messageId: id })
      }
      await channel.waitForConfirms()
      // A message comes back before it is confirmed.
      if (isReturned) throw new Error(`no queue takes what is sent to ${nameOf(exchange, routingKey)}`)
    },
    lost,
    close: () => connection.close().catch(() => {}),
  }
}

function nameOf(exchange: string, routingKey: string): string {
  return exchange === ''
    ? `the queue ${routingKey}`
    : `the exchange ${exchange} with the routing key ${routingKey}`
}
