import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { findProgram, freePorts, makeFolder, removeFolder, TestProcess } from './process.ts'
import type { Kept, TestBroker } from './restarts.ts'

const STREAM = 'ATTEMPTS'

/** `nats-server` with JetStream on files, a user, and a stream that takes `ops.>`. */
export async function startNats(): Promise<TestBroker> {
  const program = findProgram('nats-server') as string
  const folder = await makeFolder('nats')
  const [port] = (await freePorts(1)) as [number]
  const config = join(folder, 'nats.conf')
  await writeFile(
    config,
    `listen: 127.0.0.1:${port}
     jetstream { store_dir: "${folder}/data" }
     authorization { user: ops, password: "s3cret" }`,
  )
  const withClient = async <T>(work: (client: NatsConnection) => Promise<T>): Promise<T> => {
    const client = await connect({ port, user: 'ops', pass: 's3cret', reconnect: false })
    try {
      return await work(client)
    } finally {
      await client.close()
    }
  }
  let running: TestProcess | null = null
  const broker: TestBroker = {
    url: `nats://ops:s3cret@127.0.0.1:${port}`,
    destination: { subject: 'ops.attempts' },
    async start() {
      running = new TestProcess(program, ['-c', config])
      await running.ready(() => withClient(client => jetstreamManager(client)))
    },
    kill: async () => running?.kill(),
    async stop() {
      await running?.kill()
      await removeFolder(folder)
    },
    kept: () => withClient(keptOf),
  }
  await broker.start()
  await withClient(async client => {
    const manager = await jetstreamManager(client)
    await manager.streams.add({ name: STREAM, subjects: ['ops.>'] })
  })
  return broker
}

async function keptOf(client: NatsConnection): Promise<Kept[]> {
  const manager = await jetstreamManager(client)
  const { state } = await manager.streams.info(STREAM)
  const { name } = await manager.consumers.add(STREAM, { ack_policy: AckPolicy.None })
  const consumer = await jetstream(client).consumers.get(STREAM, name)
  const kept: Kept[] = []
  while (kept.length < state.messages) {
    for await (const message of await consumer.fetch({ max_messages: 500, expires: 1_000 })) {
      kept.push({
        id: message.headers?.get('Nats-Msg-Id') ?? '',
        contentType: message.headers?.get('content-type') ?? '',
        body: message.string(),
      })
    }
  }
  return kept
}
