import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { arrivedOf, makeMonitor, told, toldOf } from './harness.ts'

let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  app = await startTestApp({ config: { region: 'eu-central-1' } })
  receiver = await startReceiver()
  await app.addEndpoint(receiver.url)
})
afterAll(async () => {
  await app?.stop()
  await receiver?.close()
})

const OUTAGE = ['incident.opened critical down', 'incident.resolved critical operational']

describe.concurrent('a server under a 5 s monitor', { timeout: 60_000 }, () => {
  it('that is killed and started again is told of exactly once each', async () => {
    const server = await startReceiver()
    const monitor = await makeMonitor(app, {
      name: 'killed',
      kind: 'http',
      spec: { url: server.url },
      interval_s: 5,
      failures_to_open: 1,
      affected_endpoints: ['/api/v1/cart'],
    })
    await app.eventually(`/v1/monitors/${monitor.id}`, body => body.status === 'operational')
    await server.close()
    const [opened] = await arrivedOf(receiver, 'killed', 1)
    expect(opened?.payload).toMatchObject({
      status: 'down',
      metadata: {
        region: 'eu-central-1',
        affected_endpoints: ['/api/v1/cart'],
        error_rate_pct: 50,
        severity: 'critical',
        incident_id: expect.stringMatching(/^inc_/),
      },
    })
    const shown = await app.call('GET', `/v1/monitors/${monitor.id}`)
    expect(shown.body).toMatchObject({
      status: 'down',
      incident_id: opened?.payload.metadata.incident_id,
      last_check: { ok: false, error: { class: 'connection_refused' } },
    })
    const again = await startReceiver({ port: server.port })
    const [, resolved] = await arrivedOf(receiver, 'killed', 2)
    await again.close()
    expect(toldOf(receiver, 'killed')).toEqual(OUTAGE)
    expect(resolved?.payload.metadata.incident_id).toBe(opened?.payload.metadata.incident_id)
  })

  it('that is a port which closes and opens is told of as well', async () => {
    const server = createServer(socket => socket.destroy())
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const spec = { host: '127.0.0.1', port }
    const { id } = await makeMonitor(app, {
      name: 'port',
      kind: 'tcp',
      spec,
      interval_s: 5,
      failures_to_open: 1,
    })
    await app.eventually(`/v1/monitors/${id}`, body => body.status === 'operational')
    await new Promise(resolve => server.close(resolve))
    expect(await told(receiver, 'port', 1)).toEqual(OUTAGE.slice(0, 1))
    await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
    expect(await told(receiver, 'port', 2)).toEqual(OUTAGE)
    server.close()
  })
})

describe.concurrent('a monitor that is down', { timeout: 60_000 }, () => {
  async function makeDown(name: string) {
    const settings = {
      name,
      kind: 'tcp',
      spec: { host: '127.0.0.1', port: 1 },
      interval_s: 5,
      failures_to_open: 1,
    }
    const monitor = await makeMonitor(app, settings)
    await told(receiver, name, 1)
    return monitor
  }

  it('is no longer in trouble when it is switched off', async () => {
    const { id } = await makeDown('switched-off')
    expect((await app.call('PATCH', `/v1/monitors/${id}`, { enabled: false })).status).toBe(200)
    expect(await told(receiver, 'switched-off', 2)).toEqual(OUTAGE)
  })

  it('has its incident ended when it is deleted, and its state goes', async () => {
    const { id } = await makeDown('deleted')
    const { data } = (await app.call('GET', '/v1/incidents?monitor=deleted')).body
    expect((await app.call('DELETE', `/v1/monitors/${id}`)).status).toBe(204)
    const [, resolved] = await arrivedOf(receiver, 'deleted', 2)
    expect(resolved?.payload.metadata).toMatchObject({
      incident_id: data[0].id,
      resolved_by: expect.stringContaining('deleted'),
    })
    const incident = await app.call('GET', `/v1/incidents/${data[0].id}`)
    expect(incident.body.state).toBe('resolved')
    expect((await app.call('GET', `/v1/monitors/${id}`)).status).toBe(404)
  })
})

describe.concurrent('a certificate that expires soon', { timeout: 60_000 }, () => {
  it('makes a monitor degraded, not down', async () => {
    const server = await startReceiver({ tls: 'good' })
    const spec = { url: server.url, tls: { expiry_warning_days: 365 } }
    await makeMonitor(app, { name: 'expiring', kind: 'http', spec, interval_s: 5 })
    expect(await told(receiver, 'expiring', 2)).toEqual([
      'metric.breached warning degraded',
      'incident.opened warning degraded',
    ])
    await server.close()
  })
})
