import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
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
