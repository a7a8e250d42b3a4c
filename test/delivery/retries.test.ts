import { Webhook } from 'standardwebhooks'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { TestClock } from '../helpers/clock.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'

const HOUR_MS = 3_600_000
const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  vi.useRealTimers()
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(answer: { status: number; headers?: Record<string, string> }) {
  const clock = new TestClock()
  const receiver = await startReceiver({ tls: 'good', answer })
  const app = await startTestApp({ clock })
  stops.push(() => receiver.close(), app.stop)
  return { clock, receiver, app }
}

/** Moves the clock from one attempt to the next until `count` requests have arrived. */
async function arrive(clock: TestClock, app: TestApp, receiver: Receiver, count: number): Promise<number[]> {
  const times: number[] = []
  for (let made = receiver.requests.length; made < count; made++) {
    await receiver.received(made + 1)
    times.push(clock.now())
    const { data } = await app.eventually(
      '/v1/attempts?limit=200',
      body => body.data.filter((a: { outcome: string }) => a.outcome !== null).length >= made + 1,
    )
    const next = data[0].next_attempt_at
    if (next) clock.set(Date.parse(next) + 25)
  }
  return times
}

describe('a receiver that always says 503', () => {
  it('gets 15 attempts over six hours, the same bytes each time; then it failed, and a replay delivers it', async () => {
    const { clock, receiver, app } = await start({ status: 503 })
    const { secret } = await app.addEndpoint(receiver.url)
    const [event] = await app.send({ monitor_name: 'm', status: 'down' })
    const times = await arrive(clock, app, receiver, 15)

    const { requests } = receiver
    expect(requests.map(request => request.retryAttempt)).toEqual([...Array(15).keys()])
    expect(new Set(requests.map(request => request.body.toString('hex'))).size).toBe(1)
    expect(new Set(requests.map(request => request.headers['webhook-id']))).toEqual(
      new Set([event?.event_id]),
    )
    expect(new Set(requests.map(request => request.headers['x-statuspulse-delivery-id'])).size).toBe(1)
    expect(new Set(requests.map(request => request.headers['x-statuspulse-request-id'])).size).toBe(15)
    const span = (times[14] as number) - (times[0] as number)
    // The plan's end, give or take a tenth of the last delay of three hours.
    expect(Math.abs(span - 6 * HOUR_MS)).toBeLessThanOrEqual(0.3 * HOUR_MS + 1_000)

    const { data } = await app.eventually('/v1/deliveries', body => body.data[0].status === 'failed')
    expect(data[0]).toMatchObject({ attempts: 15, next_attempt_at: null })
    expect(data[0].reason).toMatch(/503.*retries/)

    // The last attempt's signature is fresh: who rejects old timestamps takes it.
    const last = requests[14]
    vi.useFakeTimers({ now: clock.now(), toFake: ['Date'] })
    expect(
      new Webhook(secret).verify(last?.body.toString() ?? '', last?.headers as Record<string, string>),
    ).toBeTruthy()
    vi.useRealTimers()

    receiver.answerWith({ status: 200 })
    const replay = await app.call('POST', `/v1/deliveries/${data[0].id}/replay`)
    expect(replay.status).toBe(202)
    await receiver.received(16)
    expect(requests[15]?.body).toEqual(requests[0]?.body)
    expect(requests[15]?.headers).toMatchObject({ 'webhook-id': event?.event_id, 'retry-attempt': '0' })
    await app.eventually('/v1/deliveries', body =>
      body.data.some((d: { status: string }) => d.status === 'delivered'),
    )
  })
})

describe('Retry-After', () => {
  it('is honoured', async () => {
    const { clock, receiver, app } = await start({ status: 429, headers: { 'retry-after': '600' } })
    await app.addEndpoint(receiver.url)
    await app.send({ monitor_name: 'm', status: 'down' })
    const [first, second] = await arrive(clock, app, receiver, 2)
    expect((second as number) - (first as number)).toBeGreaterThanOrEqual(600_000)
    expect((second as number) - (first as number)).toBeLessThan(602_000)
  })
})

describe('an endpoint that answers again', () => {
  it('gets its waiting retries at once', async () => {
    const { clock, receiver, app } = await start({ status: 500 })
    await app.addEndpoint(receiver.url)
    await app.send([1, 2, 3, 4].map(n => ({ monitor_name: `m${n}`, status: 'down' })))
    await receiver.received(4)
    await app.eventually('/v1/deliveries', body =>
      body.data.every((delivery: { attempts: number }) => delivery.attempts === 1),
    )
    receiver.answerWith({ status: 200 })
    await app.send({ monitor_name: 'm5', status: 'down' })
    await receiver.received(5)
    // Far less than the 1.3 s of the first retry pass on our clock.
    await clock.runUntil(receiver.received(9), 5)
    await app.eventually('/v1/deliveries?status=delivered', body => body.data.length === 5)
  })
})

describe('410 Gone', () => {
  it('fails the delivery, disables the endpoint, and an event says so', async () => {
    const { receiver, app } = await start({ status: 410 })
    const witness = await startReceiver({ tls: 'good' })
    stops.push(() => witness.close())
    const gone = await app.addEndpoint(receiver.url, { filter: { monitors: ['shop'] } })
    await app.addEndpoint(witness.url, { filter: { monitors: ['statuspulse/*'] } })
    await app.send({ monitor_name: 'shop', status: 'down' })
    await witness.received(1)
    const { metadata } = JSON.parse(witness.requests[0]?.body.toString() ?? '')
    expect(metadata).toMatchObject({ endpoint_id: gone.id })
    expect(metadata.message).toContain('410')
    const { body } = await app.call('GET', `/v1/endpoints/${gone.id}`)
    expect(body).toMatchObject({ enabled: false })
    expect(body.disabled_reason).toContain('410')
    expect(receiver.requests).toHaveLength(1)
  })
})
