import { createHmac } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import type { OutgoingRequest } from '../../src/deliver/http/sender.ts'
import { SenderThread } from '../../src/deliver/http/sender-thread.ts'
import { silentLog } from '../../src/ground/log.ts'
import { startReceiver } from '../helpers/receiver.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const POLICY = { allowHttp: true, allowNetworks: ['127.0.0.0/8'] }

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

async function started() {
  const receiver = await startReceiver()
  stops.push(() => receiver.close())
  const sender = new SenderThread({ policy: POLICY, log: silentLog, lookMs: 1_000 })
  await sender.start()
  stops.push(() => sender.stop())
  const request = (number: number): OutgoingRequest => ({
    url: receiver.url,
    headers: { 'x-number': String(number) },
    body: `{"says":"grün ${number}"}`,
    signing: { secrets: [SECRET], id: `evt_${number}`, timestamp: 1_700_000_000 },
    timeoutMs: 5_000,
  })
  return { receiver, sender, request }
}

describe('the sender’s thread', () => {
  it('sends what it is given, signed, and gives each its own answer', async () => {
    const { receiver, sender, request } = await started()
    receiver.answerWith(({ headers }) => ({ status: 200, body: `got ${headers['x-number']}` }))
    const exchanges = await Promise.all(
      Array.from({ length: 100 }, (_, number) => sender.send(request(number))),
    )
    expect(exchanges.map(({ responseBody }) => responseBody)).toEqual(
      exchanges.map((_, number) => `got ${number}`),
    )
    for (const { headers, body } of receiver.requests) {
      const signature = createHmac('sha256', SECRET).update(body).digest('hex')
      expect(headers['x-statuspulse-signature']).toBe(signature)
    }
  })

  it('fails what was under way when it ends, and starts anew', async () => {
    const { receiver, sender, request } = await started()
    receiver.answerWith('hang')
    const hanging = sender.send(request(1))
    await receiver.received(1)
    // Nothing that our own code sends: it throws in the middle of the thread's work.
    const deadly = sender.send({ ...request(2), headers: null as never })
    for (const { error } of await Promise.all([hanging, deadly]))
      expect(error).toEqual({ class: 'other', message: expect.stringContaining('thread that sends ended') })
    receiver.answerWith({ status: 201 })
    expect(await sender.send(request(3))).toMatchObject({ statusCode: 201, error: null })
  })

  it('is ended when it is stuck, and only then', async () => {
    const { receiver, sender, request } = await started()
    receiver.answerWith('hang')
    expect((await sender.send({ ...request(1), timeoutMs: 500 })).error?.class).toBe('timeout')
    // Signatures enough to keep it busy for minutes.
    const endless = { secrets: Array(100_000).fill(SECRET), id: 'evt_2', timestamp: 1_700_000_000 }
    const stuck = sender.send({
      ...request(2),
      body: 'x'.repeat(5_000_000),
      signing: endless,
      timeoutMs: 500,
    })
    expect((await stuck).error?.message).toContain('thread that sends ended')
    receiver.answerWith({ status: 200 })
    expect(await sender.send(request(3))).toMatchObject({ statusCode: 200, error: null })
  })

  it('ends what is under way when it is stopped, and takes nothing more', async () => {
    const { receiver, sender, request } = await started()
    receiver.answerWith('hang')
    const hanging = sender.send(request(1))
    await receiver.received(1)
    await sender.stop()
    expect((await hanging).error?.message).toBe('StatusPulse is stopping')
    expect((await sender.send(request(2))).error?.message).toBe('StatusPulse is stopping')
  })
})
