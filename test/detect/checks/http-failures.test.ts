import { describe, expect, it } from 'vitest'
import { busyPort, check, closedPort, networkWith, receiverWith, tcpServerWith } from '../harness.ts'

/** Short, since the tests wait for it. */
const TIMEOUT_MS = 150

function slow(url: string, more: Parameters<typeof check>[2] = {}) {
  return check('http', { url }, { timeoutMs: TIMEOUT_MS, ...more })
}

describe('an http check that gets no answer', () => {
  it('is refused', async () => {
    const port = await closedPort()
    const result = await check('http', { url: `http://localhost:${port}/private?token=1` })
    expect(result).toMatchObject({
      ok: false,
      statusCode: null,
      error: { class: 'connection_refused', message: `localhost:${port} refused the connection` },
      timings: { tls: null, firstByte: null },
      samples: {},
    })
  })

  it.each([
    ['reset', 'connection_reset', 'closed the connection without an answer'],
    ['cut', 'connection_reset', 'cut the connection in the middle of its answer'],
    ['garbage', 'protocol', 'answered with something that is not valid HTTP'],
  ] as const)('because of a %s', async (answer, errorClass, message) => {
    const receiver = await receiverWith({ answer })
    const result = await check('http', { url: receiver.url })
    expect(result.error?.class).toBe(errorClass)
    expect(result.error?.message).toContain(`localhost:${receiver.port} ${message}`)
    expect(receiver.requests).toHaveLength(1)
    await receiver.connected(0)
  })

  it('because the name does not exist', async () => {
    const lookup = async () => {
      throw Object.assign(new Error(), { code: 'ENOTFOUND' })
    }
    const result = await check('http', { url: 'http://no.test/' }, { network: networkWith({}, lookup) })
    expect(result.error).toEqual({
      class: 'dns',
      message: 'The name no.test does not exist or has no address',
    })
  })
})

describe('an http check whose time is up says what it was at, and leaves nothing open', () => {
  function timeout(doing: string) {
    return { class: 'timeout', message: `Not finished within ${TIMEOUT_MS} ms: still ${doing}` }
  }

  it('in the DNS look-up', async () => {
    const network = networkWith({}, () => new Promise(() => {}))
    const result = await slow('http://slow.test/', { network })
    expect(result.error).toEqual(timeout('looking up slow.test'))
    expect(result.timings).toMatchObject({ dns: null, connect: null, firstByte: null })
  })

  it('when connecting', async () => {
    const port = await busyPort()
    const result = await slow(`http://localhost:${port}/`)
    expect(result.error).toEqual(timeout(`connecting to localhost:${port}`))
    expect(result.timings).toMatchObject({ dns: expect.any(Number), connect: null })
  })

  it('in the TLS handshake', async () => {
    const { port, sockets } = await tcpServerWith(socket => socket.resume())
    const result = await slow(`https://localhost:${port}/`)
    expect(result.error).toEqual(timeout(`in the TLS handshake with localhost:${port}`))
    expect(result.timings).toMatchObject({ connect: expect.any(Number), tls: null })
    await expect.poll(() => sockets.size).toBe(0)
  })

  it('when waiting for the answer', async () => {
    const receiver = await receiverWith({ tls: 'good', answer: 'hang' })
    const result = await slow(receiver.url)
    expect(result.error).toEqual(timeout(`waiting for localhost:${receiver.port}`))
    expect(result.timings).toMatchObject({ tls: expect.any(Number), firstByte: null })
    expect(result.remoteAddress).toBe('127.0.0.1')
    await receiver.connected(0)
  })

  it('when reading an answer that does not end', async () => {
    const receiver = await receiverWith({ answer: 'drip' })
    const result = await slow(receiver.url)
    expect(result.error).toEqual(timeout(`reading the answer of localhost:${receiver.port}`))
    expect(result).toMatchObject({ statusCode: 200, timings: { firstByte: expect.any(Number) }, samples: {} })
    await receiver.connected(0)
  })

  it('on the way along redirects, which share the time', async () => {
    const receiver = await receiverWith({
      answer: ({ path }) => ({ status: 302, headers: { location: `${path}x` }, delayMs: 40 }),
    })
    const result = await check('http', { url: receiver.url, max_redirects: 10 }, { timeoutMs: TIMEOUT_MS })
    expect(result.error?.class).toBe('timeout')
    expect(result.latencyMs).toBeLessThan(2 * TIMEOUT_MS)
    await receiver.connected(0)
  })

  it('on HTTP/2 too', async () => {
    const receiver = await receiverWith({ tls: 'good', http2: true, answer: 'hang' })
    expect((await slow(receiver.url)).error?.class).toBe('timeout')
    await receiver.connected(0)
  })
})

describe('an http check that is called off', () => {
  it('ends at once, as aborted, and leaves nothing open', async () => {
    const receiver = await receiverWith({ answer: 'hang' })
    const controller = new AbortController()
    const running = check('http', { url: receiver.url }, { signal: controller.signal })
    await receiver.received(1)
    controller.abort()
    expect(await running).toMatchObject({ ok: false, error: { class: 'aborted' }, samples: {} })
    await receiver.connected(0)
  })

  it('before it began, connects to nobody', async () => {
    const receiver = await receiverWith()
    const result = await check('http', { url: receiver.url }, { signal: AbortSignal.abort() })
    expect(result.error?.class).toBe('aborted')
    expect(receiver.connections).toBe(0)
  })
})

describe('an https check', () => {
  it.each([
    ['expired', 'its certificate has expired'],
    ['wrong-name', 'its certificate is for elsewhere.test, not for localhost'],
    ['self-signed', 'its certificate is self-signed'],
    ['untrusted', 'its certificate was issued by an authority that is not trusted here'],
    ['tls1.1', 'it offers no TLS 1.2 or newer'],
  ] as const)('fails when the certificate or protocol is %s, and sends nothing', async (tls, message) => {
    const receiver = await receiverWith({ tls })
    const result = await check('http', { url: receiver.url, headers: { authorization: 'secret' } })
    expect(result.error?.class).toBe('tls')
    expect(result.error?.message).toContain(`TLS with localhost:${receiver.port} failed: ${message}`)
    expect(receiver.requests).toEqual([])
    await receiver.connected(0)
  })

  it('still shows the certificate that it does not trust', async () => {
    const receiver = await receiverWith({ tls: 'expired' })
    const result = await check('http', { url: receiver.url })
    expect(result.tls).toMatchObject({ authorized: false, daysLeft: -2 })
    expect(result.warnings[0]?.message).toContain(
      `The certificate of localhost:${receiver.port} has expired (`,
    )
  })

  it.each(['expired', 'wrong-name', 'self-signed'] as const)(
    'takes one that is %s when the operator of the monitor says so',
    async tls => {
      const receiver = await receiverWith({ tls })
      const result = await check('http', { url: receiver.url, tls: { verify: false } })
      expect(result).toMatchObject({ ok: true, tls: { authorized: false } })
    },
  )

  it('warns of a certificate that expires within the days given, and is ok', async () => {
    const receiver = await receiverWith({ tls: 'good' })
    const result = await check('http', { url: receiver.url, tls: { expiry_warning_days: 90 } })
    expect(result.ok).toBe(true)
    expect(result.warnings).toEqual([
      {
        class: 'tls_expiry',
        message: expect.stringMatching(/^The certificate of localhost:\d+ expires in 89 days \(\d{4}-/),
      },
    ])
    const calm = await check('http', { url: receiver.url, tls: { expiry_warning_days: 89 } })
    expect(calm.warnings).toEqual([])
  })
})
