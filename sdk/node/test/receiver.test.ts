import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Delivery, Receiver } from '../src/index.ts'
import { message, SECRET } from './message.ts'

function setUp(work: (delivery: Delivery) => void | Promise<void> = () => {}) {
  const deliveries: Delivery[] = []
  const onEvent = async (delivery: Delivery) => {
    deliveries.push(delivery)
    await work(delivery)
  }
  return { deliveries, receiver: new Receiver({ secrets: SECRET, onEvent }) }
}

describe('a receiver answers', () => {
  test('200 to an event, and hands it over', async () => {
    const { receiver, deliveries } = setUp()
    const { body, headers } = await message()
    const answer = await receiver.receive(body, headers)
    assert.deepEqual([answer.status, answer.body], [200, { received: true }])
    assert.equal(deliveries[0]?.event.status, 'degraded')
  })

  test('200 to a duplicate, and does not hand it over again', async () => {
    const { receiver, deliveries } = setUp()
    const { body, headers } = await message()
    await receiver.receive(body, headers)
    const answer = await receiver.receive(body, headers)
    assert.deepEqual([answer.status, answer.body], [200, { received: true, duplicate: true }])
    assert.equal(deliveries.length, 1)
  })

  test('503 with Retry-After while an earlier attempt is being handled', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { receiver } = setUp(() => {
      begin()
      return promise
    })
    const { body, headers } = await message()
    const first = receiver.receive(body, headers)
    await begun
    const second = await receiver.receive(body, headers)
    assert.deepEqual([second.status, second.headers['retry-after']], [503, '5'])
    resolve()
    assert.equal((await first).status, 200)
  })

  test('401 to a changed byte, and says why', async () => {
    const { receiver, deliveries } = setUp()
    const { body, headers } = await message()
    const answer = await receiver.receive(body.replace('1840', '1841'), headers)
    assert.deepEqual([answer.status, answer.body.error], [401, 'no_matching_signature'])
    assert.equal(deliveries.length, 0)
  })

  test('400 to a signed payload that is no event', async () => {
    const { sign } = await import('../src/index.ts')
    const { receiver } = setUp()
    const answer = await receiver.receive('[]', await sign({ secrets: SECRET, eventId: 'evt_1', body: '[]' }))
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_payload'])
  })
})

test('an error of the handler comes out, and the next attempt is handed over', async () => {
  let attempts = 0
  const { receiver } = setUp(() => {
    if (++attempts === 1) throw new Error('no database')
  })
  const { body, headers } = await message()
  await assert.rejects(receiver.receive(body, headers), /no database/)
  assert.equal((await receiver.receive(body, headers)).status, 200)
})

test('a test send is marked, is handed over every time, and does not hide the real event', async () => {
  const { receiver, deliveries } = setUp()
  const real = await message()
  const dry = await message({ headers: { 'X-StatusPulse-Dry-Run': 'true' } })
  for (const { body, headers } of [dry, dry, real, dry]) await receiver.receive(body, headers)
  assert.deepEqual(
    deliveries.map(delivery => delivery.dryRun),
    [true, true, false, true],
  )
})
