import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { TestClock } from '../helpers/clock.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { makeMonitor, told } from './harness.ts'

let clock: TestClock
let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  clock = new TestClock()
  app = await startTestApp({ clock })
  receiver = await startReceiver()
  await app.addEndpoint(receiver.url)
})
afterAll(async () => {
  await app?.stop()
  await receiver?.close()
})

async function send(monitor_name: string, ...values: number[]) {
  const samples = values.map(value => {
    clock.advance(1_000)
    return { monitor_name, metric: 'queue_length', value, time: new Date(clock.now()).toISOString() }
  })
  const answer = await app.call('POST', '/v1/metrics', { samples })
  expect(answer.status, JSON.stringify(answer.body)).toBe(202)
  return answer.body
}

const threshold = { metric: 'queue_length', operator: '>', value: 100 }

describe('a threshold', () => {
  it('that is crossed is told of, with the incident that it means, and that it is clear again', async () => {
    await makeMonitor(app, {
      name: 'orders',
      kind: 'metric',
      thresholds: [{ ...threshold, clear_value: 50 }],
    })
    await send('orders', 10, 101)
    await send('orders', 60, 49)
    expect(await told(receiver, 'orders', 4)).toEqual([
      'metric.breached warning degraded',
      'incident.opened warning degraded',
      'metric.cleared warning operational',
      'incident.resolved warning operational',
    ])
  })

  it('takes so many in a row, or an aggregate of a while', async () => {
    const thresholds = [
      { ...threshold, in_a_row: 3, severity: 'critical' },
      { ...threshold, id: 'average', value: 50, aggregate: 'avg', min_samples: 4 },
    ]
    await makeMonitor(app, { name: 'patient', kind: 'metric', thresholds })
    await send('patient', 101, 101, 1)
    await send('patient', 1, 101, 101, 101)
    const [first, , third] = await told(receiver, 'patient', 3)
    expect(first).toBe('metric.breached warning degraded')
    expect(third).toBe('metric.breached critical down')
  })

  it('whose samples stay away says so, if that is what it means', async () => {
    const thresholds = [{ ...threshold, no_data: 'breach', no_data_after_s: 30 }]
    await makeMonitor(app, { name: 'silent', kind: 'metric', thresholds })
    await send('silent', 1)
    const events = await clock.runUntil(told(receiver, 'silent', 2), 500)
    expect(events).toEqual(['metric.breached warning degraded', 'incident.opened warning degraded'])
  })

  it('whose samples never came says so as well', async () => {
    const thresholds = [{ ...threshold, no_data: 'breach', no_data_after_s: 30 }]
    await makeMonitor(app, { name: 'mute', kind: 'metric', thresholds })
    const events = await clock.runUntil(told(receiver, 'mute', 2), 500)
    expect(events).toEqual(['metric.breached warning degraded', 'incident.opened warning degraded'])
  })
})

describe('samples', () => {
  it('of a monitor that nobody made make it, unless the workspace forbids that', async () => {
    expect(await send('made-by-a-sample', 1)).toEqual({ accepted: 1, unknown_monitors: [] })
    const { data } = (await app.call('GET', '/v1/monitors?search=made-by-a-sample')).body
    expect(data).toEqual([expect.objectContaining({ kind: 'metric', status: 'operational' })])
    await app.call('PATCH', '/v1/workspace', { allow_unknown_monitors: false })
    expect(await send('forbidden', 1)).toEqual({ accepted: 0, unknown_monitors: ['forbidden'] })
    await app.call('PATCH', '/v1/workspace', { allow_unknown_monitors: true })
  })

  it('are there for graphs as soon as they are acknowledged, summed up to points', async () => {
    const { id } = await makeMonitor(app, { name: 'graphed', kind: 'metric' })
    const from = new Date(Math.floor(clock.now() / 3_600_000) * 3_600_000).toISOString()
    await send('graphed', 1, 2, 3)
    await send('graphed', 6)
    expect((await app.call('GET', `/v1/monitors/${id}/metrics`)).body.data).toEqual(['queue_length'])
    const to = new Date(clock.now() + 10_000).toISOString()
    const path = `/v1/monitors/${id}/samples?metric=queue_length&from=${from}&to=${to}`
    const whole = (await app.call('GET', `${path}&points=1`)).body
    expect(whole.data).toEqual([{ time: whole.from, avg: 3, min: 1, max: 6, count: 4 }])
    const fine = (await app.call('GET', `${path}&points=2000`)).body
    expect(fine.data.map((point: { max: number }) => point.max)).toContain(6)
    expect((await app.call('GET', `/v1/monitors/${id}/samples?metric=other`)).body.data).toEqual([])
  })

  it('that are no numbers, or of no metric, are refused by name', async () => {
    const samples = [{ monitor_name: 'orders', metric: 'no spaces', value: 'many' }]
    const { status, body } = await app.call('POST', '/v1/metrics', { samples })
    expect(status).toBe(422)
    expect(body.errors.map((error: { path: string }) => error.path)).toEqual([
      'samples[0].metric',
      'samples[0].value',
    ])
  })
})
