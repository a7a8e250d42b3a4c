import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChannelModel, connect } from 'amqplib'
import { findProgram, freePorts, makeFolder, removeFolder, TestProcess } from './process.ts'
import type { Kept, TestBroker } from './restarts.ts'

const EXCHANGE = 'ops'
const QUEUE = 'attempts'

/** Debian's command changes the user, and refuses most; what it calls does not. */
const INSTALLED = '/usr/lib/rabbitmq/bin/rabbitmq-server'

/** The path of RabbitMQ's server, or null. */
export function findRabbitmq(): string | null {
  return existsSync(INSTALLED) && findProgram('epmd') ? INSTALLED : null
}

/** A `rabbitmq-server`, its port mapper beside it, with an exchange and a quorum queue bound to it. */
export async function startRabbitmq(): Promise<TestBroker> {
  const folder = await makeFolder('rabbitmq')
  const [port, distributionPort, mapperPort] = (await freePorts(3)) as [number, number, number]
  const config = join(folder, 'rabbitmq.conf')
  await writeFile(
    config,
    'default_user = ops\ndefault_pass = s3cret\nvm_memory_high_watermark.relative = 0.9\n',
  )
  const env = {
    HOME: folder,
    ERL_EPMD_PORT: String(mapperPort),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `test-${port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(distributionPort),
    RABBITMQ_CONFIG_FILE: config,
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: '-',
  }
  const mapper = new TestProcess('epmd', ['-port', String(mapperPort)], env)
  const url = `amqp://ops:s3cret@127.0.0.1:${port}`
  let running: TestProcess | null = null
  const broker: TestBroker = {
    url,
    destination: { exchange: EXCHANGE, routing_key: 'attempt' },
    async start() {
      running = new TestProcess(INSTALLED, [], env)
      await running.ready(() => withClient(url, async () => {}))
    },
    kill: async () => running?.kill(),
    async stop() {
      await running?.kill()
      await mapper.kill()
      await removeFolder(folder)
    },
    exchange: (name, isThere) =>
      withClient(url, async client => {
        const channel = await client.createChannel()
        if (isThere) await channel.assertExchange(name, 'topic', { durable: true })
        else await channel.deleteExchange(name)
      }),
    kept: () => withClient(url, keptOf),
  }
  await broker.start()
  await withClient(url, async client => {
    const channel = await client.createChannel()
    await channel.assertExchange(EXCHANGE, 'topic', { durable: true })
    await channel.assertQueue(QUEUE, { durable: true, arguments: { 'x-queue-type': 'quorum' } })
    await channel.bindQueue(QUEUE, EXCHANGE, 'attempt')
  })
  return broker
}

async function withClient<T>(url: string, work: (client: ChannelModel) => Promise<T>): Promise<T> {
  const client = await connect(url)
  client.on('error', () => {})
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

async function keptOf(client: ChannelModel): Promise<Kept[]> {
  const channel = await client.createChannel()
  const kept: Kept[] = []
  for (;;) {
    const message = await channel.get(QUEUE, { noAck: true })
    if (!message) return kept
    kept.push({
      id: message.properties.messageId,
      contentType: message.properties.contentType,
      body: message.content.toString(),
    })
  }
}
