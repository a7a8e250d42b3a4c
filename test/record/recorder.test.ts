import { afterAll, beforeAll, expect, it } from 'vitest'
import { systemClock } from '../../src/ground/clock.ts'
import { newId } from '../../src/ground/ids.ts'
import { silentLog } from '../../src/ground/log.ts'
import type { Attempt, Delivery } from '../../src/ground/vocabulary.ts'
import { Metrics } from '../../src/record/metrics.ts'
import { Recorder } from '../../src/record/recorder.ts'
import { Database } from '../../src/store/database.ts'
import type { Result } from '../../src/store/results.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

const BUCKET = 7
const NOW = Date.parse('2026-05-14T09:23:11Z')

let server: TestDatabase
let database: Database

beforeAll(async () => {
  server = await createTestDatabase()
  database = new Database({ connection: server.connection, log: silentLog })
  await database.start()
  await database.query('update buckets set epoch = 1')
})
afterAll(async () => {
  await database.stop()
  await server.drop()
})

function resultFrom(remoteAddress: string): Result {
  const delivery: Delivery = {
    id: newId('dlv', NOW, BUCKET),
    workspaceId: 'ws_1',
    bucket: BUCKET,
    eventId: newId('evt', NOW, BUCKET),
    endpointId: 'ep_1',
    monitorName: 'checkout',
    incidentId: null,
    createdAt: NOW,
    attempts: 0,
    firstAttemptAt: null,
  }
  const attempt: Attempt = {
    id: newId('att', NOW, BUCKET),
    requestId: newId('req', NOW, BUCKET),
    delivery,
    retryAttempt: 0,
    dryRun: false,
    startedAt: NOW,
    outcome: 'delivered',
    deliveryStatus: 'delivered',
    why: null,
    nextAttemptAt: null,
    digestSize: 1,
    statusCode: 200,
    responseHeaders: {},
    responseBody: 'ok',
    error: null,
    remoteAddress,
    tlsVersion: null,
    httpVersion: '1.1',
    timings: { wait: 0, dns: null, connect: null, tls: null, firstByte: null, total: 0 },
  }
  return { delivery, epoch: 1, attempt, status: 'delivered', reason: null, dueAt: null, at: NOW }
}

it('a result that Postgres refuses takes no others with it, and is kept without what was said', async () => {
  const recorder = new Recorder({
    database,
    clock: systemClock,
    log: silentLog,
    metrics: new Metrics(),
    committed: () => {},
  })
  // No code of ours makes one: it stands for what nobody thought of.
  const bad = resultFrom('127.0.0.1\0')
  const good = resultFrom('127.0.0.1')
  await Promise.all([bad, good].map(result => recorder.record(result)))
  const { rows } = await database.query(
    `select d.id, d.status, a.remote_address as address from deliveries d join attempts a on a.delivery_id = d.id order by d.id`,
  )
  expect(rows).toEqual([
    { id: bad.delivery.id, status: 'delivered', address: null },
    { id: good.delivery.id, status: 'delivered', address: '127.0.0.1' },
  ])
  await recorder.stop()
})
