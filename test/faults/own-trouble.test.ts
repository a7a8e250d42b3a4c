import { setTimeout as lasting } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { FaultNode } from './node.ts'
import { until } from './until.ts'

/** Addresses that nobody has (RFC 3849). */
const NOBODY = '2001:db8::1'
const NOBODY_EITHER = '2001:db8::2'
/** How long the database is away. */
const AWAY_MS = 12_000

let node: FaultNode
let receiver: Receiver
const targets: Receiver[] = []
afterEach(async () => {
  await node?.remove()
  for (const target of [receiver, ...targets.splice(0)]) await target?.close()
})

async function startNode(...args: string[]): Promise<void> {
  node = await FaultNode.make({ args })
  await node.start()
  receiver = await startReceiver()
  await node.addEndpoint(receiver.url)
}

async function monitor(settings: object): Promise<string> {
  const { status, body } = await node.call('POST', '/v1/monitors', {
    interval_s: 5,
    failures_to_open: 1,
    ...settings,
  })
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

const statusOf = async (id: string) => (await node.call('GET', `/v1/monitors/${id}`)).body.status

async function incidents(): Promise<string[]> {
  const { body } = await node.call('GET', '/v1/incidents')
  return body.data.map((one: { monitor_name: string }) => one.monitor_name)
}

/** Checks that came to nothing for a reason of the node's own. */
async function leftOut(): Promise<number> {
  const headers = { authorization: `Bearer ${node.token}` }
  const text = await (await fetch(`${node.url}/metrics`, { headers })).text()
  return Number(/^statuspulse_checks_left_out (\d+)/m.exec(text)?.[1] ?? 0)
}

describe('no monitor is called down', () => {
  it('when the node’s own event loop stood still while the answer lay in the socket', async () => {
    await startNode()
    const target = await startReceiver()
    targets.push(target)
    const id = await monitor({ name: 'shop', kind: 'http', timeout_ms: 1_000, spec: { url: target.url } })
    await until(async () => (await statusOf(id)) === 'operational')
    for (let round = 0; round < 3; round++) {
      // Stopped in the middle of a check: the answer is there long before the node can read it.
      target.answerWith({ status: 200, delayMs: 200 })
      const before = target.requests.length
      await target.received(before + 1)
      node.signal('SIGSTOP')
      await lasting(2_500)
      node.signal('SIGCONT')
      // The check after the one that was stopped has come and gone.
      await target.received(before + 3)
    }
    expect(await statusOf(id)).toBe('operational')
    expect(await incidents()).toEqual([])
    expect(receiver.requests).toEqual([])
  })

  it('when the database is gone, and no heartbeat missed that could not be heard', async () => {
    await startNode()
    const target = await startReceiver()
    targets.push(target)
    const shop = await monitor({ name: 'shop', kind: 'http', spec: { url: target.url } })
    const { body: job } = await node.call('POST', '/v1/monitors', {
      name: 'job',
      kind: 'heartbeat',
      spec: { period_s: 5, grace_s: 2 },
    })
    const ping = () => fetch(node.url + job.ping_path).then(({ status }) => status)
    expect(await ping()).toBe(200)
    await until(async () => (await statusOf(shop)) === 'operational')

    // Longer than period and grace: it comes back, and is killed again.
    const end = Date.now() + AWAY_MS
    while (Date.now() < end) {
      await node.killPostgres()
      await lasting(20)
    }
    await until(async () => (await ping().catch(() => 0)) === 200)
    expect(await statusOf(job.id)).toBe('operational')
    expect(await incidents()).toEqual([])
    await target.received(target.requests.length + 1)
    expect(await statusOf(shop)).toBe('operational')
    expect(await incidents()).not.toContain('shop')
    // Whatever the job is told of by now, it is of the time after its last ping.
    for (const { body } of receiver.requests) expect(JSON.parse(body.toString()).monitor_name).toBe('job')
  })

  it('when there is no network: the node’s own reference check fails as well', async () => {
    const allowed = ['--allow-network', '2001:db8::/32']
    await startNode('--reference-host', `[${NOBODY_EITHER}]:53`, ...allowed)
    const id = await monitor({ name: 'far', kind: 'tcp', timeout_ms: 500, spec: { host: NOBODY, port: 80 } })
    await until(async () => (await leftOut()) >= 2)
    expect(await statusOf(id)).toBe('unknown')
    expect(await incidents()).toEqual([])
    expect(receiver.requests).toEqual([])
  })

  it('but a target that does not answer while the reference does is', async () => {
    const reference = await startReceiver()
    targets.push(reference)
    await startNode('--reference-host', `127.0.0.1:${reference.port}`, '--allow-network', '2001:db8::/32')
    const id = await monitor({ name: 'far', kind: 'tcp', timeout_ms: 500, spec: { host: NOBODY, port: 80 } })
    await until(async () => (await statusOf(id)) === 'down')
    expect(await incidents()).toEqual(['far'])
  })
})
