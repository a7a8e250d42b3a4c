import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { TestClock } from '../helpers/clock.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { makeMonitor, ping, told, toldOf } from './harness.ts'

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

/** A job that fails, or is well again, whenever it is told to. */
async function makeJob(name: string, settings: object = {}) {
  const monitor = await makeMonitor(app, { name, kind: 'heartbeat', ...settings })
  return {
    ...monitor,
    fail: () => ping(app, `${monitor.ping_path}/fail`),
    recover: () => ping(app, monitor.ping_path),
    incident: async () => (await app.call('GET', `/v1/incidents?monitor=${name}`)).body.data[0],
  }
}

const at = (seconds: number) => new Date(clock.now() + seconds * 1_000).toISOString()

describe('an incident', () => {
  it('is acknowledged once, commented on and resolved, and has all of it in its timeline', async () => {
    const job = await makeJob('acted-on')
    await job.fail()
    await told(receiver, 'acted-on', 1)
    const { id, state } = await job.incident()
    expect(state).toBe('open')
    const path = `/v1/incidents/${id}`
    const acknowledged = await app.call('POST', `${path}/acknowledge`, { by: 'Ana', comment: 'on it' })
    expect(acknowledged.body).toMatchObject({ state: 'acknowledged', acknowledged_by: 'Ana' })
    await app.call('POST', `${path}/acknowledge`, { by: 'Ben' })
    await app.call('POST', `${path}/comment`, { by: 'Ana', comment: 'disk full' })
    const resolved = await app.call('POST', `${path}/resolve`, { by: 'Ana' })
    expect(resolved.body).toMatchObject({
      state: 'resolved',
      acknowledged_by: 'Ana',
      highest_severity: 'critical',
    })
    expect(await told(receiver, 'acted-on', 4)).toEqual([
      'incident.opened critical down',
      'incident.acknowledged critical down',
      'incident.updated critical down',
      'incident.resolved critical operational',
    ])
    const { timeline } = (await app.call('GET', path)).body
    expect(timeline).toEqual([
      expect.objectContaining({ event_type: 'incident.opened', deliveries: 1, suppressed: null }),
      expect.objectContaining({ event_type: 'incident.acknowledged', by: 'Ana', comment: 'on it' }),
      expect.objectContaining({
        by: 'Ben',
        event_id: null,
        suppressed: expect.objectContaining({ reason: 'duplicate' }),
      }),
      expect.objectContaining({ event_type: 'incident.updated', by: 'Ana', comment: 'disk full' }),
      expect.objectContaining({ event_type: 'incident.resolved', by: 'Ana' }),
    ])
    expect((await app.call('POST', `${path}/resolve`)).status).toBe(409)
  })

  it('of which a comment is lacking, or that is none, is refused by name', async () => {
    expect((await app.call('POST', '/v1/incidents/inc_none/resolve')).status).toBe(404)
    const job = await makeJob('uncommented')
    await job.fail()
    const { id } = await job.incident()
    const { status, body } = await app.call('POST', `/v1/incidents/${id}/comment`, {})
    expect(status).toBe(422)
    expect(body.errors[0].path).toBe('comment')
  })
})

