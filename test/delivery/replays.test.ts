import { afterEach, describe, expect, it } from 'vitest'
import { startTestApp } from '../helpers/app.ts'
import { startReceiver } from '../helpers/receiver.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

describe('a replay of all that failed at an endpoint since a time', () => {
  it('runs in the background, shows its progress, and sends each of them once more', async () => {
    const receiver = await startReceiver({ tls: 'good', answer: { status: 400 } })
    const app = await startTestApp()
    stops.push(() => receiver.close(), app.stop)
    const endpoint = await app.addEndpoint(receiver.url)
    const since = new Date().toISOString()
    await app.send(Array.from({ length: 450 }, (_, n) => ({ monitor_name: `m${n}`, status: 'down' })))
    await receiver.received(450)
    const page = `/v1/deliveries?endpoint_id=${endpoint.id}&status=failed&limit=200`
    await app.eventually(page, body => body.data.length === 200 && body.next_cursor !== null)
    await app.eventually('/v1/deliveries?status=pending&limit=1', body => body.data.length === 0)

    receiver.answerWith({ status: 200 })
    const { status, body: job } = await app.call('POST', `/v1/endpoints/${endpoint.id}/replay`, { since })
    expect(status).toBe(202)
    expect(job).toMatchObject({ total: 450 })
    const done = await app.eventually(`/v1/replays/${job.id}`, body => body.status === 'done')
    expect(done).toMatchObject({ total: 450, done: 450 })
    await receiver.received(900)
    const again = receiver.requests.slice(450)
    expect(new Set(again.map(request => request.headers['webhook-id'])).size).toBe(450)
    const [first] = again
    const original = receiver.requests.find(one => one.headers['webhook-id'] === first?.headers['webhook-id'])
    expect(first?.body).toEqual(original?.body)

    // The failed ones stay on record, and what was sent again says of what.
    const { body } = await app.call('GET', page)
    expect(body.data).toHaveLength(200)
    const replays = await app.eventually(
      '/v1/deliveries?status=delivered&limit=1',
      answer => answer.data.length === 1,
    )
    expect(replays.data[0].replay_of).toMatch(/^dlv_/)
  })
})
