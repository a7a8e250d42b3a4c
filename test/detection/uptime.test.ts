import { Client } from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import { STATUSES } from '../../src/ground/vocabulary.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { makeHome, makeMonitor } from './harness.ts'

describe('The uptime of a monitor', () => {
  let app: TestApp
  let receiver: Receiver | undefined
  afterEach(async () => {
    await app.stop()
    await receiver?.close()
  })

  it('is kept with every change of its status', async () => {
    app = await startTestApp()
    receiver = await startReceiver({ answer: { status: 500 } })
    const settings = {
      name: 'shop',
      kind: 'http',
      spec: { url: receiver.url },
      interval_s: 5,
      failures_to_open: 1,
    }
    const { id } = await makeMonitor(app, settings)
    const path = `/v1/monitors/${id}/uptime`
    const shown = await app.eventually(path, ({ days }) => days.at(-1).down_s > 0.2)
    expect(shown.days).toHaveLength(90)
    expect(shown.uptime_pct).toBe(0)
    const today = shown.days.at(-1)
    const sum = STATUSES.reduce((all, status) => all + today[`${status}_s`], 0)
    expect(sum).toBeCloseTo((Date.now() % 86_400_000) / 1_000, -1)
    expect(shown.days[0]).toMatchObject({ operational_s: 0, down_s: 0, unknown_s: 86_400 })
    const list = await app.call('GET', `/v1/uptime?days=2&monitor_ids=${id}&monitor_ids=mon_nobody`)
    expect(list.body.data.map((one: { monitor_id: string }) => one.monitor_id)).toEqual([id])
    expect(list.body.data[0].days).toHaveLength(2)
  })

  it('is known of those watched elsewhere too, by their events', async () => {
    app = await startTestApp()
    await app.send([{ monitor_name: 'elsewhere', status: 'down' }])
    const [monitor] = (await app.call('GET', '/v1/monitors?search=elsewhere')).body.data
    const path = `/v1/monitors/${monitor.id}/uptime?days=1`
    await app.eventually(path, ({ days }) => days[0].down_s > 0)
    await app.send([{ monitor_name: 'elsewhere', status: 'operational' }])
    const { days, latency_ms } = await app.eventually(path, shown => shown.days[0].operational_s > 0)
    expect(days[0].down_s).toBeGreaterThan(0)
    expect(latency_ms).toEqual([])
  })

  it('is unknown for the time that no node was there', async () => {
    const home = await makeHome()
    app = { ...home, stop: () => home.database.drop() }
    const first = await startTestApp({ beside: home })
    await first.send([{ monitor_name: 'elsewhere', status: 'down' }])
    const [monitor] = (await first.call('GET', '/v1/monitors?search=elsewhere')).body.data
    const path = `/v1/monitors/${monitor.id}/uptime?days=2`
    await first.eventually(path, ({ days }) => days[1].down_s > 0)
    await first.stop()
    const client = new Client({ connectionString: home.database.url })
    await client.connect()
    await client.query(`update watched_buckets set until = until - interval '1 hour'`)
    await client.query(`update status_changes set since = since - interval '2 hours'`)
    await client.end()
    const second = await startTestApp({ beside: home })
    const downOf = ({ days }: { days: { down_s: number }[] }) => days[0]!.down_s + days[1]!.down_s
    const shown = await second.eventually(path, body => downOf(body) < 5_400)
    expect(downOf(shown)).toBeGreaterThan(3_500)
    // From then on it is watched again, and the gap stays.
    const before = downOf(shown)
    const after = await second.eventually(path, body => downOf(body) > before)
    expect(downOf(after)).toBeLessThan(5_400)
    await second.stop()
  })
})
