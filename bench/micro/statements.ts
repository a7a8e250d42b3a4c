import { rmSync } from 'node:fs'
import { systemClock } from '../../src/ground/clock.ts'
import { newId } from '../../src/ground/ids.ts'
import { silentLog } from '../../src/ground/log.ts'
import type { Attempt, Delivery, Event } from '../../src/ground/vocabulary.ts'
import { type Acceptance, insertAcceptances } from '../../src/store/accept.ts'
import { Database } from '../../src/store/database.ts'
import { EmbeddedPostgres } from '../../src/store/embedded/index.ts'
import { migrate } from '../../src/store/migrate.ts'
import { Partitions } from '../../src/store/partitions.ts'
import { insertResults } from '../../src/store/results.ts'
import { makeFolder } from '../folder.ts'
import { usageOf } from '../proc.ts'

/**
 * What one commit of accepted events, and one of results, costs this process and Postgres: for one row, and for many.
 */
const ROWS = 20_000
const PAYLOAD =
  '{"event_id":"evt_01j9z3k8qk7m2x4v6b8n0p2r4t","monitor_name":"bench-17","status":"degraded","timestamp":"2024-05-14T09:23:11Z","metadata":{"region":"us-west-2","affected_endpoints":["/api/v1/cart","/api/v1/checkout"],"response_time_ms":1840,"error_rate_pct":12.4,"event_type":"status.changed","severity":"warning","incident_id":null}}'

const folder = makeFolder()
const postgres = new EmbeddedPostgres({ dataDir: folder, log: silentLog })
await postgres.start()
const database = new Database({ connection: postgres.connection, log: silentLog })
await database.start()
await migrate(database, silentLog)
const keeping = { retentionDays: 30, auditRetentionDays: 30 }
const partitions = new Partitions({ database, clock: systemClock, log: silentLog, ...keeping })
await partitions.start()
await database.query(`insert into workspaces (id, name) values ('ws_1', 'one')`)
await database.query('update buckets set epoch = 1')

for (const size of [1, 4, 20, 100]) {
  const commits = Math.min(4_000, ROWS / size)
  await measure(`accept, groups of ${size}`, size, commits, accept)
  await measure(`record, groups of ${size}`, size, commits, record)
}
await partitions.stop()
await database.stop()
await postgres.stop()
rmSync(folder, { recursive: true, force: true })

async function measure(name: string, size: number, commits: number, commit: (size: number) => Promise<void>) {
  for (let n = 0; n < 200; n++) await commit(size)
  const before = usageOf(process.pid)
  for (let n = 0; n < commits; n++) await commit(size)
  const after = usageOf(process.pid)
  const us = (from: number, to: number) => (((to - from) * 1e6) / commits).toFixed(0).padStart(6)
  console.log(
    `${us(before.postgres, after.postgres)} µs of Postgres, ${us(before.node, after.node)} µs of the node: ${name}`,
  )
}

async function accept(size: number): Promise<void> {
  const group: Acceptance[] = Array.from({ length: size }, () => {
    const { event, delivery } = fact()
    return { routed: [{ event, deliveries: [delivery] }], replays: [], keys: [], monitors: [] }
  })
  await insertAcceptances(database.lane('accept'), group, { epochOf: () => 1, placeOf: () => 'memory' })
}

async function record(size: number): Promise<void> {
  const results = Array.from({ length: size }, () => {
    const { delivery } = fact()
    const attempt = attemptOf(delivery)
    const { deliveryStatus: status, why: reason } = attempt
    return { delivery, epoch: 1, attempt, status, reason, dueAt: null, at: attempt.startedAt, fresh: true }
  })
  await insertResults(database.lane('record'), results)
}

function fact(): { event: Event; delivery: Delivery } {
  const now = Date.now()
  const bucket = Math.floor(Math.random() * 64)
  const eventId = newId('evt', now, bucket)
  const about = { workspaceId: 'ws_1', bucket, eventId, monitorName: 'bench-17', incidentId: null }
  const event: Event = {
    ...about,
    eventType: 'status.changed',
    status: 'degraded',
    severity: 'warning',
    region: 'us-west-2',
    payload: PAYLOAD,
    acceptedAt: now,
    dryRun: false,
  }
  const made = { id: newId('dlv', now, bucket), endpointId: 'ep_1', createdAt: now, attempts: 0 }
  return { event, delivery: { ...about, ...made, firstAttemptAt: null } }
}

function attemptOf(delivery: Delivery): Attempt {
  const startedAt = Date.now()
  return {
    id: newId('att', startedAt, delivery.bucket),
    requestId: newId('req', startedAt, delivery.bucket),
    delivery,
    retryAttempt: 0,
    dryRun: false,
    startedAt,
    outcome: 'delivered',
    statusCode: 200,
    responseHeaders: { server: 'nginx', date: 'Sat, 28 Nov 2026 01:00:00 GMT', 'content-length': '2' },
    responseBody: 'ok',
    error: null,
    remoteAddress: '127.0.0.1',
    tlsVersion: null,
    httpVersion: '1.1',
    timings: { wait: 2, dns: null, connect: null, tls: null, firstByte: 1.25, total: 1.5 },
    deliveryStatus: 'delivered',
    why: null,
    nextAttemptAt: null,
    digestSize: 1,
  }
}
