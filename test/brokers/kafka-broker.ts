import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Admin, Consumer, ListOffsetTimestamps, stringDeserializers } from '@platformatic/kafka'
import { findProgram, freePorts, makeFolder, removeFolder, TestProcess } from './process.ts'
import type { Kept, TestBroker } from './restarts.ts'

const run = promisify(execFile)
const VERSION = '4.1.0'
const TOPIC = 'attempts'
const PARTITIONS = 3

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>test</groupId><artifactId>kafka</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${VERSION}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>`

/** A folder with Kafka's jars, out of Maven Central at its first use; null: there is no Java, Maven, or Central. */
export async function findKafka(): Promise<string | null> {
  const jars = join(tmpdir(), `statuspulse-kafka-${VERSION}`)
  if (!findProgram('java')) return null
  if (existsSync(jars)) return jars
  if (!findProgram('mvn')) return null
  const draft = await makeFolder('kafka-jars')
  try {
    await writeFile(join(draft, 'pom.xml'), POM)
    const goal = ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${join(draft, 'jars')}`]
    await run('mvn', goal, { cwd: draft, timeout: 900_000 })
    await rename(join(draft, 'jars'), jars)
    return jars
  } catch {
    return existsSync(jars) ? jars : null
  } finally {
    await removeFolder(draft)
  }
}

/** A Kafka broker that is its own controller (KRaft), with a topic of three partitions. */
export async function startKafka(jars: string): Promise<TestBroker> {
  const folder = await makeFolder('kafka')
  const [port, controllerPort] = (await freePorts(2)) as [number, number]
  const settings = join(folder, 'server.properties')
  await mkdir(join(folder, 'data'))
  await writeFile(
    settings,
    [
      'process.roles=broker,controller',
      'node.id=1',
      `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
      `listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'controller.listener.names=CONTROLLER',
      `log.dirs=${folder}/data`,
      'offsets.topic.replication.factor=1',
      'offsets.topic.num.partitions=1',
      'group.initial.rebalance.delay.ms=0',
      // What is killed and comes back at once would wait for its old session to end.
      'broker.session.timeout.ms=3000',
      'auto.create.topics.enable=false',
    ].join('\n'),
  )
  const java = ['-Xmx256m', '-cp', `${jars}/*`]
  await run('java', [
    ...java,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    'AAAAAAAAAAAAAAAAAAAAAQ',
    '-c',
    settings,
  ])
  const client = { clientId: 'test', bootstrapBrokers: [`127.0.0.1:${port}`], retries: 0 }
  const isReady = async () => {
    const admin = new Admin(client)
    try {
      await admin.listTopics()
    } finally {
      await admin.close()
    }
  }
  let running: TestProcess | null = null
  const broker: TestBroker = {
    url: `kafka://127.0.0.1:${port}`,
    destination: { topic: TOPIC },
    async start() {
      running = new TestProcess('java', [...java, 'kafka.Kafka', settings])
      await running.ready(isReady)
    },
    kill: async () => running?.kill(),
    async stop() {
      await running?.kill()
      await removeFolder(folder)
    },
    kept: () => keptOf(client),
  }
  await broker.start()
  const admin = new Admin(client)
  await admin.createTopics({ topics: [TOPIC], partitions: PARTITIONS, replicas: 1 })
  await admin.close()
  return broker
}

/** Partition by partition: order is kept within one. */
async function keptOf(client: { clientId: string; bootstrapBrokers: string[] }): Promise<Kept[]> {
  const consumer = new Consumer({
    ...client,
    retries: 20,
    groupId: randomUUID(),
    deserializers: stringDeserializers,
  })
  try {
    const ends = await consumer.listOffsets({ topics: [TOPIC], timestamp: ListOffsetTimestamps.LATEST })
    const total = (ends.get(TOPIC) ?? []).reduce((sum, end) => sum + end, 0n)
    const stream = await consumer.consume({ topics: [TOPIC], mode: 'earliest', autocommit: false })
    const kept: (Kept & { partition: number })[] = []
    for await (const { partition, headers, value } of stream) {
      kept.push({
        partition,
        id: headers.get('ce-id') ?? '',
        contentType: headers.get('content-type') ?? '',
        body: value,
      })
      if (BigInt(kept.length) === total) break
    }
    return kept.sort((left, right) => left.partition - right.partition)
  } finally {
    await consumer.close(true)
  }
}
