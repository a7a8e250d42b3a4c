import { describe, expect, it } from 'vitest'
import { CHECKS } from '../../../src/detect/checks/index.ts'
import { startFaultProxy } from '../../helpers/fault-proxy.ts'
import {
  busyPort,
  check,
  closedPort,
  closing,
  faultsOf,
  networkWith,
  receiverWith,
  tcpServerWith,
} from '../harness.ts'

describe('a tcp check', () => {
  it('connects, sends nothing and hangs up', async () => {
    let received = 0
    const { port, sockets } = await tcpServerWith(socket => {
      socket.on('data', chunk => {
        received += chunk.length
      })
    })
    const result = await check('tcp', { host: 'localhost', port })
    expect(result).toMatchObject({
      ok: true,
      error: null,
      remoteAddress: '127.0.0.1',
      tls: null,
      statusCode: null,
    })
    expect(result.samples.response_time_ms).toBeGreaterThan(0)
    expect(result.timings).toMatchObject({ dns: expect.any(Number), connect: expect.any(Number), tls: null })
    await expect.poll(() => sockets.size).toBe(0)
    expect(received).toBe(0)
  })

  it('fails when it is refused', async () => {
    const result = await check('tcp', { host: '127.0.0.1', port: await closedPort() })
    expect(result).toMatchObject({ ok: false, error: { class: 'connection_refused' }, samples: {} })
  })

  it('fails when nobody takes the connection', async () => {
    const port = await busyPort()
    const result = await check('tcp', { host: '127.0.0.1', port }, { timeoutMs: 150 })
    expect(result.error).toEqual({
      class: 'timeout',
      message: `Not finished within 150 ms: still connecting to 127.0.0.1:${port}`,
    })
  })

  it.each([
    ['10.0.0.1', 'a private address'],
    ['::1', 'a loopback address'],
    ['0x7f.1', 'a loopback address'],
    ['2852039166', "a cloud's metadata service"],
  ])('of %s is refused unless the operator allows it', async (host, kind) => {
    const network = networkWith({ allowNetworks: [] })
    const result = await check('tcp', { host, port: 6379 }, { network })
    expect(result.error?.class).toBe('address_refused')
    expect(result.error?.message).toContain(kind)
    expect(CHECKS.tcp.refusalOf({ host, port: 6379 }, network.policy)).toContain(kind)
  })

  it.each(['', 'a b', 'http://a', 'a:80', 'a/b', 'u@a', '[::1]'])('has no host %o', host => {
    expect(faultsOf('tcp', { host, port: 1 })).toEqual([expect.stringMatching(/^host: /)])
  })
})

describe('a tls check', () => {
  it('makes a handshake and shows what it saw', async () => {
    const receiver = await receiverWith({ tls: 'tls1.2' })
    const result = await check('tls', { host: 'localhost', port: receiver.port })
    expect(result).toMatchObject({
      ok: true,
      warnings: [],
      tls: { protocol: 'TLSv1.2', authorized: true, issuer: 'Test Authority', daysLeft: 89 },
      samples: { tls_days_left: 89, response_time_ms: expect.any(Number) },
    })
    expect(receiver.requests).toEqual([])
    await receiver.connected(0)
  })

  it.each([
    ['expired', 'its certificate has expired'],
    ['wrong-name', 'its certificate is for elsewhere.test, not for localhost'],
    ['self-signed', 'its certificate is self-signed'],
    ['untrusted', 'its certificate was issued by an authority that is not trusted here'],
    ['tls1.1', 'it offers no TLS 1.2 or newer'],
  ] as const)('fails when the certificate or protocol is %s', async (tls, message) => {
    const receiver = await receiverWith({ tls })
    const result = await check('tls', { host: 'localhost', port: receiver.port })
    expect(result.error?.class).toBe('tls')
    expect(result.error?.message).toContain(message)
    await receiver.connected(0)
  })

  it('fails where no TLS is spoken, and where the handshake is cut', async () => {
    const plain = await tcpServerWith(socket => socket.end('220 mail ready\r\n'))
    const spoken = await check('tls', { host: 'localhost', port: plain.port })
    expect(spoken.error).toMatchObject({
      class: 'tls',
      message: expect.stringContaining('does not speak TLS'),
    })
    const proxy = closing(await startFaultProxy({ port: (await receiverWith({ tls: 'good' })).port }))
    proxy.set({ cutAfterBytes: 100 })
    const cut = await check('tls', { host: 'localhost', port: proxy.port })
    expect(cut.error).toMatchObject({
      class: 'tls',
      message: expect.stringContaining('reset the connection'),
    })
  })

  it('fails when the handshake takes too long', async () => {
    const proxy = closing(await startFaultProxy({ port: (await receiverWith({ tls: 'good' })).port }))
    proxy.set('stall')
    const result = await check('tls', { host: 'localhost', port: proxy.port }, { timeoutMs: 150 })
    expect(result.error?.message).toContain('still in the TLS handshake')
  })

  it('without trust and validity, still asserts the names asked for', async () => {
    const { port } = await receiverWith({ tls: 'self-signed' })
    const spec = { host: 'localhost', port, verify: false }
    expect((await check('tls', spec)).ok).toBe(true)
    expect((await check('tls', { ...spec, names: ['a.receiver.test', '127.0.0.1'] })).ok).toBe(true)
    expect((await check('tls', { ...spec, names: ['localhost', 'other.test'] })).error?.message).toContain(
      'not for other.test',
    )
  })

  it('asks for, and expects, another name than the host where told so', async () => {
    const { port } = await receiverWith({ tls: 'good' })
    const named = { host: '127.0.0.1', port, server_name: 'receiver.test' }
    expect((await check('tls', named)).ok).toBe(true)
    const wrong = await check('tls', { ...named, server_name: 'other.test' })
    expect(wrong.error?.message).toContain('not for other.test')
    const elsewhere = await receiverWith({ tls: 'wrong-name' })
    const spec = { host: 'localhost', port: elsewhere.port, names: ['elsewhere.test'] }
    expect((await check('tls', spec)).ok).toBe(true)
  })

  it('warns of, and fails on, too few days left', async () => {
    const { port } = await receiverWith({ tls: 'good' })
    const spec = { host: 'localhost', port }
    const warned = await check('tls', { ...spec, expiry_warning_days: 100 })
    expect(warned).toMatchObject({ ok: true, warnings: [{ class: 'tls_expiry' }] })
    const failed = await check('tls', { ...spec, min_days_left: 90 })
    expect(failed.error).toEqual({
      class: 'assertion',
      message: `The certificate of localhost:${port} expires in 89 days, fewer than 90`,
    })
    expect((await check('tls', { ...spec, min_days_left: 89 })).ok).toBe(true)
  })
})
