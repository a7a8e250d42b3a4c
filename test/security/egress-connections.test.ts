import { afterEach, describe, expect, it } from 'vitest'
import type { Lookup } from '../../src/deliver/egress/index.ts'
import { Sender } from '../../src/deliver/http/sender.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from '../helpers/receiver.ts'

const started: { close?(): Promise<void>; stop?(): Promise<void> }[] = []
afterEach(async () => {
  for (const part of started.splice(0).reverse()) await (part.stop ?? part.close)?.call(part)
})

async function receiverAt(options: ReceiverOptions): Promise<Receiver> {
  const receiver = await startReceiver(options)
  started.push(receiver)
  return receiver
}

/** 127.0.0.2 stands for the public address here: it is the only one allowed unless told otherwise. */
function senderWith(lookup: Lookup, allowNetworks = ['127.0.0.2/32']): Sender {
  const sender = new Sender({ policy: { allowHttp: true, allowNetworks }, lookup })
  started.push(sender)
  return sender
}

function answering(...answers: readonly (readonly string[])[]): Lookup & { readonly asked: string[] } {
  const asked: string[] = []
  const lookup = async (hostname: string) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(hostname)
    return addresses.map(address => ({ address }))
  }
  return Object.assign(lookup, { asked })
}

function post(port: number) {
  return {
    url: `http://rebinding.test:${port}/secret-path?secret=1`,
    headers: {},
    body: '{}',
    timeoutMs: 5000,
  }
}

describe('a name is judged by the addresses it has when the connection is opened', () => {
  it('so a name that moves to a private address is refused, and nothing reaches that address', async () => {
    const allowed = await receiverAt({
      host: '127.0.0.2',
      answer: { status: 200, headers: { connection: 'close' } },
    })
    const internal = await receiverAt({ host: '127.0.0.1', port: allowed.port })
    const lookup = answering(['127.0.0.2'], ['127.0.0.1'])
    const sender = senderWith(lookup)

    const before = await sender.send(post(allowed.port))
    expect(before).toMatchObject({ statusCode: 200, remoteAddress: '127.0.0.2' })
    await allowed.connected(0)

    const after = await sender.send(post(allowed.port))
    expect(after.error).toEqual({
      class: 'address_refused',
      message: `rebinding.test:${allowed.port} is refused: 127.0.0.1 is a loopback address`,
    })
    expect(after.remoteAddress).toBeNull()
    expect(internal.connections).toBe(0)
    expect(allowed.requests).toHaveLength(1)
  })

  it('and is looked up once for a connection: what was checked is what is connected to', async () => {
    const allowed = await receiverAt({ host: '127.0.0.2' })
    const internal = await receiverAt({ host: '127.0.0.1', port: allowed.port })
    const lookup = answering(['127.0.0.2'], ['127.0.0.1'])
    const sender = senderWith(lookup)
    expect((await sender.send(post(allowed.port))).remoteAddress).toBe('127.0.0.2')
    expect(lookup.asked).toEqual(['rebinding.test'])
    expect(internal.connections).toBe(0)
  })

  it('of which only the allowed ones are tried', async () => {
    const allowed = await receiverAt({ host: '127.0.0.2' })
    const internal = await receiverAt({ host: '127.0.0.1', port: allowed.port })
    const sender = senderWith(answering(['127.0.0.1', '10.0.0.1', '::1', '127.0.0.2']))
    expect(await sender.send(post(allowed.port))).toMatchObject({
      statusCode: 200,
      remoteAddress: '127.0.0.2',
    })
    expect(internal.connections).toBe(0)
  })

  it('and an answer that is no address is refused', async () => {
    const sender = senderWith(answering(['0x7f.2', '2130706434']))
    expect((await sender.send(post(8080))).error?.class).toBe('address_refused')
  })

  it.each([
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::ffff:7f00:1]/',
    'https://[::]/',
  ])('while an address in the URL is judged before anything else: %s', async url => {
    const lookup = answering(['127.0.0.2'])
    const sender = senderWith(lookup)
    const observation = await sender.send({ ...post(0), url })
    expect(observation.error?.class).toBe('address_refused')
    expect(lookup.asked).toEqual([])
  })
})

describe('of several allowed addresses', () => {
  it('the next is tried when one refuses the connection', async () => {
    const receiver = await receiverAt({ host: '127.0.0.2' })
    const sender = senderWith(answering(['127.0.0.3', '127.0.0.2']), ['127.0.0.0/8'])
    expect(await sender.send(post(receiver.port))).toMatchObject({
      statusCode: 200,
      remoteAddress: '127.0.0.2',
    })
  })

  it('all that refuse make one refusal', async () => {
    const receiver = await receiverAt({ host: '127.0.0.2' })
    const sender = senderWith(answering(['127.0.0.3', '127.0.0.4']), ['127.0.0.0/8'])
    expect((await sender.send(post(receiver.port))).error).toEqual({
      class: 'connection_refused',
      message: `rebinding.test:${receiver.port} refused the connection`,
    })
  })
})

describe('the resolver', () => {
  it('is asked once by attempts that need the same name at the same time', async () => {
    const receiver = await receiverAt({ host: '127.0.0.2' })
    const lookup = answering(['127.0.0.2'])
    const sender = senderWith(lookup)
    await Promise.all(Array.from({ length: 10 }, () => sender.send(post(receiver.port))))
    expect(lookup.asked).toEqual(['rebinding.test'])
    expect(receiver.requests).toHaveLength(10)
  })

  it.each([
    ['ENOTFOUND', 'The name rebinding.test does not exist or has no address'],
    ['EAI_AGAIN', 'The DNS servers gave no answer for rebinding.test'],
    ['ESERVFAIL', 'Looking up rebinding.test failed: ESERVFAIL'],
  ])('failing with %s makes an attempt a DNS failure', async (code, message) => {
    const sender = senderWith(() => Promise.reject(Object.assign(new Error('secret detail'), { code })))
    expect((await sender.send(post(8080))).error).toEqual({ class: 'dns', message })
  })

  it('that knows the name but no address of it makes an attempt a DNS failure', async () => {
    const sender = senderWith(answering([]))
    expect((await sender.send(post(8080))).error?.class).toBe('dns')
  })
})

describe('a proxy from the environment', () => {
  it('plays no part', async () => {
    const proxy = await receiverAt({})
    const receiver = await receiverAt({ host: '127.0.0.2' })
    const kept = { ...process.env }
    try {
      for (const name of [
        'HTTP_PROXY',
        'http_proxy',
        'HTTPS_PROXY',
        'https_proxy',
        'ALL_PROXY',
        'NODE_USE_ENV_PROXY',
      ]) {
        process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : `http://127.0.0.1:${proxy.port}`
      }
      const sender = senderWith(answering(['127.0.0.2']))
      expect((await sender.send(post(receiver.port))).statusCode).toBe(200)
      expect(proxy.connections).toBe(0)
    } finally {
      process.env = kept
    }
  })
})
