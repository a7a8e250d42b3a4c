import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { TestClock } from '../helpers/clock.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { arrivedOf, makeHome, makeMonitor, ping, told } from './harness.ts'

/** Shorter than what counts as having been asleep. */
const STEP_MS = 500

let clock: TestClock
let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  clock = new TestClock()
  app = await startTestApp({ clock })
  receiver = await startReceiver()
  await app.addEndpoint(receiver.url)
})
afterAll(async () => {
  await app?.stop()
  await receiver?.close()
})

const make = (name: string, spec: object = { period_s: 60, grace_s: 10 }) =>
  makeMonitor(app, { name, kind: 'heartbeat', spec })

const passUntil = <T>(promise: Promise<T>) => clock.runUntil(promise, STEP_MS)

describe('a ping', () => {
  it.each(['GET', 'HEAD', 'POST'])('is taken by %s, whatever is sent along', async method => {
    const { id, ping_path } = await make(`by-${method}`)
    const body =
      method === 'POST' ? { body: 'backup: 3 files\n', headers: { 'content-type': 'text/x-log' } } : {}
    const answer = await ping(app, ping_path, { method, ...body })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe(method === 'HEAD' ? '' : 'OK')
    expect((await app.call('GET', `/v1/monitors/${id}`)).body.status).toBe('operational')
  })

  it('is taken by slug with an API key, and with no other', async () => {
    const { slug } = await make('Nightly Backup (EU)')
    expect(slug).toBe('nightly-backup-eu')
    const authorization = `Bearer ${app.token}`
    expect((await ping(app, '/ping/nightly-backup-eu', { headers: { authorization } })).status).toBe(200)
    expect((await ping(app, '/ping/nightly-backup-eu')).status).toBe(404)
    const wrong = await ping(app, '/ping/nightly-backup-eu', { headers: { authorization: 'Bearer sp_x' } })
    expect(wrong.status).toBe(401)
  })

  it('is in no trouble any more when it is switched off, flapping neither', async () => {
    const { id, ping_path } = await makeMonitor(app, {
      name: 'flapping-off',
      kind: 'heartbeat',
      flapping: { changes: 2 },
    })
    for (const signal of ['/fail', '', '/fail', '']) await ping(app, ping_path + signal)
    expect((await app.call('GET', `/v1/monitors/${id}`)).body.status).toBe('degraded')
    expect((await app.call('PATCH', `/v1/monitors/${id}`, { enabled: false })).status).toBe(200)
    await app.eventually(`/v1/monitors/${id}`, ({ status }) => status === 'operational')
  })

  it('of nobody is not found, nor is a signal that is none', async () => {
    const { ping_path } = await make('known')
    expect((await ping(app, '/ping/nobody')).status).toBe(404)
    expect((await ping(app, `${ping_path}/256`)).status).toBe(404)
    expect((await ping(app, `${ping_path}/stop`)).status).toBe(404)
  })

  it('shows its token to admins only', async () => {
    const { id } = await make('secretive')
    const { key } = (await app.call('POST', '/v1/keys', { name: 'reader', scopes: ['read'] })).body
    const headers = { authorization: `Bearer ${key}` }
    expect((await app.call('GET', `/v1/monitors/${id}`, undefined, headers)).body.ping_path).toBeNull()
  })
})

describe('a job', () => {
  it('that does not ping in time is told of, and its next ping ends that', async () => {
    const { ping_path } = await make('late')
    await ping(app, ping_path)
    const [opened] = await passUntil(arrivedOf(receiver, 'late', 1))
    expect(opened?.payload.metadata.message).toContain('no ping came')
    await ping(app, ping_path)
    expect(await told(receiver, 'late', 2)).toEqual([
      'incident.opened critical down',
      'incident.resolved critical operational',
    ])
  })

  it('that says it failed is told of at once', async () => {
    const { ping_path } = await make('failing')
    await ping(app, `${ping_path}/fail`)
    expect(await told(receiver, 'failing', 1)).toEqual(['incident.opened critical down'])
    await ping(app, `${ping_path}/0`)
    await told(receiver, 'failing', 2)
    await ping(app, `${ping_path}/3`)
    const [, , again] = await arrivedOf(receiver, 'failing', 3)
    expect(again?.payload.metadata.message).toContain('exit status 3')
  })

  it('has its run time measured', async () => {
    const { id, ping_path } = await make('measured')
    await ping(app, `${ping_path}/start`)
    clock.advance(2_000)
    await ping(app, ping_path)
    const to = new Date(clock.now() + 1_000).toISOString()
    const found = await app.call('GET', `/v1/monitors/${id}/samples?metric=run_time_ms&to=${to}`)
    expect(found.body.data).toEqual([expect.objectContaining({ avg: 2_000, count: 1 })])
  })

  it('is due by a cron expression in a time zone', async () => {
    const { ping_path } = await make('every-minute', {
      cron: '* * * * *',
      time_zone: 'Europe/Berlin',
      grace_s: 5,
    })
    await ping(app, ping_path)
    const since = clock.now()
    const [opened] = await passUntil(arrivedOf(receiver, 'every-minute', 1))
    const due = (Math.floor(since / 60_000) + 1) * 60_000
    expect(Date.parse(opened?.payload.metadata.started_at)).toBe(due + 5_000)
    const refused = await app.call('POST', '/v1/monitors', {
      name: 'nowhere',
      kind: 'heartbeat',
      spec: { cron: '0 3 * * *', time_zone: 'Mars/Olympus' },
    })
    expect(refused.status).toBe(422)
    expect(refused.body.errors).toEqual([
      {
        path: 'spec.time_zone',
        message: 'must be the IANA name of a time zone, such as Europe/Berlin, not Mars/Olympus',
      },
    ])
  })
})

describe('what happened while nobody watched', () => {
  const spec = { period_s: 60, grace_s: 10 }

  it('is missed by nobody after a stop: the next ping is waited for instead', async () => {
    const clock = new TestClock()
    const home = await makeHome()
    const before = await startTestApp({ clock, beside: home })
    await before.addEndpoint(receiver.url)
    const { id, ping_path } = await makeMonitor(before, { name: 'stopped', kind: 'heartbeat', spec })
    await ping(before, ping_path)
    await before.stop()
    clock.advance(3_600_000)
    const after = await startTestApp({ clock, beside: home })
    const startedAt = clock.now()
    const [opened] = await clock.runUntil(arrivedOf(receiver, 'stopped', 1), STEP_MS)
    expect(Date.parse(opened?.payload.metadata.started_at)).toBeGreaterThanOrEqual(startedAt + 70_000)
    await ping(after, ping_path)
    await after.eventually(`/v1/monitors/${id}`, body => body.status === 'operational')
    await after.stop()
    await home.database.drop()
  })

  it('is missed by nobody after the machine was asleep', async () => {
    const { ping_path } = await make('asleep', spec)
    await ping(app, ping_path)
    clock.advance(3_600_000)
    const awakeAt = clock.now()
    const [opened] = await passUntil(arrivedOf(receiver, 'asleep', 1))
    expect(Date.parse(opened?.payload.metadata.started_at)).toBeGreaterThanOrEqual(awakeAt + 70_000)
  })
})
