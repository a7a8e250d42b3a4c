import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'
import { ROUTING_KEY } from './shipments.ts'

const TOKEN = 'XXXXabcdefghijklmnopqrst'
const PATH = `/services/T000/B000/${TOKEN}?sig=a%20secret%20signature`

let app: TestApp
let receiver: Receiver

beforeAll(async () => {
  app = await startTestApp()
  receiver = await startReceiver({
    tls: 'good',
    // As the error pages of proxies do.
    answer: ({ path, body }) => ({
      status: 404,
      headers: { 'x-path': path },
      body: `no ${path} here; token ${TOKEN}, a secret signature; you sent ${body.toString()}`,
    }),
  })
})

afterAll(async () => {
  await app.stop()
  await receiver.close()
})

const origin = () => new URL(receiver.url).origin

async function everythingAbout(id: string, dryRunId: string): Promise<string> {
  const answers = await Promise.all(
    [
      '/v1/endpoints',
      `/v1/endpoints/${id}`,
      `/v1/deliveries/${dryRunId}`,
      `/v1/attempts?endpoint_id=${id}`,
      '/v1/queues/ops-integrations/messages?consumer=looker',
    ].map(path => app.call('GET', path)),
  )
  expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 200, 200])
  return JSON.stringify(answers.map(answer => answer.body))
}

describe.each(['slack', 'teams', 'discord'])('the URL of an endpoint for %s', kind => {
  it('is shown without its path, and nowhere else, even where the answer repeats it', async () => {
    const made = await app.call('POST', '/v1/endpoints', { kind, url: origin() + PATH })
    expect(made.body.url).toBe(`${origin()}/…`)
    const test = await app.call('POST', `/v1/endpoints/${made.body.id}/test`)
    expect(test.body).toMatchObject({ status_code: 404, outcome: 'failed' })
    expect(test.body.response_body).toContain('no ******** here')
    const shown =
      JSON.stringify([made.body, test.body]) + (await everythingAbout(made.body.id, test.body.delivery_id))
    expect(shown).not.toMatch(/T000|XXXX|signature/)
    expect(receiver.requests.at(-1)?.path).toBe(PATH)
  })

  it('cannot be set to what is shown of it', async () => {
    const { body } = await app.call('POST', '/v1/endpoints', { kind, url: origin() + PATH })
    const patched = await app.call('PATCH', `/v1/endpoints/${body.id}`, { url: body.url })
    expect(patched).toMatchObject({ status: 422, body: { errors: [{ path: 'url' }] } })
  })
})

describe('the routing key of an endpoint for PagerDuty', () => {
  it('is never shown, even where the answer repeats it', async () => {
    const url = `${origin()}/v2/enqueue`
    const options = { routing_key: ROUTING_KEY, region: 'eu' }
    const made = await app.call('POST', '/v1/endpoints', { kind: 'pagerduty', url, options })
    expect(made.body).toMatchObject({ url, options: { routing_key: '********', region: 'eu' } })
    const test = await app.call('POST', `/v1/endpoints/${made.body.id}/test`)
    expect(test.body.response_body).toContain('"routing_key":"********"')
    const shown =
      JSON.stringify([made.body, test.body]) + (await everythingAbout(made.body.id, test.body.delivery_id))
    expect(shown).not.toContain(ROUTING_KEY)
    expect(JSON.parse((receiver.requests.at(-1)?.body ?? '').toString()).routing_key).toBe(ROUTING_KEY)
  })
})
