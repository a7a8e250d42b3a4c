import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect, type NatsConnection, type TlsOptions } from '@nats-io/transport-node'
import type { Identity } from '../helpers/certificates.ts'
import { findProgram, freePorts, makeFolder, removeFolder, TestProcess } from './process.ts'
import type { Kept, TestBroker } from './restarts.ts'

const STREAM = 'ATTEMPTS'

/**
 * `nats-server` with JetStream on files, a user, and a stream that takes `ops.>`.
 * @param identity with TLS, showing this; its clients here trust the authority of the tests
 */
export async function startNats(identity?: Identity): Promise<TestBroker> {
  const program = findProgram('nats-server') as string
  const folder = await makeFolder('nats')
  const [port, monitorPort] = (await freePorts(2)) as [number, number]
  const config = join(folder, 'nats.conf')
  await writeFile(
    config,
    `listen: 127.0.0.1:${port}
     http: 127.0.0.1:${monitorPort}
     jetstream { store_dir: "${folder}/data" }
     authorization { user: ops, password: "s3cret" }
     ${identity ? `tls { cert_file: "${folder}/cert.pem", key_file: "${folder}/key.pem" }` : ''}`,
  )
  await writeFile(join(folder, 'cert.pem'), identity?.cert ?? '')
  await writeFile(join(folder, 'key.pem'), identity?.key ?? '')
  const withClient = async <T>(work: (client: NatsConnection) => Promise<T>): Promise<T> => {
    const client = await connect({
      port,
      user: 'ops',
      pass: 's3cret',
      reconnect: false,
      // Whom it trusts is the forwarder's matter.
      ...(identity && { tls: { rejectUnauthorized: false } as TlsOptions }),
    })
    try {
      return await work(client)
    } finally {
      await client.close()
    }
  }
  let running: TestProcess | null = null
  const broker: TestBroker = {
    url: `${identity ? 'tls' : 'nats'}://ops:s3cret@localhost:${port}`,
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
    async clients() {
      const answer = await fetch(`http://127.0.0.1:${monitorPort}/connz`)
      const { connections } = (await answer.json()) as { connections: { name?: string }[] }
      return connections.filter(({ name }) => name === 'statuspulse').length
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
