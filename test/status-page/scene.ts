import { Client } from 'pg'
import { request } from 'undici'
import { DAY_MS, startOfDay } from '../../src/decide/uptime.ts'
import { bucketOf } from '../../src/ground/bucket.ts'
import type { Clock } from '../../src/ground/clock.ts'
import { systemClock } from '../../src/ground/clock.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { startReceiver } from '../helpers/receiver.ts'

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A workspace with a monitor that goes down, and everything to publish it with. */
export interface StatusScene {
  readonly app: TestApp
  readonly monitorId: string
  look(path: string, headers?: Record<string, string>): Promise<Answered>
  raw(
    path: string,
    headers: Record<string, string>,
    method?: 'GET' | 'HEAD',
  ): Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>
  put(change?: object): Promise<{ status: number; body: { errors?: { path: string }[] } }>
  publish(change?: object): Promise<void>
  /** The monitor goes down; the id of its incident. */
  openIncident(): Promise<string>
  comment(incidentId: string, comment: object): Promise<void>
  /** Lets so much time go by that pages are written anew. */
  fresh(): Promise<void>
  /** 80 days in which a monitor was operational but for some hours of some days. */
  giveHistory(name: string, id: string): Promise<void>
  /** Nobody can read of pages, or of what they tell, until what it resolves with is called. */
  lockTables(): Promise<() => Promise<void>>
  stop(): Promise<void>
}

const PAST_FRESH_MS = 6_000

export async function startStatusScene(): Promise<StatusScene> {
  const clock = new LateClock()
  const app = await startTestApp({ clock })
  const receiver = await startReceiver({ answer: { status: 500 } })
  const { body: monitor } = await app.call('POST', '/v1/monitors', {
    name: 'internal-checkout-db',
    kind: 'http',
    spec: { url: `${receiver.url}secret-path`, headers: { authorization: 'Bearer our-token' } },
    interval_s: 5,
    failures_to_open: 1,
  })
  await app.call('POST', '/v1/maintenance-windows', {
    name: 'internal window',
    monitors: ['internal-*'],
    starts_at: new Date(clock.now() + 86_400_000).toISOString(),
    ends_at: new Date(clock.now() + 90_000_000).toISOString(),
  })
  const put = (change: object = {}) =>
    app.call('PUT', '/v1/status-page', {
      enabled: true,
      slug: 'acme',
      title: 'Acme status',
      groups: [{ name: 'Shop', monitors: [{ monitor_id: monitor.id, display_name: 'Checkout' }] }],
      ...change,
    })
  const connected = async () => {
    const client = new Client({ connectionString: app.database.url })
    await client.connect()
    return client
  }
  const ok = ({ status, body }: { status: number; body: unknown }) => {
    if (status !== 200) throw new Error(JSON.stringify(body))
  }
  return {
    app,
    monitorId: monitor.id,
    async look(path, headers = {}) {
      const response = await fetch(app.url + path, { headers })
      return { status: response.status, headers: response.headers, text: await response.text() }
    },
    async raw(path, headers, method = 'GET') {
      const answer = await request(app.url + path, { method, headers })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: Buffer.from(await answer.body.arrayBuffer()),
      }
    },
    put,
    publish: async change => ok(await put(change)),
    async openIncident() {
      const { data } = await app.eventually('/v1/incidents?state=open', body => body.data.length === 1)
      return data[0].id
    },
    comment: async (id, comment) => ok(await app.call('POST', `/v1/incidents/${id}/comment`, comment)),
    async fresh() {
      clock.late += PAST_FRESH_MS
    },
    async giveHistory(name, id) {
      const client = await connected()
      const { rows } = await client.query('select id from workspaces')
      const bucket = bucketOf(rows[0].id, name)
      const today = startOfDay(clock.now())
      const insert = (at: number, status: string) =>
        client.query('insert into status_changes values ($1, $2, to_timestamp($3 / 1000.0), $4)', [
          bucket,
          id,
          at,
          status,
        ])
      await insert(today - 80 * DAY_MS, 'operational')
      for (const [day, status] of Object.entries({
        61: 'degraded',
        40: 'down',
        39: 'degraded',
        12: 'maintenance',
      })) {
        const at = today - (Number(day) + name.length - 14) * DAY_MS
        await insert(at + 9 * 3_600_000, status)
        await insert(at + 10 * 3_600_000 + 1_560_000, 'operational')
      }
      await client.end()
    },
    async lockTables() {
      const client = await connected()
      await client.query('begin')
      await client.query('lock table status_pages, status_changes in access exclusive mode')
      return async () => {
        await client.query('commit')
        await client.end()
      }
    },
    async stop() {
      await app.stop()
      await receiver.close()
    },
  }
}

/** The machine's clock, and so much later. */
class LateClock implements Clock {
  late = 0

  now(): number {
    return systemClock.now() + this.late
  }

  after(delayMs: number, callback: () => void): () => void {
    return systemClock.after(delayMs, callback)
  }
}
