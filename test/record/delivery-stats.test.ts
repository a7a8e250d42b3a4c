import { afterAll, beforeAll, expect, it } from 'vitest'
import { silentLog } from '../../src/ground/log.ts'
import { Database } from '../../src/store/database.ts'
import { deliveryStats } from '../../src/store/delivery-stats.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

const SINCE = Date.parse('2026-05-14T09:00:00Z')
const MINUTE_MS = 60_000
const SPAN = { since: SINCE, stepMs: MINUTE_MS, steps: 3 }

let server: TestDatabase
let database: Database

beforeAll(async () => {
  server = await createTestDatabase()
  database = new Database({ connection: server.connection, log: silentLog })
  await database.start()
})
afterAll(async () => {
  await database?.stop()
  await server?.drop()
})

let count = 0

interface Given {
  at: number
  outcome?: string
  endpoint?: string
  monitor?: string
  retry?: number
  timings?: (number | null)[]
  workspace?: string
  dryRun?: boolean
}

async function attempts(given: readonly Given[]): Promise<void> {
  for (const {
    at,
    outcome = 'delivered',
    endpoint = 'ep_1',
    monitor = 'shop',
    retry = 0,
    ...rest
  } of given) {
    const { timings = [10, null, null, null, 20, 25], workspace = 'ws_1', dryRun = false } = rest
    await database.query(
      `insert into attempts (bucket, delivery_id, id, day, workspace_id, event_id, endpoint_id, monitor_name, request_id,
                             retry_attempt, dry_run, started_at, outcome, timings, response_headers, response_body,
                             delivery_status, position)
       values (1, $1, $1, $2::timestamptz at time zone 'utc', $3, 'evt', $4, $5, 'req', $6, $7, $2, $8, $9, '{}', '', 'delivered', $10)`,
      [
        `a${String(++count).padStart(6, '0')}`,
        new Date(at).toISOString(),
        workspace,
        endpoint,
        monitor,
        retry,
        dryRun,
        outcome,
        timings,
        count,
      ],
    )
  }
}

it('counts by outcome, step, endpoint and monitor, and tells our part of the time from theirs', async () => {
  await attempts([
    { at: SINCE },
    { at: SINCE + 1_000, outcome: 'retry', timings: [100, 5, 3, 2, null, 5_000] },
    { at: SINCE + 2 * MINUTE_MS, outcome: 'failed', endpoint: 'ep_2', monitor: 'search', retry: 3 },
    // None of these count.
    { at: SINCE - 1 },
    { at: SINCE + 3 * MINUTE_MS },
    { at: SINCE, workspace: 'ws_2' },
    { at: SINCE, dryRun: true },
  ])
  const stats = await deliveryStats(database, 'ws_1', SPAN, 1_000)
  expect(stats.total).toMatchObject({ delivered: 1, retry: 1, failed: 1 })
  expect(stats.total.ours).toEqual({ p50: 10, p95: 110, p99: 110 })
  expect(stats.total.theirs).toEqual({ p50: 25, p95: 4_990, p99: 4_990 })
  expect(stats.steps).toMatchObject([
    { delivered: 1, retry: 1, failed: 0 },
    { delivered: 0, retry: 0, failed: 0, ours: null, theirs: null },
    { delivered: 0, retry: 0, failed: 1, ours: null },
  ])
  expect(stats.endpoints.map(({ endpointId }) => endpointId)).toEqual(['ep_1', 'ep_2'])
  expect(stats.endpoints[1]).toMatchObject({
    failed: 1,
    steps: [{ failed: 0 }, { failed: 0 }, { failed: 1 }],
  })
  expect(stats.monitors).toEqual([{ monitorName: 'shop', sent: 2 }])
  expect(stats.isSampled).toBe(false)
})

it('says nothing of a time without attempts', async () => {
  const stats = await deliveryStats(database, 'ws_none', SPAN, 1_000)
  expect(stats.total).toEqual({ delivered: 0, retry: 0, failed: 0, ours: null, theirs: null })
  expect(stats.endpoints).toEqual([])
})

it('projects the counts of a step that has more than it reads', async () => {
  const evenly = Array.from({ length: 100 }, (_, index) => ({
    at: SINCE + Math.floor((index * MINUTE_MS) / 100),
    workspace: 'ws_many',
    outcome: index % 10 === 0 ? 'retry' : 'delivered',
  }))
  await attempts(evenly)
  const stats = await deliveryStats(database, 'ws_many', SPAN, 20)
  expect(stats.isSampled).toBe(true)
  const { delivered, retry } = stats.steps[0]!
  // A fifth of a minute was read; that stands for about a hundred.
  expect(delivered + retry).toBeGreaterThan(90)
  expect(delivered + retry).toBeLessThan(115)
  expect(retry / (delivered + retry)).toBeCloseTo(0.1, 1)
})
