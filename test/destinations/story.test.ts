import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'

let app: TestApp
let slack: Receiver

beforeAll(async () => {
  app = await startTestApp()
  slack = await startReceiver({
    tls: 'good',
    answer: ({ body }) =>
      body.toString().includes('Incident opened') ? { status: 503 } : { status: 200, body: 'ok' },
  })
})

afterAll(async () => {
  await app.stop()
  await slack.close()
})

it('a recovery takes the place of the opening that Slack never took, and tells of it', async () => {
  await app.addEndpoint(`${slack.url}/services/T0/B0/x`, { kind: 'slack', rate_per_second: 1_000 })
  const incident = { monitor_name: 'api', incident_id: 'inc_1' }
  const sent = async (event: object) => (await app.send({ ...incident, ...event }))[0]?.event_id
  const becomes = (id: string | undefined, state: object) =>
    app.eventually(`/v1/events/${id}`, ({ endpoints: [delivery] }) =>
      Object.entries(state).every(([name, value]) => delivery?.[name] === value),
    )
  const opened = await sent({ status: 'down', event_type: 'incident.opened' })
  await becomes(opened, { outcome: 'waiting', attempts: 1 })
  const resolved = await sent({ status: 'operational', event_type: 'incident.resolved' })
  await becomes(resolved, { outcome: 'delivered' })
  await becomes(opened, { outcome: 'cancelled' })
  const last = slack.requests.at(-1)?.body.toString()
  expect(last).toContain('🟢 Incident resolved: api is operational')
  expect(last).toContain('One earlier event could not be delivered; this message takes its place.')
})
