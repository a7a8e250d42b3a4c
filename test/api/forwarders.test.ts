import { createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { brokerNetwork } from '../../src/deliver/broker-network.ts'
import { connectBroker } from '../../src/record/forward/connect.ts'
import { startTestApi, type TestApi } from './harness.ts'

const FORWARDERS = '/v1/queues/ops-integrations/forwarders'
const NATS = { broker: 'nats', subject: 'ops.attempts' }

let api: TestApi
const servers: Server[] = []

beforeAll(async () => {
  api = await startTestApi()
})
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})
afterAll(() => api?.stop())

/** Something that takes connections and counts them. */
async function listen(): Promise<{ port: number; connections: () => number }> {
  let connections = 0
  const server = createServer(socket => {
    connections++
    socket.on('error', () => {})
    socket.end('this is no broker\r\n')
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as { port: number }).port, connections: () => connections }
}

describe('a forwarder', () => {
  it.each([
    ['nats', 'http://127.0.0.1:4222', 'must start with tls:// (TLS) or nats://'],
    ['nats', 'nats://127.0.0.1:4222/path', 'must not carry a path'],
    ['nats', 'nats://127.0.0.1:4222?tls=false', 'must not carry parameters'],
    ['nats', 'nowhere', 'is not a URL'],
    ['rabbitmq', 'amqp://%zz@127.0.0.1', 'holds a % that begins no character'],
    ['rabbitmq', 'amqp://127.0.0.1?heartbeat=0', 'must not carry parameters'],
    ['kafka', 'kafka://127.0.0.1?mechanism=NONE', 'must have one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512'],
  ])('of %s is refused with the URL %s', async (broker, url, why) => {
    const places = { nats: { subject: 's' }, rabbitmq: { routing_key: 'k' }, kafka: { topic: 't' } }
    const body = { broker, url, ...places[broker as keyof typeof places] }
    const answer = await api.call('POST', FORWARDERS, { body })
    expect(answer.status).toBe(422)
    expect(answer.body.errors[0].path).toBe('url')
    expect(answer.body.errors[0].message).toContain(why)
  })

  it.each(['ops.*', 'ops.>', 'ops..a', 'ops a', ''])(
    'is refused with the NATS subject "%s"',
    async subject => {
      const { status } = await api.call('POST', FORWARDERS, {
        body: { ...NATS, url: 'nats://127.0.0.1:4222', subject },
      })
      expect(status).toBe(422)
    },
  )

  it('is refused with the reason when nothing answers, or what answers is no broker', async () => {
    const { port } = await listen()
    for (const [url, why] of [
      ['nats://127.0.0.1:1', /refused the connection/],
      [`nats://127.0.0.1:${port}`, /cannot be forwarded to/],
    ] as const) {
      const { status, body } = await api.call('POST', FORWARDERS, { body: { ...NATS, url } })
      expect(status).toBe(422)
      expect(body.detail).toMatch(why)
    }
    expect((await api.call('GET', FORWARDERS)).body.data).toEqual([])
  })

  it('needs the scope admin for everything', async () => {
    for (const key of [api.first.keys.read, api.first.keys.ingest]) {
      for (const [method, path] of [
        ['GET', FORWARDERS],
        ['POST', FORWARDERS],
        ['GET', `${FORWARDERS}/fwd_x`],
        ['PATCH', `${FORWARDERS}/fwd_x`],
        ['DELETE', `${FORWARDERS}/fwd_x`],
      ] as const) {
        const body = method === 'POST' || method === 'PATCH' ? {} : undefined
        expect((await api.call(method, path, { key, body })).status).toBe(403)
      }
    }
  })
})

describe('the way to a broker', () => {
  const brokers = [
    { broker: 'nats', subject: 's' },
    { broker: 'rabbitmq', exchange: '', routingKey: 'k' },
    { broker: 'kafka', topic: 't' },
  ] as const
  const schemes = { nats: 'nats', rabbitmq: 'amqp', kafka: 'kafka' }

  it.each(brokers)('is closed to addresses that the operator does not allow: $broker', async destination => {
    const { port, connections } = await listen()
    const network = brokerNetwork({ allowHttp: true, allowNetworks: [] })
    for (const host of ['127.0.0.1', 'localhost', '0x7f.1', '[::ffff:127.0.0.1]']) {
      const url = `${schemes[destination.broker]}://${host}:${port}`
      await expect(connectBroker(url, destination, network)).rejects.toThrow(/refused|is not|does not exist/)
    }
    expect(connections()).toBe(0)
  })

  it.each(brokers)('needs TLS unless the operator allows plain HTTP: $broker', async destination => {
    const { port, connections } = await listen()
    const network = brokerNetwork({ allowHttp: false, allowNetworks: ['127.0.0.0/8'] })
    const url = `${schemes[destination.broker]}://127.0.0.1:${port}`
    await expect(connectBroker(url, destination, network)).rejects.toThrow('must be a TLS URL')
    expect(connections()).toBe(0)
  })
})