describe('a silence', () => {
  it('holds what it matches, says so, and is told of what is still wrong when it is lifted', async () => {
    const job = await makeJob('silenced', { labels: { team: 'payments' } })
    const matchers = [{ name: 'team', operator: '=~', value: 'pay*' }]
    const silence = await app.call('POST', '/v1/silences', {
      matchers,
      ends_at: at(3_600),
      comment: 'migration',
    })
    expect(silence.body).toMatchObject({ phase: 'active', created_by: expect.stringContaining('key_') })
    await job.fail()
    const { id, held } = await job.incident()
    expect(held).toMatchObject({ reason: 'silence', by: silence.body.id })
    const suppressed = (await app.call('GET', `/v1/suppressed?monitor=silenced`)).body.data
    expect(suppressed).toEqual([
      expect.objectContaining({ event_type: 'incident.opened', reason: 'silence', incident_id: id }),
    ])
    expect(toldOf(receiver, 'silenced')).toEqual([])
    await app.call('DELETE', `/v1/silences/${silence.body.id}`)
    expect(await told(receiver, 'silenced', 1)).toEqual(['incident.opened critical down'])
  })

  it('ends by itself', async () => {
    const job = await makeJob('silenced-for-a-while')
    const matchers = [{ name: 'monitor', value: 'silenced-for-a-while' }]
    await app.call('POST', '/v1/silences', { matchers, ends_at: at(60) })
    await job.fail()
    expect(toldOf(receiver, 'silenced-for-a-while')).toEqual([])
    const events = await clock.runUntil(told(receiver, 'silenced-for-a-while', 1), STEP_MS)
    expect(events).toEqual(['incident.opened critical down'])
  })

  it('that ends before it begins, or whose glob is none, is refused by name', async () => {
    const early = await app.call('POST', '/v1/silences', {
      matchers: [{ name: 'monitor', value: 'x' }],
      ends_at: at(-60),
    })
    expect(early.body.errors[0].path).toBe('ends_at')
    const glob = await app.call('POST', '/v1/silences', {
      matchers: [{ name: 'monitor', operator: '=~', value: '[' }],
      ends_at: at(60),
    })
    expect(glob.body.errors[0].path).toBe('matchers[0].value')
  })
})

describe('a maintenance window', () => {
  it('that is on makes it the status of its monitors, and holds their trouble until its end', async () => {
    const job = await makeJob('rack-7-db')
    await job.recover()
    const window = await app.call('POST', '/v1/maintenance-windows', {
      name: 'new switches',
      monitors: ['rack-7-*'],
      starts_at: at(-1),
      ends_at: at(60),
    })
    expect(window.body).toMatchObject({ active: true })
    expect(await told(receiver, 'rack-7-db', 1)).toEqual(['status.changed info maintenance'])
    await job.fail()
    const { held } = await job.incident()
    expect(held).toMatchObject({ reason: 'maintenance', by: window.body.id })
    const [, opened] = await clock.runUntil(told(receiver, 'rack-7-db', 2), STEP_MS)
    expect(opened).toBe('incident.opened critical down')
  })

  it('comes again and again by a cron expression', async () => {
    const made = await app.call('POST', '/v1/maintenance-windows', {
      name: 'updates',
      monitors: ['nobody'],
      cron: '0 3 * * 0',
      time_zone: 'Europe/Berlin',
      duration_s: 3_600,
    })
    const { starts_at, ends_at } = made.body.span
    expect(Date.parse(ends_at) - Date.parse(starts_at)).toBe(3_600_000)
    const changed = await app.call('PATCH', `/v1/maintenance-windows/${made.body.id}`, {
      cron: null,
      duration_s: null,
      starts_at: at(60),
      ends_at: at(120),
    })
    expect(changed.body).toMatchObject({ cron: null, active: false, name: 'updates' })
    const bad = await app.call('PATCH', `/v1/maintenance-windows/${made.body.id}`, { ends_at: at(-60) })
    expect(bad.body.errors[0].path).toBe('ends_at')
  })
})

describe('a monitor that depends on another', () => {
  it('is not told of while that one is down, but when it is still down after it', async () => {
    const parent = await makeJob('switch')
    const child = await makeJob('behind-the-switch', { parents: ['switch'] })
    await parent.fail()
    await told(receiver, 'switch', 1)
    await child.fail()
    expect((await child.incident()).held).toMatchObject({ reason: 'dependency', by: 'switch' })
    expect(toldOf(receiver, 'behind-the-switch')).toEqual([])
    await parent.recover()
    expect(await told(receiver, 'behind-the-switch', 1)).toEqual(['incident.opened critical down'])
  })
})
