import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'

const TEMPLATE =
  '{ "text": monitor_name & " is " & status, "delivery": $delivery.id, "at": $now(), "r": $random() }'

let app: TestApp
let receiver: Receiver

beforeAll(async () => {
  app = await startTestApp()
  receiver = await startReceiver()
})

beforeEach(() => {
  receiver.requests.length = 0
  receiver.answerWith({ status: 200 })
})

afterAll(async () => {
  await app.stop()
  await receiver.close()
})

describe('an endpoint with a template', () => {
  it('gets what the template makes, signed as it is sent, the same bytes at every attempt', async () => {
    const { id, secret } = await app.addEndpoint(receiver.url, {
      options: { template: TEMPLATE },
      filter: { monitors: ['templated'] },
    })
    receiver.answerWith(({ retryAttempt }) => ({ status: retryAttempt === 0 ? 503 : 200 }))
    await app.send({ monitor_name: 'templated', status: 'down' })
    const [first, second] = await receiver.received(2)
    expect(second?.body).toEqual(first?.body)
    expect(JSON.parse(String(first?.body))).toMatchObject({
      text: 'templated is down',
      delivery: first?.headers['x-statuspulse-delivery-id'],
    })
    for (const request of [first, second]) {
      const expected = createHmac('sha256', secret)
        .update(request?.body ?? '')
        .digest('hex')
      expect(request?.headers['x-statuspulse-signature']).toBe(expected)
      expect(request?.headers['content-type']).toBe('application/json')
    }
    await app.call('DELETE', `/v1/endpoints/${id}`)
  })

  it('fails at once, in words, when the template fails for the event', async () => {
    const { id } = await app.addEndpoint(receiver.url, {
      options: { template: '{ "n": $number(monitor_name) }' },
      filter: { monitors: ['no-number'] },
    })
    const [sent] = await app.send({ monitor_name: 'no-number', status: 'down' })
    const { endpoints } = await app.eventually(
      `/v1/events/${sent?.event_id}`,
      ({ endpoints: [delivery] }) => delivery?.outcome === 'failed',
    )
    expect(endpoints[0]).toMatchObject({
      attempts: 1,
      reason: 'The payload template failed: Unable to cast value to a number: "no-number" (at character 15)',
    })
    expect(receiver.requests).toHaveLength(0)
    await app.call('DELETE', `/v1/endpoints/${id}`)
  })

  it('is tried again when the template was not done in time', async () => {
    const { id } = await app.addEndpoint(receiver.url, {
      options: { template: '($f := function() { $f() }; $f())' },
      filter: { monitors: ['looping'] },
    })
    const [sent] = await app.send({ monitor_name: 'looping', status: 'down' })
    const { endpoints } = await app.eventually(
      `/v1/events/${sent?.event_id}`,
      ({ endpoints: [delivery] }) => delivery?.attempts > 0,
    )
    expect(endpoints[0].outcome).toBe('waiting')
    expect(endpoints[0].reason).toContain('The payload template failed: ')
    await app.call('DELETE', `/v1/endpoints/${id}`)
  })

  it('is refused when its template is no JSONata, at registration and later', async () => {
    const broken = { options: { template: '{ "text": }' } }
    const errors = [{ path: 'options.template', message: expect.stringContaining('is not valid JSONata: ') }]
    const refused = await app.call('POST', '/v1/endpoints', { url: receiver.url, ...broken })
    expect(refused).toMatchObject({ status: 422, body: { errors } })
    const { id } = await app.addEndpoint(receiver.url, { enabled: false })
    expect(await app.call('PATCH', `/v1/endpoints/${id}`, broken)).toMatchObject({
      status: 422,
      body: { errors },
    })
    const slack = { kind: 'slack', options: { template: 'status' } }
    expect(await app.call('POST', '/v1/endpoints', { url: receiver.url, ...slack })).toMatchObject({
      status: 422,
    })
  })

  it('loses it by null, and gets the payload again', async () => {
    const { id } = await app.addEndpoint(receiver.url, {
      options: { template: 'status' },
      filter: { monitors: ['plain'] },
    })
    const { body } = await app.call('PATCH', `/v1/endpoints/${id}`, { options: { template: null } })
    expect(body.options).toEqual({})
    await app.send({ monitor_name: 'plain', status: 'down' })
    const [request] = await receiver.received(1)
    expect(JSON.parse(String(request?.body))).toMatchObject({ monitor_name: 'plain', status: 'down' })
    await app.call('DELETE', `/v1/endpoints/${id}`)
  })
})

describe('the preview of a template', () => {
  const preview = async (id: string, body: object) =>
    app.call('POST', `/v1/endpoints/${id}/template/preview`, body)

  it('shows what it makes of an event, of the sample, and of a sample that is told', async () => {
    const { id } = await app.addEndpoint(receiver.url, {
      options: { template: 'monitor_name' },
      enabled: false,
    })
    const [sent] = await app.send({ monitor_name: 'seen', status: 'degraded' })
    const template = 'monitor_name & " " & status'
    const answers = [
      await preview(id, { template, event_id: sent?.event_id }),
      await preview(id, { template }),
      await preview(id, { template, event: { monitor_name: 'told', status: 'maintenance' } }),
      await preview(id, {}),
    ]
    expect(answers.map(({ body }) => body.body)).toEqual([
      '"seen degraded"',
      '"statuspulse-test degraded"',
      '"told maintenance"',
      '"statuspulse-test"',
    ])
    expect(answers[0]?.body).toMatchObject({
      bytes: 15,
      error: null,
      input: expect.stringContaining('"seen"'),
    })
    expect(receiver.requests).toHaveLength(0)
  })

  it('shows the error and its place', async () => {
    const { id } = await app.addEndpoint(receiver.url, { enabled: false })
    const { status, body } = await preview(id, { template: '{ "a": $sum(status) }' })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      body: null,
      bytes: null,
      error: { message: expect.any(String), position: 12 },
    })
    expect((await preview(id, { template: '{' })).body.error.message).toContain('Expected')
  })

  it('needs a template, a webhook, and one source', async () => {
    const { id } = await app.addEndpoint(receiver.url, { enabled: false })
    expect(await preview(id, {})).toMatchObject({ status: 422, body: { errors: [{ path: 'template' }] } })
    expect(await preview(id, { template: '1', event_id: 'evt_none' })).toMatchObject({ status: 404 })
    expect(await preview(id, { template: '1', event_id: 'evt_none', event: {} })).toMatchObject({
      status: 422,
    })
    const { id: discord } = await app.addEndpoint(receiver.url, { kind: 'discord', enabled: false })
    expect(await preview(discord, { template: '1' })).toMatchObject({ status: 409 })
  })
})
