import { Client } from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { makeHome, makeMonitor, ping, told } from './harness.ts'

let app: TestApp
let receiver: Receiver
let database: Client
beforeEach(async () => {
  app = await startTestApp()
  receiver = await startReceiver()
  await app.addEndpoint(receiver.url)
  database = new Client(app.database.connection)
  await database.connect()
})
afterEach(async () => {
  await database?.end()
  await app?.stop()
  await receiver?.close()
})

async function count(table: string): Promise<number> {
  const { rows } = await database.query(`select count(*)::int as count from ${table}`)
  return rows[0].count
}

describe('an owner that is late', () => {
  it('decides nothing for a bucket that was taken from it: what it saw waits for the next owner', async () => {
    const { ping_path } = await makeMonitor(app, { name: 'taken', kind: 'heartbeat' })
    await ping(app, ping_path)
    // What another node does when it takes the buckets over; this one does not know yet.
    await database.query('update buckets set epoch = epoch + 1, node_id = $1', ['node_other'])
    expect((await ping(app, `${ping_path}/fail`)).status).toBe(200)
    expect([await count('events'), await count('incidents'), await count('observations')]).toEqual([0, 0, 1])
    const { rows } = await database.query('select state from monitor_states')
    expect(rows[0].state.heartbeat.trouble).toBeNull()
    // The other one is gone, and its lease with it: the next owner decides.
    await database.query(`update buckets set lease_until = '-infinity'`)
    expect(await told(receiver, 'taken', 1)).toEqual(['incident.opened critical down'])
    expect([await count('events'), await count('incidents'), await count('observations')]).toEqual([1, 1, 0])
  })

  it('is not let in by a commit that the taker cannot see yet: the bucket is not taken while it is under way', async () => {
    const { ping_path } = await makeMonitor(app, { name: 'locked', kind: 'heartbeat' })
    await ping(app, ping_path)
    // A decision that is not committed yet holds its bucket's row as this does.
    await database.query('begin')
    await database.query('select 1 from buckets for key share')
    const taker = new Client(app.database.connection)
    await taker.connect()
    const { rowCount } = await taker.query('select 1 from buckets for update skip locked')
    expect(rowCount).toBe(0)
    // A heartbeat of the owner is not held up by it.
    await taker.query('update buckets set lease_until = lease_until')
    await taker.end()
    await database.query('commit')
  })
})

describe('a stop', () => {
  it('leaves everything written: what was counted, the samples, and until when it watched', async () => {
    const home = await makeHome()
    const node = await startTestApp({ beside: home })
    const server = await startReceiver()
    const settings = { kind: 'http', spec: { url: server.url }, interval_s: 5 }
    await makeMonitor(node, { name: 'counted', ...settings })
    await server.received(2)
    await node.stop()
    const left = new Client(home.database.connection)
    await left.connect()
    const states = await left.query(
      `select (state #>> '{check,successes}')::int as successes from monitor_states`,
    )
    const samples = await left.query(`select sum(cardinality(readings))::int as written from samples
                                      where metric = 'response_time_ms'`)
    const watched = await left.query('select 1 from watched_buckets')
    expect(states.rows[0].successes).toBeGreaterThanOrEqual(1)
    expect(samples.rows[0].written).toBe(states.rows[0].successes)
    expect(watched.rowCount).toBe(64)
    await left.end()
    await server.close()
    await home.database.drop()
  })
})
