import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { arrivedOf, makeMonitor, toldOf } from './harness.ts'

let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  app = await startTestApp()
  receiver = await startReceiver()
  await app.addEndpoint(receiver.url)
})
afterAll(async () => {
  await app?.stop()
  await receiver?.close()
})

/** How a monitor is listed. */
async function listed(name: string) {
  const { data } = (await app.call('GET', `/v1/monitors?search=${name}`)).body
  return data[0]
}

const alert = (name: string, status: 'firing' | 'resolved') =>
  app.call('POST', '/v1/intake/alertmanager', {
    version: '4',
    groupKey: 'g',
    status,
    receiver: 'r',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: '',
    alerts: [
      {
        status,
        labels: { alertname: 'Slow', monitor: name, severity: 'warning' },
        annotations: {},
        startsAt: '2026-01-01T00:00:00Z',
        endsAt: status === 'firing' ? '0001-01-01T00:00:00Z' : '2026-01-01T00:01:00Z',
        generatorURL: '',
        fingerprint: 'f1',
      },
    ],
  })

describe('a monitor of kind external', () => {
  it('shows the status that its events say, since when, and the latest event', async () => {
    await makeMonitor(app, { name: 'given-shop', kind: 'external' })
    expect(await listed('given-shop')).toMatchObject({ status: 'unknown', since: null, last_event: null })
    const [first] = await app.send({ monitor_name: 'given-shop', status: 'down', severity: 'critical' })
    const down = await listed('given-shop')
    expect(down).toMatchObject({
      status: 'down',
      last_event: { event_id: first?.event_id, severity: 'critical' },
    })
    const [second] = await app.send({
      monitor_name: 'given-shop',
      status: 'down',
      event_type: 'incident.updated',
    })
    const still = await listed('given-shop')
    expect(still).toMatchObject({
      status: 'down',
      since: down.since,
      last_event: { event_id: second?.event_id },
    })
    expect((await app.call('GET', '/v1/monitors?status=down&search=given-shop')).body.data).toHaveLength(1)
    await app.send({ monitor_name: 'given-shop', status: 'operational' })
    const up = await listed('given-shop')
    expect(up.status).toBe('operational')
    expect(up.since > down.since).toBe(true)
    expect((await app.call('GET', `/v1/monitors/${up.id}`)).body).toMatchObject({ status: 'operational' })
  })

  it('that came together with others shows the last of them', async () => {
    for (let round = 0; round < 5; round++) {
      const say = (status: string) => ({ monitor_name: 'given-batch', status })
      await app.send([say('operational'), say('degraded'), say('operational'), say('down')])
      expect(await listed('given-batch')).toMatchObject({ status: 'down', last_event: { status: 'down' } })
    }
  })

  it('that nobody made is made by its first event', async () => {
    await app.send({ monitor_name: 'given-new', status: 'degraded' })
    expect(await listed('given-new')).toMatchObject({ kind: 'external', status: 'degraded' })
  })

  it('has its events sent exactly as they were given, and no others', async () => {
    const given = [
      {
        monitor_name: 'given-exact',
        status: 'down',
        event_id: 'mine-1',
        incident_id: 'my-incident',
        metadata: { b: 1, a: [2] },
      },
      { monitor_name: 'given-exact', status: 'down', event_id: 'mine-2', severity: 'info' },
      { monitor_name: 'given-exact', status: 'operational', event_id: 'mine-3' },
    ]
    for (const one of given) await app.send(one)
    const arrived = await arrivedOf(receiver, 'given-exact', 3)
    expect(arrived.map(({ payload }) => payload.event_id)).toEqual(['mine-1', 'mine-2', 'mine-3'])
    expect(JSON.stringify(arrived[0]?.payload.metadata)).toContain(
      '"incident_id":"my-incident","b":1,"a":[2]',
    )
    await app.send({ monitor_name: 'given-last', status: 'down' })
    await arrivedOf(receiver, 'given-last', 1)
    expect(toldOf(receiver, 'given-exact')).toHaveLength(3)
  })

  it('that alerts drive as well shows whichever was said last', async () => {
    await makeMonitor(app, { name: 'given-both', kind: 'external' })
    expect((await alert('given-both', 'firing')).status).toBeLessThan(300)
    await app.eventually('/v1/monitors?search=given-both', ({ data }) => data[0].status === 'degraded')
    expect((await listed('given-both')).incident_id).toMatch(/^inc_/)
    await app.send({ monitor_name: 'given-both', status: 'down' })
    expect((await listed('given-both')).status).toBe('down')
    await alert('given-both', 'resolved')
    await app.eventually('/v1/monitors?search=given-both', ({ data }) => data[0].status === 'operational')
  })

  it('that alerts drive as well is in maintenance when it is, whatever its events say', async () => {
    const { id } = await makeMonitor(app, { name: 'given-window', kind: 'external' })
    await alert('given-window', 'firing')
    const made = await app.call('POST', '/v1/maintenance-windows', {
      name: 'w',
      monitors: ['given-window'],
      starts_at: new Date(Date.now() - 1_000).toISOString(),
      ends_at: new Date(Date.now() + 3_600_000).toISOString(),
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    await app.eventually(`/v1/monitors/${id}`, ({ status }) => status === 'maintenance')
    await app.send({ monitor_name: 'given-window', status: 'down' })
    expect(await listed('given-window')).toMatchObject({
      status: 'maintenance',
      last_event: { status: 'down' },
    })
  })

  it('of another kind that is checked keeps the status of its checks', async () => {
    const { id } = await makeMonitor(app, {
      name: 'given-checked',
      kind: 'http',
      spec: { url: receiver.url },
    })
    await app.eventually(`/v1/monitors/${id}`, ({ status }) => status === 'operational')
    await app.send({ monitor_name: 'given-checked', status: 'down' })
    expect(await listed('given-checked')).toMatchObject({
      status: 'operational',
      last_event: { status: 'down' },
    })
  })
})
