import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { brokerNetwork } from '../../src/deliver/broker-network.ts'
import { BrokerSender } from '../../src/deliver/brokers/broker-sender.ts'
import { TestClock } from '../helpers/clock.ts'
import { startNats } from './nats-broker.ts'
import { findProgram } from './process.ts'
import { whereThereIs } from './required.ts'

const NETWORK = brokerNetwork({ allowHttp: true, allowNetworks: ['127.0.0.0/8', '::1/128'], ownServers: [] })
const MINUTE = 60_000

function mail(url: string, id: string, timeoutMs = 2_000) {
  const message = { id, key: id, body: '{}', contentType: 'application/json' }
  return { url, place: { broker: 'nats', subject: 'ops.sender' } as const, message, timeoutMs }
}

describe.runIf(whereThereIs('nats-server', findProgram('nats-server'), 'apt-get install nats-server'))(
  'the connections to brokers',
  () => {
    it('are one for each URL, are closed when nothing is sent for a minute, and opened again', async () => {
      const broker = await startNats()
      const clock = new TestClock()
      const sender = new BrokerSender({ network: NETWORK, clock })
      const clients = async () => [sender.connections, await broker.clients?.()]
      try {
        const many = await Promise.all(
          Array.from({ length: 20 }, (_, index) => sender.send(mail(broker.url, `a${index}`))),
        )
        expect(many.map(({ error }) => error)).toEqual(Array(20).fill(null))
        expect(await clients()).toEqual([1, 1])
        clock.advance(MINUTE - 1)
        await sender.send(mail(broker.url, 'b'))
        clock.advance(MINUTE - 1)
        expect(await clients()).toEqual([1, 1])
        clock.advance(1)
        expect(sender.connections).toBe(0)
        while ((await broker.clients?.()) !== 0) await new Promise(resolve => setImmediate(resolve))
        expect((await sender.send(mail(broker.url, 'c'))).error).toBeNull()
        expect(await clients()).toEqual([1, 1])
        await sender.stop()
        while ((await broker.clients?.()) !== 0) await new Promise(resolve => setImmediate(resolve))
      } finally {
        await sender.stop()
        await broker.stop()
      }
    })
  },
)

describe('a broker that cannot be used', () => {
  const servers: { server: Server; sockets: Socket[] }[] = []
  afterEach(() => {
    for (const { server, sockets } of servers.splice(0)) {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  async function listen(): Promise<number> {
    const sockets: Socket[] = []
    const server = createServer(socket => sockets.push(socket))
    servers.push({ server, sockets })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return (server.address() as { port: number }).port
  }

  it('is given up after the time of the endpoint when it says nothing', async () => {
    const sender = new BrokerSender({ network: NETWORK })
    const { error, statusCode } = await sender.send(mail(`nats://127.0.0.1:${await listen()}`, 'a', 300))
    expect(statusCode).toBeNull()
    expect(error).toEqual({ class: 'timeout', message: 'The broker did not confirm within 300 ms' })
    await sender.stop()
  })

  it.each([
    ['nats://127.0.0.1:1', 'connection_refused'],
    ['nats://169.254.169.254:4222', 'address_refused'],
    ['nats://10.0.0.1:4222', 'address_refused'],
  ])('%s: %s', async (url, errorClass) => {
    const sender = new BrokerSender({ network: NETWORK })
    const { error } = await sender.send(mail(url, 'a'))
    expect(error?.class).toBe(errorClass)
    expect(sender.connections).toBe(0)
    await sender.stop()
  })

  it('is not connected to without TLS where the operator does not allow it', async () => {
    const network = brokerNetwork({ allowHttp: false, allowNetworks: ['127.0.0.0/8'], ownServers: [] })
    const sender = new BrokerSender({ network })
    const { error } = await sender.send(mail(`nats://127.0.0.1:${await listen()}`, 'a'))
    expect(error?.message).toContain('must be a TLS URL')
    expect(servers[0]?.sockets).toEqual([])
    await sender.stop()
  })
})
