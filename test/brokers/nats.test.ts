import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { makeCertificates } from '../helpers/certificates.ts'
import { expectEventsThroughRestart } from './endpoints.ts'
import { startNats } from './nats-broker.ts'
import { findProgram } from './process.ts'
import { whereThereIs } from './required.ts'
import { expectAllThroughRestarts, type TestBroker } from './restarts.ts'

const FORWARDERS = '/v1/queues/ops-integrations/forwarders'

describe.runIf(whereThereIs('nats-server', findProgram('nats-server'), 'apt-get install nats-server'))(
  'a queue forwarded to NATS JetStream',
  () => {
    let broker: TestBroker
    beforeAll(async () => {
      broker = await startNats()
    })
    afterAll(() => broker?.stop())

    it(
      'arrives whole and in order per delivery, however often the broker is killed',
      { timeout: 600_000 },
      () => expectAllThroughRestarts('nats', broker),
    )

    it(
      'takes the events of an endpoint of its kind, whole and in order per monitor',
      { timeout: 600_000 },
      () => expectEventsThroughRestart('nats', broker, { subject: 'ops.events' }),
    )

    describe('as an endpoint', () => {
      let app: TestApp
      beforeAll(async () => {
        app = await startTestApp()
      })
      afterAll(() => app?.stop())
      const create = (fields: object) =>
        app.call('POST', '/v1/endpoints', {
          kind: 'nats',
          url: broker.url,
          options: { subject: 'ops.events' },
          ...fields,
        })

      it('is refused, naming the field, where no stream takes the subject', async () => {
        const { status, body } = await create({ options: { subject: 'nobody.listens' } })
        expect(status).toBe(422)
        expect(body.errors).toEqual([
          { path: 'options.subject', message: 'no JetStream stream takes the subject nobody.listens' },
        ])
      })

      it('is refused, naming the field, where the broker does not let us in, and says no secret', async () => {
        const { status, body } = await create({ url: broker.url.replace('s3cret', 'wr0ng') })
        expect(status).toBe(422)
        expect(body.errors[0].path).toBe('url')
        expect(body.errors[0].message).toMatch(/authorization/i)
        expect(JSON.stringify(body)).not.toContain('wr0ng')
      })

      it('shows its URL without user and password, and cannot be set to that', async () => {
        const { body } = await create({})
        expect(body.url).toMatch(/^nats:\/\/\*\*\*@localhost:\d+$/)
        const patched = await app.call('PATCH', `/v1/endpoints/${body.id}`, { url: body.url })
        expect(patched).toMatchObject({ status: 422, body: { errors: [{ path: 'url' }] } })
      })

      it('shares one connection with all others of its URL', async () => {
        const subjects = ['ops.a', 'ops.b', 'ops.c']
        for (const subject of subjects) await create({ name: subject, options: { subject } })
        await app.send(
          Array.from({ length: 30 }, (_, index) => ({ monitor_name: `m-${index}`, status: 'down' })),
        )
        await app.eventually('/v1/deliveries?status=pending', ({ data }) => data.length === 0)
        expect(await broker.clients?.()).toBe(1)
      })
    })

    describe('when it is set up', () => {
      let app: TestApp
      beforeAll(async () => {
        app = await startTestApp()
      })
      afterAll(() => app?.stop())
      const create = (fields: object) =>
        app.call('POST', FORWARDERS, { broker: 'nats', url: broker.url, subject: 'ops.set-up', ...fields })

      it('is refused with the reason when no stream takes the subject', async () => {
        const { status, body } = await create({ subject: 'nobody.listens' })
        expect(status).toBe(422)
        expect(body.detail).toContain('no JetStream stream takes the subject nobody.listens')
      })

      it('is refused with the reason when the broker does not let us in, and says no secret', async () => {
        const { status, body } = await create({ url: broker.url.replace('s3cret', 'wr0ng') })
        expect(status).toBe(422)
        expect(body.detail).toMatch(/authorization/i)
        expect(JSON.stringify(body)).not.toContain('wr0ng')
      })

      it('never gives the credentials away, nor keeps them in the clear', async () => {
        const { status, body } = await create({})
        expect(status).toBe(201)
        expect(body.url).toMatch(/^nats:\/\/\*\*\*@localhost:\d+$/)
        const shown = [body, (await app.call('GET', FORWARDERS)).body]
        expect(JSON.stringify(shown)).not.toContain('s3cret')
        expect((await app.call('DELETE', `${FORWARDERS}/${body.id}`)).status).toBe(204)
        expect((await app.call('GET', `${FORWARDERS}/${body.id}`)).status).toBe(404)
        const { consumers } = (await app.call('GET', '/v1/queues/ops-integrations')).body
        expect(consumers).toEqual([])
      })

      it.each([
        ['good', null],
        ['wrongName', /altnames|not for localhost|does not match/i],
        ['untrusted', /unable to verify|issuer|self-signed/i],
      ] as const)('holds a broker with TLS to its certificate: %s', async (name, why) => {
        const secure = await startNats(makeCertificates()[name])
        try {
          const { status, body } = await create({ url: secure.url })
          expect(status, JSON.stringify(body)).toBe(why ? 422 : 201)
          if (why) return expect(body.detail).toMatch(why)
          await app.eventually(`${FORWARDERS}/${body.id}`, ({ state }) => state === 'forwarding')
          await app.call('DELETE', `${FORWARDERS}/${body.id}`)
        } finally {
          await secure.stop()
        }
      })

      it('sends nothing while it is paused, and goes on from there', async () => {
        const { body } = await create({})
        const path = `${FORWARDERS}/${body.id}`
        await app.eventually(path, ({ state }) => state === 'forwarding')
        const paused = await app.call('PATCH', path, { enabled: false })
        expect(paused.body.state).toBe('paused')
        await app.addEndpoint('http://127.0.0.1:18099/hook')
        await app.send({ monitor_name: 'm', status: 'down' })
        await app.eventually(path, ({ lag }) => lag.messages > 0)
        await app.call('PATCH', path, { enabled: true })
        await app.eventually(path, ({ state, lag }) => state === 'forwarding' && lag.messages === 0)
      })
    })
  },
)
