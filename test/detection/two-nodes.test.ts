import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { arrivedOf, makeMonitor, ping, told, toldOf } from './harness.ts'

let first: TestApp
let second: TestApp
let receiver: Receiver
beforeEach(async () => {
  first = await startTestApp()
  receiver = await startReceiver()
  await first.addEndpoint(receiver.url)
  second = await startTestApp({ beside: first })
  await owned(second, 32)
})
afterEach(async () => {
  await second?.stop()
  await first?.stop()
  await receiver?.close()
})

/** Resolves when the node owns so many buckets. */
async function owned(app: TestApp, count: number): Promise<void> {
  for (;;) {
    const response = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${app.token}` } })
    if ((await response.text()).includes(`statuspulse_buckets_owned ${count}\n`)) return
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

/** Enough for both nodes to own some. */
const NAMES = Array.from({ length: 12 }, (_, index) => `job-${index}`)

describe('with two nodes', { timeout: 60_000 }, () => {
  it('what either sees of a monitor is decided by its owner, once', async () => {
    const paths: string[] = []
    for (const name of NAMES) paths.push((await makeMonitor(first, { name, kind: 'heartbeat' })).ping_path)
    for (const path of paths) expect((await ping(second, `${path}/fail`)).status).toBe(200)
    for (const name of NAMES) expect(await told(receiver, name, 1)).toEqual(['incident.opened critical down'])
    for (const path of paths) expect((await ping(first, path)).status).toBe(200)
    for (const name of NAMES) await told(receiver, name, 2)
    expect(receiver.requests).toHaveLength(2 * NAMES.length)
  })

  it('an operator is answered by either once the owner has decided', async () => {
    for (const name of NAMES) {
      const { ping_path } = await makeMonitor(first, { name, kind: 'heartbeat' })
      await ping(first, `${ping_path}/fail`)
      await told(receiver, name, 1)
    }
    const { data } = (await second.call('GET', '/v1/incidents?limit=200')).body
    for (const { id } of data) {
      const { status, body } = await second.call('POST', `/v1/incidents/${id}/acknowledge`, { by: 'Ana' })
      expect(status, JSON.stringify(body)).toBe(200)
      expect(body).toMatchObject({ state: 'acknowledged', acknowledged_by: 'Ana' })
    }
  })

  it('a monitor is held back by a parent that the other node owns', async () => {
    const parent = await makeMonitor(first, { name: 'parent', kind: 'heartbeat' })
    const children = []
    for (const name of NAMES)
      children.push(
        await makeMonitor(first, { name, kind: 'heartbeat', parents: ['parent'], parent_wait_s: 1 }),
      )
    await ping(first, `${parent.ping_path}/fail`)
    await told(receiver, 'parent', 1)
    // The nodes hear of it from the database; the children's trouble comes later.
    for (const app of [first, second])
      await app.eventually('/v1/monitors?search=parent', body => body.data[0].status === 'down')
    for (const child of children) await ping(second, `${child.ping_path}/fail`)
    for (const child of children)
      await first.eventually(
        `/v1/incidents?monitor=${child.name}`,
        body => body.data[0]?.held?.reason === 'dependency',
      )
    expect(NAMES.flatMap(name => toldOf(receiver, name))).toEqual([])
    await ping(first, parent.ping_path)
    for (const name of NAMES) expect(await told(receiver, name, 1)).toEqual(['incident.opened critical down'])
  })

  it('an outage that one node has begun is ended by the other, when the one is gone', async () => {
    const server = await startReceiver()
    const names = NAMES.slice(0, 6)
    for (const name of names) {
      const settings = { kind: 'http', interval_s: 5, failures_to_open: 1, spec: { url: server.url } }
      await makeMonitor(first, { name, ...settings })
    }
    await first.eventually('/v1/monitors?status=operational', body => body.data.length === names.length)
    await server.close()
    const opened = new Map<string, string>()
    for (const name of names) {
      const [event] = await arrivedOf(receiver, name, 1)
      opened.set(name, event?.payload.metadata.incident_id)
    }
    await second.stop()
    const again = await startReceiver({ port: server.port })
    for (const name of names) {
      const [, resolved] = await arrivedOf(receiver, name, 2)
      expect(resolved?.payload.metadata).toMatchObject({
        event_type: 'incident.resolved',
        incident_id: opened.get(name),
      })
      expect(toldOf(receiver, name)).toHaveLength(2)
    }
    await again.close()
  })
})
