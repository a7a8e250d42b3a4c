import { parseArgs } from 'node:util'
import { NginxReceiver } from './nginx.ts'
import { peakMemoryMiB, usageOf } from './proc.ts'
import { BenchReceiver, BenchServer, bare, load, percentile } from './world.ts'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean' },
    only: { type: 'string' },
    json: { type: 'boolean' },
    profile: { type: 'string' },
  },
})

const SECONDS = options.quick ? 4 : 15
/** Node takes so long to compile what a full load makes hot. */
const WARM_UP_SECONDS = options.quick ? 2 : 15
/** At 100 events/s a hundredth of a shorter run is a dozen events: chance. */
const ISOLATION_SECONDS = options.quick ? 4 : 30
/** Of the bare loop: it is fastest with about so many. */
const CONNECTIONS = 64
/** Attempts that the flat-out runs may have under way: with fewer, threads wait for one another's batches. */
const CONCURRENCY = 256
const figures: Record<string, number> = {}

console.error(
  `Everything runs on this machine at once: load, StatusPulse, its Postgres, the receiver. ${SECONDS} s each; isolation ${ISOLATION_SECONDS} s.\n`,
)
const receiver = await BenchReceiver.start()
const server = await BenchServer.start(options.profile)
try {
  const wanted = (name: string) => !options.only || options.only.split(',').includes(name)
  if (wanted('latency')) for (const rate of [100, 1_000]) await latency(rate)
  if (wanted('flat')) await flatOut()
  if (wanted('isolation')) await isolation()
  note('peak_memory_mib', peakMemoryMiB(server.pid), "peak memory of StatusPulse's process, MiB")
} finally {
  await server.stop()
  receiver.stop()
}
if (options.json) console.log(JSON.stringify(figures, null, 2))

function note(name: string, value: number, text: string): void {
  figures[name] = value
  if (!options.json) console.log(`${value.toFixed(value < 10 ? 2 : 0).padStart(9)}  ${text}`)
}

function noteLatency(prefix: string, latencies: readonly number[], text: string): void {
  for (const p of [50, 95, 99]) note(`${prefix}_p${p}_ms`, percentile(latencies, p), `ms, p${p}: ${text}`)
}

/** Acceptance to receiver at a fixed rate of single events; open loop. */
async function latency(rate: number): Promise<void> {
  const endpoint = await server.addEndpoint(`${receiver.origin}/latency`, { concurrency: CONNECTIONS })
  await load(server, { rate, seconds: 2 })
  receiver.reset()
  const before = usageOf(server.pid)
  const report = await load(server, { rate, seconds: SECONDS })
  const seen = await receiver.seen(report.accepted)
  const after = usageOf(server.pid)
  noteLatency(
    `latency_${rate}`,
    seen.latencies['/latency'] ?? [],
    `from the producer's POST to the receiver at ${rate} events/s`,
  )
  noteCounts(`latency_${rate}`, report.accepted, seen)
  noteCpu(`latency_${rate}`, before, after, seen.unique)
  await server.removeEndpoint(endpoint)
}

/** Durable deliveries a second, and the bare loop in the same run, both to nginx where it is installed. */
async function flatOut(): Promise<void> {
  const nginx = await NginxReceiver.start()
  const target = nginx ?? receiver
  const order = { origin: target.origin, seconds: SECONDS / 2, connections: CONNECTIONS }
  const bareRates = [await bare(order)]
  for (const endpoints of [1, 10]) await flatTo(target, endpoints)
  bareRates.push(await bare(order))
  nginx?.stop()
  const bareRate = Math.max(...bareRates)
  note(
    'bare_per_s',
    bareRate,
    `POSTs/s of a bare undici dispatch loop that signs, to ${nginx ? 'nginx' : 'Node'}`,
  )
  for (const endpoints of [1, 10]) {
    const ratio = (figures[`flat_${endpoints}_per_s`] ?? 0) / bareRate
    note(`flat_${endpoints}_ratio`, ratio, `of the bare loop, ${each(endpoints)} (to reach: 0.4)`)
  }
}

async function flatTo(target: BenchReceiver | NginxReceiver, endpoints: number): Promise<void> {
  const ids: string[] = []
  for (let index = 0; index < endpoints; index++) {
    const concurrency = Math.floor(CONCURRENCY / Math.sqrt(endpoints))
    ids.push(await server.addEndpoint(`${target.origin}/flat${index}`, { concurrency }))
  }
  const order = { kind: 'flat', batch: 50, inFlight: 16 } as const
  target.reset()
  const warmUp = await load(server, { ...order, seconds: WARM_UP_SECONDS })
  await target.seen(warmUp.accepted * endpoints)
  target.reset()
  const before = usageOf(server.pid)
  const start = performance.now()
  const report = await load(server, { ...order, seconds: SECONDS })
  const seen = await target.seen(report.accepted * endpoints)
  const rate = seen.unique / ((performance.now() - start) / 1000)
  note(`flat_${endpoints}_per_s`, rate, `deliveries/s flat out, each event to ${each(endpoints)}`)
  noteCounts(`flat_${endpoints}`, report.accepted * endpoints, seen)
  noteCpu(`flat_${endpoints}`, before, usageOf(server.pid), seen.unique)
  for (const id of ids) await server.removeEndpoint(id)
}

function each(endpoints: number): string {
  return endpoints === 1 ? '1 endpoint' : `${endpoints} endpoints`
}

/** One healthy endpoint at 100 events/s, alone and then beside 50 that hang for their 5 s. */
async function isolation(): Promise<void> {
  const healthy = await server.addEndpoint(`${receiver.origin}/healthy`)
  const measure = async (name: string, text: string) => {
    await load(server, { rate: 100, seconds: 2 })
    receiver.reset()
    const report = await load(server, { rate: 100, seconds: ISOLATION_SECONDS })
    const seen = await receiver.seen(report.accepted)
    noteLatency(name, seen.latencies['/healthy'] ?? [], text)
    noteCounts(name, report.accepted, seen)
  }
  await measure('alone', 'healthy endpoint alone, 100 events/s')
  const hanging: string[] = []
  for (let index = 0; index < 50; index++)
    hanging.push(await server.addEndpoint(`${receiver.origin}/hang${index}`))
  await measure('beside_hanging', 'the same beside 50 endpoints that hang')
  const ratio = (figures.beside_hanging_p99_ms ?? 0) / (figures.alone_p99_ms ?? 1)
  note('isolation_ratio', ratio, 'p99 beside hanging endpoints to p99 alone (to stay under: 1.5)')
  for (const id of [healthy, ...hanging]) await server.removeEndpoint(id)
}

function noteCounts(prefix: string, expected: number, seen: { unique: number; duplicates: number }): void {
  note(`${prefix}_lost`, expected - seen.unique, `of ${expected} deliveries lost`)
  note(`${prefix}_duplicates`, seen.duplicates, 'duplicates')
}

function noteCpu(
  prefix: string,
  before: { node: number; postgres: number },
  after: { node: number; postgres: number },
  deliveries: number,
): void {
  note(
    `${prefix}_cpu_node_us`,
    ((after.node - before.node) * 1e6) / deliveries,
    'µs of CPU per delivery: StatusPulse',
  )
  note(
    `${prefix}_cpu_postgres_us`,
    ((after.postgres - before.postgres) * 1e6) / deliveries,
    'µs of CPU per delivery: Postgres',
  )
}
