import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp } from '../helpers/app.ts'
import { expectEventsThroughRestart } from './endpoints.ts'
import { findKafka, startKafka } from './kafka-broker.ts'
import { expectAllThroughRestarts, type TestBroker } from './restarts.ts'

// Also in CI: Maven Central cannot be reached from everywhere.
const jars = await findKafka()
if (jars === null)
  console.warn('skipped: Kafka is not on this machine; to run its tests: Java 17, Maven, and Maven Central')

describe.runIf(jars !== null)('a queue forwarded to Kafka', () => {
  let broker: TestBroker
  beforeAll(async () => {
    broker = await startKafka(jars as string)
  })
  afterAll(() => broker?.stop())

  it('arrives whole and in order per delivery, however often the broker is killed', () =>
    expectAllThroughRestarts('kafka', broker))

  it(
    'takes the events of an endpoint of its kind, whole and in order per monitor',
    { timeout: 600_000 },
    () => expectEventsThroughRestart('kafka', broker, { topic: 'attempts' }),
  )

  it('is refused with the reason when there is no such topic', async () => {
    const app = await startTestApp()
    try {
      const { status, body } = await app.call('POST', '/v1/queues/ops-integrations/forwarders', {
        broker: 'kafka',
        url: broker.url,
        topic: 'nowhere',
      })
      expect(status).toBe(422)
      expect(body.detail).toMatch(/topic/i)
    } finally {
      await app.stop()
    }
  })
})
