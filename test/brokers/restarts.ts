import { CloudEvent } from 'cloudevents'
import { expect } from 'vitest'
import { startTestApp } from '../helpers/app.ts'
import { startReceiver } from '../helpers/receiver.ts'

/** A message as the broker keeps it. */
export interface Kept {
  /** What the broker, or whoever reads it, tells duplicates by. */
  readonly id: string
  readonly contentType: string
  readonly body: string
}

/** A real broker on this machine. */
export interface TestBroker {
  /** For a forwarder. */
  readonly url: string
  readonly destination: Readonly<Record<string, string>>
  /** Starts it again, on the same port and with what it keeps; resolves when it can be used. */
  start(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Kills it, and forgets what it keeps. */
  stop(): Promise<void>
  /** Connections of ours at this moment, where the broker tells. */
  clients?(): Promise<number>
  /** Makes an exchange, or takes it away, where there are exchanges. */
  exchange?(name: string, isThere: boolean): Promise<void>
  /** Everything that it keeps, in its order. */
  kept(): Promise<Kept[]>
}

const QUEUE = '/v1/queues/ops-integrations'
/** Of every delivery: two are refused by the receiver. */
const ATTEMPTS = 3

/**
 * Sends events while the broker is killed and restarted again and again, each delivery in three attempts, and then
 * holds what the broker keeps against the attempt log.
 */
export async function expectAllThroughRestarts(kind: string, broker: TestBroker): Promise<void> {
  const receiver = await startReceiver({
    answer: ({ retryAttempt }) => ({ status: (retryAttempt ?? 0) < ATTEMPTS - 1 ? 503 : 200 }),
  })
  const app = await startTestApp()
  try {
    await app.addEndpoint(receiver.url)
    const { url, destination } = broker
    const made = await app.call('POST', `${QUEUE}/forwarders`, { broker: kind, url, ...destination })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const path = `${QUEUE}/forwarders/${made.body.id}`
    const state = (wanted: string) => app.eventually(path, body => body.state === wanted)
    let sent = 0
    const load = async (batches: number) => {
      for (let batch = 0; batch < batches; batch++) {
        const events = Array.from({ length: 20 }, () => ({
          monitor_name: `m-${sent++ % 50}`,
          status: 'down',
        }))
        await app.send(events)
      }
    }

    await state('forwarding')
    for (let round = 0; round < 2; round++) {
      await load(3)
      const loading = load(6)
      await broker.kill()
      await loading
      await state('retrying')
      await broker.start()
      await state('forwarding')
    }
    await load(3)
    await receiver.received(sent * ATTEMPTS)
    await app.eventually('/v1/deliveries?status=pending&limit=200', body => body.data.length === 0)
    const attempts = await allAttempts(app)
    expect(attempts.size).toBe(sent * ATTEMPTS)
    await app.eventually(path, body => body.lag.messages === 0)

    const kept = (await broker.kept()).filter(({ body }) => body.includes('com.statuspulse.attempt'))
    const seen = new Map<string, number>()
    const arrived = new Set<string>()
    for (const { id, contentType, body } of kept) {
      expect(contentType).toBe('application/cloudevents+json')
      const event = new CloudEvent<{ delivery_id: string; retry_attempt: number }>(JSON.parse(body))
      expect(event.validate()).toBe(true)
      expect([event.type, event.id, event.subject]).toEqual([
        'com.statuspulse.attempt',
        id,
        event.data?.delivery_id,
      ])
      expect(event.data).toEqual(attempts.get(id))
      if (arrived.has(id)) continue
      arrived.add(id)
      const delivery = event.subject as string
      expect(event.data?.retry_attempt, `${delivery} in order`).toBe(seen.get(delivery) ?? 0)
      seen.set(delivery, (seen.get(delivery) ?? 0) + 1)
    }
    expect(arrived.size).toBe(attempts.size)
  } finally {
    await app.stop()
    await receiver.close()
  }
}

/** The attempt log, by id. */
async function allAttempts(app: Awaited<ReturnType<typeof startTestApp>>): Promise<Map<string, unknown>> {
  const attempts = new Map<string, unknown>()
  let cursor = ''
  do {
    const { body } = await app.call('GET', `/v1/attempts?limit=200${cursor && `&cursor=${cursor}`}`)
    for (const attempt of body.data) attempts.set(attempt.id, attempt)
    cursor = body.next_cursor ?? ''
  } while (cursor)
  return attempts
}
