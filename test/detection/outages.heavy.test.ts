import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { arrivedOf, makeMonitor, toldOf } from './harness.ts'

const SERVERS = 25
const ROUNDS = 4

let app: TestApp
let receiver: Receiver
const servers: Receiver[] = []
beforeAll(async () => {
  app = await startTestApp()
  receiver = await startReceiver()
  await app.addEndpoint(receiver.url)
})
afterAll(async () => {
  await app?.stop()
  await receiver?.close()
  for (const server of servers) await server.close()
})

/** Kills a server that is watched, waits until that is told, starts it again, and waits until that is told. */
async function fail(name: string): Promise<number[]> {
  let server = await startReceiver()
  const { id } = await makeMonitor(app, {
    name,
    kind: 'http',
    spec: { url: server.url },
    interval_s: 5,
    failures_to_open: 1,
    flapping: false,
  })
  await app.eventually(`/v1/monitors/${id}`, body => body.status === 'operational')
  for (let round = 0; round < ROUNDS; round++) {
    await server.close()
    await arrivedOf(receiver, name, 2 * round + 1)
    server = await startReceiver({ port: server.port })
    await arrivedOf(receiver, name, 2 * round + 2)
  }
  // It goes on answering: closed now, it would be told of once more while the others are not through.
  servers.push(server)
  const arrived = await arrivedOf(receiver, name, 2 * ROUNDS)
  return arrived.map(({ payload, arrivedAt }) => arrivedAt - Date.parse(payload.timestamp))
}

it(`${SERVERS * ROUNDS} outages are told of exactly once each`, async () => {
  const names = Array.from({ length: SERVERS }, (_, index) => `server-${index}`)
  const latencies = (await Promise.all(names.map(fail))).flat().sort((a, b) => a - b)
  for (const name of names) {
    expect(toldOf(receiver, name)).toEqual(
      Array.from({ length: ROUNDS }, () => [
        'incident.opened critical down',
        'incident.resolved critical operational',
      ]).flat(),
    )
  }
  const at = (share: number) => latencies[Math.ceil(latencies.length * share) - 1]!.toFixed(1)
  console.info(`decision to receiver, ms: p50 ${at(0.5)}, p99 ${at(0.99)}, max ${at(1)}`)
})
