import { beforeEach, describe, expect, it } from 'vitest'
import { Backpressure } from '../../src/deliver/backpressure.ts'
import { EndpointQueue } from '../../src/deliver/endpoint-queue.ts'
import type { Parcel } from '../../src/deliver/parcel.ts'
import { UrlGates } from '../../src/deliver/url-gates.ts'
import type { Delivery, Endpoint, Verdict } from '../../src/ground/vocabulary.ts'
import { TestClock } from '../helpers/clock.ts'

const DELIVERED = { outcome: 'delivered' } as Verdict
const RETRY = { outcome: 'retry', why: 'timeout', notBefore: null } as Verdict

let clock: TestClock
let queues: EndpointQueue[]
let backpressure: Backpressure

beforeEach(() => {
  clock = new TestClock(1_000_000)
  queues = []
  backpressure = new Backpressure({ queues: () => queues, clock })
})

/** An endpoint's queue with so much waiting, after 200 answers. */
function queue(
  endpointId: string,
  waiting: number,
  answers: { verdict?: Verdict; tookMs: number; ratePerSecond?: number },
): EndpointQueue {
  const made = new EndpointQueue(endpointId, new UrlGates())
  const settings = { kind: 'webhook', url: 'https://a.example/', order: 'unordered', concurrency: 16 }
  made.configure({ ...settings, ratePerSecond: answers.ratePerSecond ?? null } as Endpoint, 1)
  for (let n = 0; n < waiting; n++)
    made.add({ delivery: { id: `dlv_${n}` }, event: { payload: '' } } as Parcel)
  for (let n = 0; n < 200; n++) made.answered(answers.verdict ?? DELIVERED, clock.now(), answers.tookMs)
  queues.push(made)
  return made
}

/** An event for these endpoints. */
function to(...endpointIds: string[]): { deliveries: Delivery[] }[] {
  return [{ deliveries: endpointIds.map(endpointId => ({ endpointId }) as Delivery) }]
}

/** Sends some of what waits, and has the queues looked at again. */
function send(from: EndpointQueue, count: number): void {
  for (let n = 0; n < count; n++) {
    const parcel = from.take(clock.now())
    if (parcel) from.ended(parcel)
  }
  clock.advance(20)
}

async function isWaiting(room: Promise<void> | null): Promise<boolean> {
  if (room === null) return false
  const waits = Symbol()
  return (await Promise.race([room, new Promise(resolve => setImmediate(resolve, waits))])) === waits
}

describe('a producer', () => {
  it('waits while what its endpoint would take is held up by us, until we have caught up some', async () => {
    const quick = queue('ep_1', 4_500, { tookMs: 5 })
    const room = backpressure.room(to('ep_1'))
    expect(await isWaiting(room)).toBe(true)
    send(quick, 400)
    expect(await isWaiting(room)).toBe(true)
    send(quick, 200)
    expect(await isWaiting(room)).toBe(false)
    expect(backpressure.room(to('ep_1'))).toBeNull()
  })

  it('waits half a second at most', async () => {
    queue('ep_1', 10_000, { tookMs: 5 })
    const room = backpressure.room(to('ep_1'))
    for (let step = 0; step < 49; step++) clock.advance(10)
    expect(await isWaiting(room)).toBe(true)
    clock.advance(10)
    expect(await isWaiting(room)).toBe(false)
  })

  it('lets those go first who came before it, each as far as there is room', async () => {
    const quick = queue('ep_1', 4_500, { tookMs: 5 })
    const first = backpressure.room(to(...Array(1_000).fill('ep_1')))
    const second = backpressure.room(to('ep_1'))
    send(quick, 600)
    expect(await isWaiting(first)).toBe(false)
    expect(await isWaiting(second)).toBe(true)
  })

  it.each([
    ['answers slowly', { tookMs: 2_000 }],
    ['hangs', { tookMs: 5_000, verdict: RETRY }],
    ['wants few a second', { tookMs: 5, ratePerSecond: 50 }],
  ])('never waits for an endpoint that %s', (_, answers) => {
    for (let n = 0; n < 10; n++) queue(`ep_${n}`, 20_000, answers)
    expect(backpressure.room(to('ep_0'))).toBeNull()
  })

  it('never waits whose endpoints are not held up', () => {
    queue('ep_1', 10_000, { tookMs: 5 })
    queue('ep_2', 50, { tookMs: 5 })
    expect(backpressure.room(to('ep_2', 'ep_3'))).toBeNull()
    expect(backpressure.room(to())).toBeNull()
  })

  it('waits for what is parked, too: a node that was flooded catches up first', async () => {
    const flooded = queue('ep_1', 500, { tookMs: 5 })
    for (let n = 0; n < 50_000; n++) flooded.park(n % 64)
    expect(await isWaiting(backpressure.room(to('ep_1')))).toBe(true)
    flooded.unparked(49_000)
    send(flooded, 1)
    expect(backpressure.room(to('ep_1'))).toBeNull()
  })
})
