import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { expectEventsThroughRestart } from './endpoints.ts'
import { findRabbitmq, startRabbitmq } from './rabbitmq-broker.ts'
import { whereThereIs } from './required.ts'
import { expectAllThroughRestarts, type TestBroker } from './restarts.ts'

const FORWARDERS = '/v1/queues/ops-integrations/forwarders'

describe.runIf(whereThereIs('rabbitmq-server', findRabbitmq(), 'apt-get install rabbitmq-server'))(
  'a queue forwarded to RabbitMQ',
  () => {
    let broker: TestBroker
    beforeAll(async () => {
      broker = await startRabbitmq()
    })
    afterAll(() => broker?.stop())

    it('arrives whole and in order per delivery in a quorum queue, however often the broker is killed', () =>
      expectAllThroughRestarts('rabbitmq', broker))

    it(
      'takes the events of an endpoint of its kind, whole and in order per monitor',
      { timeout: 600_000 },
      () => expectEventsThroughRestart('rabbitmq', broker, { exchange: 'ops', routing_key: 'attempt' }),
    )

    it('keeps the events of other endpoints coming when the exchange of one is gone', async () => {
      const app = await startTestApp()
      try {
        const create = (options: object) =>
          app.call('POST', '/v1/endpoints', { kind: 'rabbitmq', url: broker.url, options })
        const good = await create({ exchange: 'ops', routing_key: 'attempt' })
        await broker.exchange?.('gone', true)
        const bad = await create({ exchange: 'gone', routing_key: 'attempt' })
        await broker.exchange?.('gone', false)
        await app.send(
          Array.from({ length: 20 }, (_, index) => ({ monitor_name: `x-${index}`, status: 'down' })),
        )
        const of = (id: string) => `/v1/attempts?endpoint_id=${id}&limit=200`
        await app.eventually(of(bad.body.id), ({ data }) => data.length >= 20)
        await app.eventually(of(good.body.id), ({ data }) => data.length === 20)
        const attempts = (await app.call('GET', of(good.body.id))).body.data
        expect(attempts.map(({ outcome }: { outcome: string }) => outcome)).toEqual(
          Array(20).fill('delivered'),
        )
        const failed = (await app.call('GET', of(bad.body.id))).body.data[0]
        expect(failed).toMatchObject({ outcome: 'retry', delivery_status: 'pending' })
        expect(failed.error.message).toMatch(/gone/)
      } finally {
        await app.stop()
      }
    })

    it.each([
      ['exchange', { exchange: 'nowhere', routing_key: 'attempt' }],
      ['routing_key', { routing_key: 'nowhere' }],
    ])('is refused as an endpoint, naming the option, when there is no such %s', async (option, options) => {
      const app = await startTestApp()
      try {
        const endpoint = { kind: 'rabbitmq', url: broker.url, options }
        const { status, body } = await app.call('POST', '/v1/endpoints', endpoint)
        expect(status).toBe(422)
        expect(body.errors[0].path).toBe(`options.${option}`)
        expect(body.errors[0].message).toContain('nowhere')
      } finally {
        await app.stop()
      }
    })

    describe('when it is set up', () => {
      let app: TestApp
      beforeAll(async () => {
        app = await startTestApp()
      })
      afterAll(() => app?.stop())
      const create = (fields: object) =>
        app.call('POST', FORWARDERS, { broker: 'rabbitmq', url: broker.url, ...fields })

      it.each([
        ['exchange', { exchange: 'nowhere', routing_key: 'attempt' }],
        ['queue', { routing_key: 'nowhere' }],
      ])('is refused with the reason when there is no such %s', async (thing, fields) => {
        const { status, body } = await create(fields)
        expect(status).toBe(422)
        expect(body.detail).toContain(`no ${thing} 'nowhere'`)
      })

      it('is refused with the reason when the broker does not let us in, and says no secret', async () => {
        const url = broker.url.replace('s3cret', 'wr0ng')
        const { status, body } = await create({ url, routing_key: 'attempts' })
        expect(status).toBe(422)
        expect(body.detail).toMatch(/ACCESS.REFUSED/)
        expect(JSON.stringify(body)).not.toContain('wr0ng')
      })

      it('stands still and says why when no queue is bound for the routing key', async () => {
        const { body } = await create({ exchange: 'ops', routing_key: 'nobody' })
        const path = `${FORWARDERS}/${body.id}`
        await app.addEndpoint('http://127.0.0.1:18099/hook')
        await app.send({ monitor_name: 'm', status: 'down' })
        const { error, lag } = await app.eventually(path, ({ state }) => state === 'retrying')
        expect(error).toBe('no queue takes what is sent to the exchange ops with the routing key nobody')
        expect(lag.messages).toBeGreaterThan(0)
        await app.call('PATCH', path, { routing_key: 'attempt' })
        await app.eventually(path, ({ state, lag }) => state === 'forwarding' && lag.messages === 0)
      })
    })
  },
)
