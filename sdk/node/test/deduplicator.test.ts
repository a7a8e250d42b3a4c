import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Deduplicator, MemoryStore } from '../src/index.ts'

function setUp(options: { maxEntries?: number } = {}) {
  const clock = { ms: 0 }
  const store = new MemoryStore({ ...options, now: () => clock.ms })
  const deduplicator = new Deduplicator({ store, ttlSeconds: 100, leaseSeconds: 10 })
  const handled: string[] = []
  const run = (eventId: string) => deduplicator.run(eventId, () => void handled.push(eventId))
  return { clock, store, deduplicator, handled, run }
}

describe('an event', () => {
  test('is handled once', async () => {
    const { run, handled } = setUp()
    assert.deepEqual([await run('a'), await run('a'), await run('b')], ['handled', 'duplicate', 'handled'])
    assert.deepEqual(handled, ['a', 'b'])
  })

  test('that failed may come again', async () => {
    const { deduplicator, run } = setUp()
    await assert.rejects(
      deduplicator.run('a', () => Promise.reject(new Error('no database'))),
      /no database/,
    )
    assert.equal(await run('a'), 'handled')
  })

  test('that is being handled is busy, not a duplicate: its work may still fail', async () => {
    const { deduplicator, run } = setUp()
    const { promise, resolve } = Promise.withResolvers<void>()
    const first = deduplicator.run('a', () => promise)
    assert.equal(await run('a'), 'busy')
    resolve()
    assert.equal(await first, 'handled')
    assert.equal(await run('a'), 'duplicate')
  })

  test('whose work never ends may be taken after the lease', async () => {
    const { clock, store, run } = setUp()
    await store.begin('a', 10)
    clock.ms = 9_999
    assert.equal(await run('a'), 'busy')
    clock.ms = 10_000
    assert.equal(await run('a'), 'handled')
  })

  test('is forgotten after its time to live', async () => {
    const { clock, run } = setUp()
    await run('a')
    clock.ms = 99_999
    assert.equal(await run('a'), 'duplicate')
    clock.ms = 100_000
    assert.equal(await run('a'), 'handled')
  })
})

describe('a store in memory', () => {
  test('drops the oldest when it is full', async () => {
    const { store, run } = setUp({ maxEntries: 2 })
    await run('a')
    await run('b')
    await run('c')
    assert.equal(store.size, 2)
    assert.deepEqual([await run('c'), await run('b'), await run('a')], ['duplicate', 'duplicate', 'handled'])
  })

  test('drops what has expired', async () => {
    const { clock, store, run } = setUp()
    await run('a')
    await run('b')
    clock.ms = 100_000
    await run('c')
    assert.equal(store.size, 1)
  })

  test('needs room for one', () => {
    assert.throws(() => new MemoryStore({ maxEntries: 0 }), RangeError)
  })
})
