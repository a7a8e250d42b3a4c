import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLog } from '../../src/ground/log.ts'
import { Hub } from '../../src/record/hub.ts'
import { Database } from '../../src/store/database.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'
import { Signal } from '../helpers/signal.ts'

let test: TestDatabase
const stops: (() => Promise<void>)[] = []

beforeEach(async () => {
  test = await createTestDatabase('empty')
})
afterEach(async () => {
  vi.useRealTimers()
  for (const stop of stops.splice(0).reverse()) await stop()
  await test.drop()
})

/** A node's hub, on a connection of its own. */
async function startHub(peers: number): Promise<Hub> {
  const database = new Database({ connection: test.connection, log: silentLog })
  await database.start()
  const hub = new Hub({ database, log: silentLog })
  await hub.start()
  hub.setPeers(peers)
  stops.push(
    () => database.stop(),
    () => hub.stop(),
  )
  return hub
}

/** Counts what it is woken by. */
function reader(hub: Hub, workspaceId: string) {
  const signal = new Signal()
  let wakes = 0
  const leave = hub.subscribe(workspaceId, () => {
    wakes++
    signal.fire()
  })
  return { wakes: () => wakes, leave, woken: (times: number) => signal.until(() => wakes >= times) }
}

/** What all nodes tell each other, from now on. */
async function eavesdrop(): Promise<{ heard: string[]; until(holds: () => boolean): Promise<void> }> {
  const database = new Database({ connection: test.connection, log: silentLog })
  const signal = new Signal()
  const heard: string[] = []
  database.listen('statuspulse_feed', payload => {
    heard.push(payload)
    signal.fire()
  })
  await database.start()
  stops.push(() => database.stop())
  return { heard, until: holds => signal.until(holds) }
}

describe('the hub', () => {
  it('wakes the readers of a workspace that has something new, and nobody else', async () => {
    const hub = await startHub(0)
    const [one, two, other] = [reader(hub, 'ws_1'), reader(hub, 'ws_1'), reader(hub, 'ws_2')]
    hub.committed(['ws_1'])
    await Promise.all([one.woken(1), two.woken(1)])
    expect(other.wakes()).toBe(0)
  })

  it('wakes together for many commits, and once more for the last of them', async () => {
    const hub = await startHub(0)
    const one = reader(hub, 'ws_1')
    for (let commit = 0; commit < 10_000; commit++) hub.committed(['ws_1'])
    await one.woken(1)
    for (let commit = 0; commit < 10_000; commit++) hub.committed(['ws_1'])
    await one.woken(2)
    expect(one.wakes()).toBe(2)
  })

  it('does not wake who has left', async () => {
    const hub = await startHub(0)
    const [gone, stays] = [reader(hub, 'ws_1'), reader(hub, 'ws_1')]
    gone.leave()
    gone.leave()
    hub.committed(['ws_1'])
    await stays.woken(1)
    expect(gone.wakes()).toBe(0)
  })

  it('wakes every 5 s in any case, as word from another node may be lost', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const hub = await startHub(0)
    const one = reader(hub, 'ws_1')
    vi.advanceTimersByTime(5_000)
    expect(one.wakes()).toBe(1)
    one.leave()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('hubs of several nodes', () => {
  it('tell each other', async () => {
    const [here, there] = [await startHub(1), await startHub(1)]
    const [one, other] = [reader(there, 'ws_1'), reader(there, 'ws_2')]
    here.committed(['ws_1'])
    await one.woken(1)
    expect(other.wakes()).toBe(0)
  })

  it('tell each other together, at most every 50 ms, and all of it', async () => {
    const talk = await eavesdrop()
    const hub = await startHub(1)
    const begun = performance.now()
    for (let round = 0; round < 200; round++) {
      for (let workspace = 0; workspace < 5; workspace++) hub.committed([`ws_${workspace}`])
      await new Promise(setImmediate)
    }
    hub.committed(['ws_last'])
    await talk.until(() => talk.heard.some(payload => payload.endsWith('ws_last')))
    const periods = (performance.now() - begun) / 50
    expect(talk.heard.length).toBeLessThanOrEqual(Math.ceil(periods) + 1)
    expect(talk.heard[0]).toMatch(/^[0-9a-f]{12} ws_0 ws_1 ws_2 ws_3 ws_4$/)
  })

  it('say that it is every workspace when it is too many to name', async () => {
    const talk = await eavesdrop()
    const [here, there] = [await startHub(1), await startHub(1)]
    const one = reader(there, 'ws_700')
    here.committed(Array.from({ length: 1_000 }, (_, index) => `ws_${index}`))
    await one.woken(1)
    await talk.until(() => talk.heard.length > 0)
    expect(talk.heard[0]).toMatch(/^[0-9a-f]{12} \*$/)
  })

  it('say nothing while there is no other', async () => {
    const talk = await eavesdrop()
    const [lonely, talkative] = [await startHub(0), await startHub(1)]
    lonely.committed(['ws_1'])
    await new Promise(setImmediate)
    talkative.committed(['ws_2'])
    await talk.until(() => talk.heard.length > 0)
    expect(talk.heard).toEqual([expect.stringContaining('ws_2')])
  })
})
