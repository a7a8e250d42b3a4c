import { afterEach, describe, expect, it } from 'vitest'
import { startTestApp } from '../helpers/app.ts'
import { TestClock } from '../helpers/clock.ts'
import { type AnswerWith, startReceiver } from '../helpers/receiver.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function startWith(answer: AnswerWith, clock?: TestClock) {
  const receiver = await startReceiver({ tls: 'good', answer })
  const app = await startTestApp(clock ? { clock } : {})
  stops.push(() => receiver.close(), app.stop)
  return { receiver, app }
}

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ monitor_name: `m${index}`, status: 'down' }))

describe('an endpoint', () => {
  it('never has more attempts in flight than its concurrency, and gets there', async () => {
    let inFlight = 0
    let most = 0
    const { receiver, app } = await startWith(async () => {
      most = Math.max(most, ++inFlight)
      await new Promise(resolve => setTimeout(resolve, 5))
      inFlight--
      return { status: 200 }
    })
    await app.addEndpoint(receiver.url, { concurrency: 6 })
    await app.send(many(200))
    await receiver.received(200)
    expect(most).toBe(6)
  })

  it('gets no more a second than its rate', async () => {
    const clock = new TestClock()
    const { receiver, app } = await startWith({ status: 200 }, clock)
    await app.addEndpoint(receiver.url, { rate_per_second: 10 })
    const start = clock.now()
    await app.send(many(60))
    await clock.runUntil(receiver.received(60), 10)
    // Ten at once, as they were saved up, then fifty at ten a second.
    expect(clock.now() - start).toBeGreaterThanOrEqual(4_900)
  })

  it('that hangs holds up no other, however many hang, on the same host or not', async () => {
    const { receiver, app } = await startWith(request =>
      request.path.startsWith('/hang') ? 'hang' : { status: 200 },
    )
    for (let index = 0; index < 20; index++) {
      await app.addEndpoint(receiver.url.replace('/hook', `/hang${index}`), {
        concurrency: 100,
        timeout_ms: 30_000,
      })
    }
    await app.addEndpoint(receiver.url)
    for (let round = 0; round < 5; round++) await app.send(many(50))
    await app.eventually('/v1/deliveries?status=delivered&limit=200', body => body.data.length === 200)
    // So that the stop has nothing to wait for.
    receiver.answerWith('reset')
    receiver.dropConnections()
  })

  it('keeps in the table what does not fit in memory, and gets all of it', async () => {
    const { receiver, app } = await startWith({ status: 503 })
    await app.addEndpoint(receiver.url, { concurrency: 1, timeout_ms: 1_000 })
    // Where order is kept, a thousand are enough.
    const hang = await app.addEndpoint(receiver.url.replace('/hook', '/slow'), {
      concurrency: 4,
      order: 'ordered',
    })
    receiver.answerWith(request => (request.path === '/slow' && !open ? 'hang' : { status: 200 }))
    let open = false
    for (let batch = 0; batch < 3; batch++) await app.send(many(1_000))
    open = true
    const seen = () =>
      new Set(receiver.requests.filter(r => r.path === '/slow').map(r => r.headers['webhook-id'])).size
    await app.eventually('/v1/deliveries?limit=1', () => seen() === 3_000)
    expect(hang.id).toMatch(/^ep_/)
  }, 60_000)
})
