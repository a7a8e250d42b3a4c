import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { ofMonitor } from './harness.ts'

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

describe('a server under a 5 s monitor', () => {
  it('that is killed and started again is told of exactly once each', { timeout: 60_000 }, async () => {
    const server = await startReceiver()
    const made = await app.call('POST', '/v1/monitors', {
      name: 'killed',
      kind: 'http',
      spec: { url: server.url },
      interval_s: 5,
      failures_to_open: 1,
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    await app.eventually(`/v1/monitors/${made.body.id}`, body => body.status === 'operational')
    await server.close()
    const opened = await ofMonitor(receiver, 'killed', 1)
    expect(opened[0]).toMatchObject({ status: 'down', metadata: { event_type: 'incident.opened' } })
    const again = await startReceiver({ port: server.port })
    const all = await ofMonitor(receiver, 'killed', 2)
    expect(all[1]).toMatchObject({ status: 'operational', metadata: { event_type: 'incident.resolved' } })
    await again.close()
  })
})
