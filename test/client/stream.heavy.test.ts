import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, follow, type StreamMessage } from '../../sdk/client/src/index.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type FaultProxy, startFaultProxy } from '../helpers/fault-proxy.ts'

describe('The live stream, followed by the client', () => {
  let app: TestApp
  let proxy: FaultProxy
  beforeAll(async () => {
    app = await startTestApp()
    proxy = await startFaultProxy({ port: Number(new URL(app.url).port) })
  })
  afterAll(async () => {
    await proxy.close()
    await app.stop()
  })

  const connect = () => createClient({ url: `http://127.0.0.1:${proxy.port}`, token: app.token })
  const send = (from: number, count: number) =>
    app.send(
      Array.from({ length: count }, (_, index) => ({ monitor_name: `e-${from + index}`, status: 'down' })),
    )

  /** Takes messages until there are so many. */
  async function take(messages: AsyncGenerator<StreamMessage>, count: number): Promise<string[]> {
    const names: string[] = []
    while (names.length < count) {
      const { value } = await messages.next()
      if (value?.event === 'event') names.push(value.data.monitor_name)
    }
    return names
  }

  test('goes on after every cut, wherever in a message it was: none is missed, none comes twice', async () => {
    const losses: string[] = []
    const opened = Promise.withResolvers<void>()
    const stop = new AbortController()
    const messages = follow(connect(), {
      query: { types: ['event'] },
      signal: stop.signal,
      onOpen: () => opened.resolve(),
      onLoss: why => losses.push(why.message),
    })
    const names = take(messages, 400)
    await opened.promise
    // Odd sizes, so that the cut is at another byte of a message each time.
    for (let round = 0; round < 8; round++) {
      proxy.set({ cutAfterBytes: 2_003 + round * 517 })
      const before = proxy.connections
      await send(round * 50, 50)
      proxy.cut()
      await proxy.accepted(before + 1)
    }
    proxy.set('none')
    const seen = await names
    expect(new Set(seen)).toEqual(new Set(Array.from({ length: 400 }, (_, index) => `e-${index}`)))
    expect(seen).toHaveLength(400)
    expect(losses.length).toBeGreaterThanOrEqual(8)
    stop.abort()
    expect((await messages.next()).done).toBe(true)
  })

  test('begins where it is told to', async () => {
    const stop = new AbortController()
    const first = follow(connect(), {
      query: { types: ['event'] },
      signal: stop.signal,
      onOpen: () => send(1000, 3),
    })
    const { value } = await first.next()
    await first.return()
    const second = follow(connect(), { query: { types: ['event'] }, signal: stop.signal, after: value!.id })
    const name = (value as { data: { monitor_name: string } }).data.monitor_name
    expect([name, ...(await take(second, 2))].sort()).toEqual(['e-1000', 'e-1001', 'e-1002'])
    await second.return()
    stop.abort()
  })

  test('fails at once when it is refused', async () => {
    const api = createClient({ url: app.url, token: 'sp_not_a_key' })
    await expect(follow(api).next()).rejects.toMatchObject({ status: 401 })
    const nonsense = follow(connect(), { query: { monitor: ['a['] } })
    await expect(nonsense.next()).rejects.toMatchObject({ status: 400, code: 'invalid-request' })
  })
})
