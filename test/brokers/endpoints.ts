import { CloudEvent } from 'cloudevents'
import { expect } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import type { Kept, TestBroker } from './restarts.ts'

const MONITORS = 20

/**
 * Registers an endpoint that is a broker, sends events while the broker is killed and restarted, and holds what the
 * broker keeps against what was accepted: all of it, as CloudEvents around the very payloads, in order per monitor.
 */
export async function expectEventsThroughRestart(
  kind: string,
  broker: TestBroker,
  options: Record<string, string>,
): Promise<void> {
  const app = await startTestApp()
  try {
    const { url } = broker
    const made = await app.call('POST', '/v1/endpoints', {
      kind,
      name: kind,
      url,
      options,
      timeout_ms: 2_000,
    })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    expect(made.body).toMatchObject({ order: 'ordered', secret: null, tls: null })
    const payloads = new Map<string, string>()
    let sent = 0
    const load = async (count: number) => {
      const events = Array.from({ length: count }, () => ({
        monitor_name: `m-${sent % MONITORS}`,
        status: 'down',
        metadata: { number: sent++ },
      }))
      for (const { event_id } of await app.send(events)) payloads.set(event_id, '')
    }

    await load(40)
    await broker.kill()
    await load(60)
    const isTried = ({ data }: { data: { attempts: number }[] }) => data.some(({ attempts }) => attempts > 0)
    await app.eventually('/v1/deliveries?status=pending&limit=200', isTried)
    await broker.start()
    await load(20)
    await app.eventually('/v1/deliveries?status=delivered&limit=200', ({ data }) => data.length === sent)
    for (const eventId of payloads.keys())
      payloads.set(eventId, (await app.call('GET', `/v1/events/${eventId}`)).body.payload_text)

    const kept = (await broker.kept()).filter(({ body }) => body.includes('com.statuspulse.status.changed'))
    const numbers = new Map<string, number[]>()
    const arrived = new Set<string>()
    for (const { contentType, body } of kept) {
      expect(contentType).toBe('application/cloudevents+json')
      const event = new CloudEvent<{ monitor_name: string; metadata: { number: number } }>(JSON.parse(body))
      expect(event.validate()).toBe(true)
      expect(body.endsWith(`"data":${payloads.get(event.id)}}`)).toBe(true)
      if (arrived.has(event.id)) continue
      arrived.add(event.id)
      const monitor = event.subject as string
      expect(event.data?.monitor_name).toBe(monitor)
      numbers.set(monitor, [...(numbers.get(monitor) ?? []), event.data?.metadata.number as number])
    }
    expect(arrived.size).toBe(sent)
    for (const [monitor, list] of numbers) expect(list, monitor).toEqual(list.toSorted((a, b) => a - b))
    await expectPayload(app, made.body.id, broker)
    await expectNoSecret(app, made.body.id, url)
  } finally {
    await app.stop()
  }
}

/** With `format: payload`, the very bytes that webhooks get. */
async function expectPayload(app: TestApp, id: string, broker: TestBroker): Promise<void> {
  await app.call('PATCH', `/v1/endpoints/${id}`, { options: { format: 'payload' } })
  const test = await app.call('POST', `/v1/endpoints/${id}/test`)
  expect(test.body).toMatchObject({ outcome: 'delivered', status_code: null, error: null })
  const { body } = await app.call('GET', `/v1/deliveries/${test.body.delivery_id}`)
  const same = (await broker.kept()).filter((one: Kept) => one.body === body.payload_text)
  expect(same.map(({ contentType }) => contentType)).toEqual(['application/json'])
}

/** User and password are on no page. */
async function expectNoSecret(app: TestApp, id: string, url: string): Promise<void> {
  const { username, password } = new URL(url)
  if (password === '') return
  const paths = ['/v1/endpoints', `/v1/endpoints/${id}`, '/v1/attempts?limit=200', '/v1/code']
  const shown = await Promise.all(paths.map(path => app.call('GET', path)))
  const text = JSON.stringify(shown.map(({ body }) => body))
  expect(text).not.toContain(password)
  expect(text).not.toContain(`${username}:`)
}
