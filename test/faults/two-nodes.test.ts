import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Answer, startReceiver } from '../helpers/receiver.ts'
import { Cluster } from './cluster.ts'
import { Load } from './load.ts'
import type { FaultNode } from './node.ts'
import { Sequences } from './sequences.ts'
import { Tally } from './tally.ts'
import { until } from './until.ts'

let cluster: Cluster
let first: FaultNode
let second: FaultNode
/** Receives in any order, and in order. */
let tally: Tally
let ordered: Tally

beforeAll(async () => {
  tally = await Tally.start()
  ordered = await Tally.start()
  cluster = await Cluster.start(2)
  ;[first, second] = cluster.nodes as [FaultNode, FaultNode]
  await addEndpoint(tally, 'load-*', 'unordered')
  await addEndpoint(ordered, 'sequence-*', 'ordered')
})
afterAll(async () => {
  await cluster?.end()
  await tally.close()
  await ordered.close()
})

/** Registers a tally with one node; resolves when the other one, which is told of it, sends there too. */
async function addEndpoint(to: Tally, monitors: string, order: string): Promise<void> {
  await first.addEndpoint(to.url, { order, filter: { monitors: [monitors] } })
  const event = { monitor_name: monitors.replace('*', 'known-yet'), status: 'degraded' }
  await until(async () => (await second.call('POST', '/v1/events', event)).body.data[0].deliveries === 1)
}

describe('two nodes on one database', () => {
  let loads: Load[]
  let sequences: Sequences
  let run = 0
  let duplicates: readonly string[] = []
  let repeats: 'in order' | 'anyhow'

  beforeEach(async () => {
    run++
    repeats = 'in order'
    duplicates = repeated()
    loads = [first, second].map(
      ({ url, token }, n) => new Load({ url, token, perSecond: 150, name: `load-${run}-${n}`, producers: 6 }),
    )
  })

  afterEach(async context => {
    for (const load of loads) await load.stop()
    await sequences.stop()
    const acknowledged = loads.flatMap(load => [...load.acknowledged])
    await tally.received(acknowledged)
    await ordered.received(sequences.acknowledged)
    await second.settled()
    const again = repeated().filter(one => !duplicates.includes(one))
    console.info(
      `${context.task.name}: ${acknowledged.length} acknowledged and delivered, ` +
        `${sequences.acknowledged.length} of them in order, ${again.length} events twice ${again.join('\n')}`,
    )
    expect(tally.twofold()).toEqual([])
    expect(sequences.outOfOrder(ordered.requests, { repeats })).toEqual([])
    await cluster.shared(2)
  })

  const repeated = () => [...tally.repeated(), ...ordered.repeated()]

  async function flows(): Promise<void> {
    const arrived = [tally.unique, ordered.unique] as const
    await until(() => tally.unique > arrived[0] + 50 && ordered.unique > arrived[1] + 50)
  }

  it('share the buckets; what one accepts for the other is delivered once, in the order it came in through both', async () => {
    sequences = new Sequences(`sequence-${run}`, [first, second])
    await flows()
    expect(await cluster.shares()).toEqual([32, 32])
    expect(repeated()).toEqual(duplicates)
  })

  it('hand over at once when one stops, and nothing is sent twice', async () => {
    sequences = new Sequences(`sequence-${run}`, [second])
    await flows()
    expect((await first.stop()).code).toBe(0)
    // Its leases are void before it ends, whatever was left of their time.
    const nodes = await cluster.query('select id from nodes')
    expect(nodes).toHaveLength(1)
    const held = await cluster.query('select distinct node_id from buckets where lease_until > now()')
    expect(held).toEqual([{ node_id: nodes[0].id }])
    await cluster.shared(1)
    await flows()
    await first.start()
    await cluster.shared(2)
    await flows()
    expect(repeated()).toEqual(duplicates)
  })

  it('replace one that was killed', async () => {
    sequences = new Sequences(`sequence-${run}`, [second])
    await flows()
    await first.kill()
    await cluster.shared(1)
    await flows()
    await first.start()
  })

  it('replace one that hangs, and let it take part again when it goes on', async () => {
    sequences = new Sequences(`sequence-${run}`, [second])
    await flows()
    // A request that it had begun leaves when it goes on, however much the other one has sent meanwhile.
    repeats = 'anyhow'
    first.signal('SIGSTOP')
    await cluster.shared(1)
    await flows()
    first.signal('SIGCONT')
    await cluster.shared(2)
    await flows()
  })
})

describe('results that come after their node lost the bucket', () => {
  it('are on record, and change nothing: the new owner’s count', async () => {
    const held = new Map<string, (answer: Answer) => void>()
    const receiver = await startReceiver({
      answer: ({ headers }) => {
        const id = String(headers['webhook-id'])
        if (held.has(id)) return { status: 200 }
        return new Promise<Answer>(resolve => held.set(id, resolve))
      },
    })
    const events = Array.from({ length: 16 }, (_, n) => ({ monitor_name: `late-${n}`, status: 'down' }))
    // One that answers nothing gets few requests at once: each event has an endpoint of its own.
    for (const { monitor_name } of events) {
      await second.addEndpoint(receiver.url, { timeout_ms: 30_000, filter: { monitors: [monitor_name] } })
    }
    await second.call('POST', '/v1/events', events)
    await receiver.received(events.length)
    const owners = await cluster.query(
      'select e.event_id, b.node_id from events e join buckets b on b.bucket = e.bucket where e.event_id = any($1)',
      [[...held.keys()]],
    )

    first.signal('SIGSTOP')
    await cluster.shared(1)
    const [survivor] = await cluster.query('select distinct node_id from buckets')
    const lost = owners.filter(row => row.node_id !== survivor.node_id).map(row => row.event_id)
    expect(lost.length).toBeGreaterThan(0)
    for (const [id, answer] of held) if (!lost.includes(id)) answer({ status: 200 })
    await second.settled()

    first.signal('SIGCONT')
    for (const id of lost) held.get(id)?.({ status: 503 })
    const list = (what: string) =>
      cluster.query(`select * from ${what} where event_id = any($1)`, [[...held.keys()]])
    await until(async () => (await list('attempts')).length === events.length + lost.length)
    await cluster.shared(2)
    const deliveries = await list('deliveries')
    expect(deliveries).toHaveLength(events.length)
    for (const delivery of deliveries) expect(delivery).toMatchObject({ status: 'delivered', attempts: 1 })
    expect(receiver.requests).toHaveLength(events.length + lost.length)
    await receiver.close()
  })
})
