import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { probeTls, type TlsReport } from '../../src/deliver/egress/index.ts'
import { Sender } from '../../src/deliver/http/sender.ts'
import { Problem } from '../../src/ground/errors.ts'
import { makeCertificates } from '../helpers/certificates.ts'
import { type Receiver, type ReceiverOptions, startReceiver } from '../helpers/receiver.ts'

const { ca } = makeCertificates()
const policy = { allowHttp: true, allowNetworks: ['127.0.0.0/8'], extraCa: ca }

const receivers: Receiver[] = []
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close()
})

async function receiverWith(options: ReceiverOptions): Promise<Receiver> {
  const receiver = await startReceiver(options)
  receivers.push(receiver)
  return receiver
}

async function problemOf(probe: Promise<unknown>): Promise<Problem> {
  const thrown = await probe.then(
    () => null,
    error => error,
  )
  expect(thrown).toBeInstanceOf(Problem)
  return thrown
}

async function sendOnce(url: string, more: { extraCa?: string } = { extraCa: ca }) {
  const sender = new Sender({ policy: { allowHttp: false, allowNetworks: ['127.0.0.0/8'], ...more } })
  try {
    return await sender.send({ url, headers: {}, body: '{}', timeoutMs: 5000 })
  } finally {
    await sender.stop()
  }
}

describe('the TLS report of a receiver in order', () => {
  it('shows protocol, cipher, chain, names and expiry', async () => {
    const receiver = await receiverWith({ tls: 'good' })
    const report = (await probeTls(receiver.url, policy, 5000)) as TlsReport
    expect(report).toMatchObject({
      protocol: 'TLSv1.3',
      authorized: true,
      alpn: 'http/1.1',
      remote_address: '127.0.0.1',
    })
    expect(report.cipher).toMatch(/^TLS_/)
    expect(report.names).toEqual(expect.arrayContaining(['localhost', '127.0.0.1', '*.receiver.test']))
    expect(report.chain.map(certificate => certificate.issuer)).toEqual([
      'CN=Test Authority',
      'CN=Test Authority',
    ])
    expect(report.chain[0]?.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
    expect(report.days_left).toBe(89)
    expect(report.expires_at).toBe(report.chain[0]?.valid_to)
    expect(receiver.requests).toEqual([])
  })

  it('shows HTTP/2 where it is chosen, and TLS 1.2 where that is the newest', async () => {
    const newer = await receiverWith({ tls: 'good', http2: true })
    expect(await probeTls(newer.url, policy, 5000)).toMatchObject({ alpn: 'h2' })
    const older = await receiverWith({ tls: 'tls1.2' })
    expect(await probeTls(older.url, policy, 5000)).toMatchObject({ protocol: 'TLSv1.2' })
  })

  it('works for an address that the certificate covers', async () => {
    const receiver = await receiverWith({ tls: 'good' })
    const report = await probeTls(`https://127.0.0.1:${receiver.port}/`, policy, 5000)
    expect(report?.authorized).toBe(true)
  })

  it('is null for an http: URL that the operator allows', async () => {
    const receiver = await receiverWith({})
    expect(await probeTls(receiver.url, policy, 5000)).toBeNull()
    expect(receiver.connections).toBe(0)
  })
})

const refusals: readonly (readonly [ReceiverOptions['tls'], string])[] = [
  ['expired', 'its certificate has expired'],
  ['wrong-name', 'its certificate is for elsewhere.test, not for localhost'],
  ['self-signed', 'its certificate is self-signed'],
  ['untrusted', 'its certificate was issued by an authority that is not trusted here'],
  ['tls1.1', 'it offers no TLS 1.2 or newer'],
]

describe('a receiver is refused at registration, saying which host and why, when it has', () => {
  it.each(refusals)('%s', async (tls, why) => {
    const receiver = await receiverWith({ tls: tls! })
    const problem = await problemOf(probeTls(receiver.url, policy, 5000))
    expect(problem.status).toBe(422)
    expect(problem.errors).toHaveLength(1)
    expect(problem.errors[0]?.path).toBe('url')
    expect(problem.errors[0]?.message).toContain(`TLS with localhost:${receiver.port} failed: ${why}`)
  })
})

describe('an attempt fails as a TLS failure, and sends nothing, when the receiver has', () => {
  it.each(refusals)('%s', async (tls, why) => {
    const receiver = await receiverWith({ tls: tls! })
    const observation = await sendOnce(`${receiver.url}?secret`)
    expect(observation.error?.class).toBe('tls')
    expect(observation.error?.message).toContain(`TLS with localhost:${receiver.port} failed: ${why}`)
    expect(observation.error?.message).not.toContain('secret')
    expect(observation.statusCode).toBeNull()
    expect(receiver.requests).toEqual([])
  })

  it('a good certificate of an authority that the machine does not know', async () => {
    const receiver = await receiverWith({ tls: 'good' })
    expect((await sendOnce(receiver.url, {})).error?.class).toBe('tls')
    expect((await sendOnce(receiver.url)).error).toBeNull()
  })

  it('even when the environment says not to verify', async () => {
    const receiver = await receiverWith({ tls: 'self-signed' })
    const kept = process.env.NODE_TLS_REJECT_UNAUTHORIZED
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    try {
      expect((await sendOnce(receiver.url)).error?.class).toBe('tls')
    } finally {
      if (kept === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = kept
    }
  })
})

describe('a probe', () => {
  async function serverThat(
    does: Parameters<typeof createServer>[1],
  ): Promise<{ server: Server; port: number }> {
    const server = createServer(does as never)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return { server, port: (server.address() as { port: number }).port }
  }

  it('ends in time when the host is silent, naming the phase', async () => {
    const { server, port } = await serverThat((() => {}) as never)
    const problem = await problemOf(probeTls(`https://localhost:${port}/`, policy, 100))
    expect(problem.message).toContain(
      `localhost:${port} gave no answer within 100 ms while the TLS handshake was made`,
    )
    server.close()
  })

  it('says when a port does not speak TLS', async () => {
    const { server, port } = await serverThat(((socket: Socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    }) as never)
    const problem = await problemOf(probeTls(`https://localhost:${port}/`, policy, 5000))
    expect(problem.message).toContain('does not speak TLS on this port')
    server.close()
  })

  it.each([
    ['https://10.0.0.1/', 'is not allowed: 10.0.0.1 is a private address'],
    ['https://user@example.com/', 'must not carry a user name or password'],
  ])('refuses %s before it connects', async (url, why) => {
    const problem = await problemOf(probeTls(url, { allowHttp: false, allowNetworks: [] }, 1000))
    expect(problem).toMatchObject({ status: 422, errors: [{ path: 'url', message: why }] })
  })

  it('judges a name by its addresses', async () => {
    const lookup = async () => [{ address: '10.0.0.1' }]
    const problem = await problemOf(
      probeTls('https://inside.test/', { allowHttp: false, allowNetworks: [] }, 1000, lookup),
    )
    expect(problem.message).toContain('inside.test:443 is refused: 10.0.0.1 is a private address')
  })
})
