import { afterEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { TestClock } from '../helpers/clock.ts'
import { type AnswerWith, type ReceivedRequest, type Receiver, startReceiver } from '../helpers/receiver.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function start(order: string, answer: AnswerWith, settings: object = {}) {
  const clock = new TestClock()
  const receiver = await startReceiver({ tls: 'good', answer })
  const app = await startTestApp({ clock })
  stops.push(() => receiver.close(), app.stop)
  const endpoint = await app.addEndpoint(receiver.url, { order, ...settings })
  return { clock, receiver, app, endpoint }
}

function eventsOf(requests: readonly ReceivedRequest[]): string[] {
  return requests.map(request => String(request.headers['webhook-id']))
}

/** Fails the first attempt of the named events, and takes everything else. */
function failsOnce(...ids: string[]): AnswerWith {
  return request => ({
    status: request.retryAttempt === 0 && ids.includes(String(request.headers['webhook-id'])) ? 503 : 200,
  })
}

async function untilDelivered(app: TestApp, count: number): Promise<void> {
  await app.eventually('/v1/deliveries?status=delivered', body => body.data.length === count)
}

/** Makes retries due as soon as they are on record. */
async function passRetry(
  app: TestApp,
  clock: TestClock,
  receiver: Receiver,
  arrivals: number,
): Promise<void> {
  const { data } = await app.eventually('/v1/attempts?outcome=retry', body => body.data.length > 0)
  clock.set(Date.parse(data[0].next_attempt_at) + 25)
  await receiver.received(arrivals)
}

describe('an unordered endpoint', () => {
  it('gets later events while an earlier one waits for its retry', async () => {
    const { clock, receiver, app } = await start('unordered', failsOnce('a1'))
    await app.send({ monitor_name: 'a', status: 'down', event_id: 'a1' })
    await receiver.received(1)
    await app.send({ monitor_name: 'a', status: 'operational', event_id: 'a2' })
    await receiver.received(2)
    await passRetry(app, clock, receiver, 3)
    expect(eventsOf(receiver.requests)).toEqual(['a1', 'a2', 'a1'])
    await untilDelivered(app, 2)
  })
})

describe('an ordered endpoint', () => {
  it('gets a later event of a monitor only after the earlier one; other monitors are not held up', async () => {
    const { clock, receiver, app } = await start('ordered', failsOnce('a1'))
    await app.send({ monitor_name: 'a', status: 'down', event_id: 'a1' })
    await receiver.received(1)
    await app.send([
      { monitor_name: 'a', status: 'degraded', event_id: 'a2' },
      { monitor_name: 'b', status: 'down', event_id: 'b1' },
      { monitor_name: 'a', status: 'operational', event_id: 'a3' },
    ])
    await receiver.received(2)
    expect(eventsOf(receiver.requests)).toEqual(['a1', 'b1'])
    await passRetry(app, clock, receiver, 5)
    expect(eventsOf(receiver.requests)).toEqual(['a1', 'b1', 'a1', 'a2', 'a3'])
    await untilDelivered(app, 4)
  })

  it('goes on after an event that failed for good', async () => {
    const refuse: AnswerWith = request => ({ status: request.headers['webhook-id'] === 'a1' ? 400 : 200 })
    const { receiver, app } = await start('ordered', refuse)
    await app.send(['a1', 'a2', 'a3'].map(event_id => ({ monitor_name: 'a', status: 'down', event_id })))
    await receiver.received(3)
    expect(eventsOf(receiver.requests)).toEqual(['a1', 'a2', 'a3'])
    await untilDelivered(app, 2)
  })
})

describe('an endpoint that wants the latest', () => {
  const incident = { monitor_name: 'a', incident_id: 'inc_1' }

  it('gets the recovery in place of an opening that is not delivered yet, which is cancelled and says why', async () => {
    const { clock, receiver, app } = await start('latest', failsOnce('opened'))
    await app.send({ ...incident, status: 'down', event_type: 'incident.opened', event_id: 'opened' })
    await receiver.received(1)
    await app.eventually('/v1/attempts', body => body.data.length === 1)
    await app.send({
      ...incident,
      status: 'operational',
      event_type: 'incident.resolved',
      event_id: 'resolved',
    })
    await receiver.received(2)
    await untilDelivered(app, 1)
    const { data } = await app.eventually('/v1/deliveries?status=cancelled', body => body.data.length === 1)
    expect(data[0]).toMatchObject({ event_id: 'opened', attempts: 1 })
    expect(data[0].reason).toContain('superseded')
    clock.advance(24 * 3_600_000)
    await app.send({ monitor_name: 'z', status: 'down', event_id: 'z' })
    await receiver.received(3)
    // A day later: the late opening never followed its recovery.
    expect(eventsOf(receiver.requests)).toEqual(['opened', 'resolved', 'z'])
  })

  it('still gets every incident', async () => {
    const { receiver, app } = await start('latest', { status: 200 })
    const opened = (n: number) => ({
      monitor_name: 'a',
      incident_id: `inc_${n}`,
      status: 'down',
      event_type: 'incident.opened',
    })
    await app.send([opened(1), opened(2), opened(3)])
    await receiver.received(3)
    await untilDelivered(app, 3)
  })
})
