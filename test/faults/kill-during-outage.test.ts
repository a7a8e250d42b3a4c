import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { FaultNode } from './node.ts'
import { between, seededRandom } from './random.ts'

const MONITORS = 8
const ROUNDS = 3

let node: FaultNode
let receiver: Receiver
beforeEach(async () => {
  node = await FaultNode.make()
  receiver = await startReceiver()
  await node.start()
  await node.addEndpoint(receiver.url)
}, 300_000)
afterEach(async () => {
  await node?.remove()
  await receiver?.close()
})

interface Told {
  readonly id: string
  readonly monitor: string
  readonly type: string
  readonly incident: string
}

/** What was told so far, each event once: a node that is killed may not know that it sent one. */
function told(): Told[] {
  const byId = new Map<string, Told>()
  for (const { body } of receiver.requests) {
    const { event_id, monitor_name, metadata } = JSON.parse(body.toString())
    byId.set(event_id, {
      id: event_id,
      monitor: monitor_name,
      type: metadata.event_type,
      incident: metadata.incident_id,
    })
  }
  return [...byId.values()]
}

async function everyoneWasTold(type: string, times: number): Promise<void> {
  const isSo = () => told().filter(event => event.type === type).length >= MONITORS * times
  for (let count = receiver.requests.length + 1; !isSo(); count = receiver.requests.length + 1)
    await receiver.received(count)
}

async function watch(server: Receiver): Promise<void> {
  for (let index = 0; index < MONITORS; index++) {
    const { status, body } = await node.call('POST', '/v1/monitors', {
      name: `watched-${index}`,
      kind: 'http',
      spec: { url: server.url },
      interval_s: 5,
      failures_to_open: 1,
      flapping: false,
    })
    expect(status, JSON.stringify(body)).toBe(201)
  }
}

const FAULTS: Record<string, () => Promise<void>> = {
  'the node': async () => {
    await node.kill()
    await node.start()
  },
  'its Postgres': () => node.killPostgres(),
}

describe.each(Object.entries(FAULTS))('kill -9 of %s during an outage', (what, kill) => {
  it('leaves the incident as it is: nobody is told of it twice, and everybody of its end', async () => {
    const random = seededRandom(`kill -9 of ${what} during an outage`)
    let server = await startReceiver()
    await watch(server)
    for (let round = 1; round <= ROUNDS; round++) {
      await server.close()
      // Anywhere from before the first check that fails to after the last.
      await wait(between(random, 0, 6_000))
      await kill()
      await everyoneWasTold('incident.opened', round)
      await kill()
      server = await startReceiver({ port: server.port })
      await everyoneWasTold('incident.resolved', round)
    }
    await server.close()
    const incidents = Map.groupBy(told(), event => `${event.monitor} ${event.incident}`)
    expect(incidents.size).toBe(MONITORS * ROUNDS)
    for (const [name, events] of incidents)
      expect(
        events.map(event => event.type),
        name,
      ).toEqual(['incident.opened', 'incident.resolved'])
  })
})
