import { describe, expect, it } from 'vitest'
import { check, faultsOf, receiverWith } from '../harness.ts'

const HEALTH = JSON.stringify({
  status: 'ok',
  checks: [
    { name: 'db', 'response time': 12.5, up: true },
    { name: 'cache', up: false },
  ],
  tags: ['eu', 'blue'],
  nothing: null,
})

async function judged(
  body: string | Buffer,
  assertions: readonly object[],
  headers: Record<string, string | string[]> = {},
) {
  const receiver = await receiverWith({ answer: { status: 200, body, headers } })
  const result = await check('http', { url: receiver.url, assertions })
  return result.error?.message ?? 'ok'
}

describe('an http check whose target answers as it should', () => {
  it('is ok, and tells status, address, phases and response time', async () => {
    const receiver = await receiverWith({ tls: 'good' })
    const before = Date.now()
    const result = await check('http', { url: receiver.url })
    expect(result).toMatchObject({
      ok: true,
      statusCode: 200,
      error: null,
      remoteAddress: '127.0.0.1',
      warnings: [],
    })
    const { dns, connect, tls, firstByte, total } = result.timings
    for (const phase of [dns, connect, tls, firstByte, total]) expect(phase).toBeGreaterThan(0)
    expect(dns! + connect! + tls!).toBeLessThanOrEqual(firstByte!)
    expect(firstByte).toBeLessThanOrEqual(total)
    expect(result.latencyMs).toBe(total)
    expect(result.startedAt).toBeGreaterThanOrEqual(before)
    expect(result.samples).toEqual({ response_time_ms: expect.closeTo(total, 1), tls_days_left: 89 })
    expect(result.tls).toMatchObject({
      protocol: 'TLSv1.3',
      authorized: true,
      issuer: 'Test Authority',
      daysLeft: 89,
    })
    expect(result.tls?.names).toContain('localhost')
  })

  it('has a connection of its own each time, and leaves none', async () => {
    const receiver = await receiverWith()
    for (let run = 0; run < 3; run++) await check('http', { url: receiver.url })
    expect(receiver.requests.map(request => request.connection)).toEqual([1, 2, 3])
    await receiver.connected(0)
  })

  it('makes a whole handshake each time', async () => {
    const receiver = await receiverWith({ tls: 'good' })
    const results = [await check('http', { url: receiver.url }), await check('http', { url: receiver.url })]
    expect(results.map(result => result.tls?.names.length)).toEqual([5, 5])
  })

  it('speaks HTTP/2 where it is offered', async () => {
    const receiver = await receiverWith({ tls: 'good', http2: true })
    expect((await check('http', { url: receiver.url })).error).toBeNull()
    expect(receiver.requests[0]?.httpVersion).toBe('2.0')
    await receiver.connected(0)
  })

  it('does not mind informational answers before the answer', async () => {
    const receiver = await receiverWith({ answer: { status: 200, earlyHints: true } })
    expect(await check('http', { url: receiver.url })).toMatchObject({ ok: true, statusCode: 200 })
  })

  it('reads no more than 1 MiB of an answer, and takes that for all of it', async () => {
    const receiver = await receiverWith({ answer: { status: 200, body: Buffer.alloc(5_000_000, 'x') } })
    expect((await check('http', { url: receiver.url })).error).toBeNull()
    await receiver.connected(0)
  })
})

describe('an http request', () => {
  it('is a GET without credentials unless told otherwise', async () => {
    const receiver = await receiverWith()
    await check('http', { url: `${receiver.url}?a=1` })
    const { method, path, headers, body } = receiver.requests[0]!
    expect([method, path, body.length]).toEqual(['GET', '/hook?a=1', 0])
    expect(headers).toEqual({
      host: `localhost:${receiver.port}`,
      connection: 'close',
      'user-agent': 'StatusPulse/1.2.3',
      'accept-encoding': 'identity',
    })
  })

  it('has the method, headers and body of its spec', async () => {
    const receiver = await receiverWith()
    const headers = { 'Content-Type': 'application/json', 'User-Agent': 'mine' }
    await check('http', { url: receiver.url, method: 'POST', headers, body: '{"grüß":1}' })
    expect(receiver.requests[0]).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'mine' },
      body: Buffer.from('{"grüß":1}'),
    })
  })

  it.each([
    [{ type: 'basic', username: 'jo', password: 'p:ß' }, `Basic ${Buffer.from('jo:p:ß').toString('base64')}`],
    [{ type: 'bearer', token: 't0ken' }, 'Bearer t0ken'],
  ])('carries %o', async (auth, expected) => {
    const receiver = await receiverWith()
    await check('http', { url: receiver.url, auth })
    expect(receiver.requests[0]?.headers.authorization).toBe(expected)
  })
})

describe('the expected statuses', () => {
  it.each([
    [204, undefined, true],
    [301, undefined, false],
    [404, [404], true],
    [503, ['5xx'], true],
    [200, ['5xx'], false],
    [204, ['200-204', 418], true],
    [205, ['200-204', 418], false],
    [418, ['200-204', 418], true],
  ])('status %i, expected %o: %s', async (status, expected_statuses, ok) => {
    const receiver = await receiverWith({ answer: { status } })
    const result = await check('http', { url: receiver.url, ...(expected_statuses && { expected_statuses }) })
    expect(result).toMatchObject({ ok, statusCode: status })
    if (!ok) expect(result.error?.class).toBe('unexpected_status')
  })

  it('are named when they are missed, and the response time is known all the same', async () => {
    const receiver = await receiverWith({ answer: { status: 500 } })
    const result = await check('http', { url: receiver.url, expected_statuses: [200, '3xx'] })
    expect(result.error?.message).toBe(`localhost:${receiver.port} answered with status 500, not 200 or 3xx`)
    expect(result.samples.response_time_ms).toBeGreaterThan(0)
  })
})

describe('an assertion on the body', () => {
  it.each([
    ['contains', 'needle', 'ok'],
    ['contains', 'Needle', 'The body should contain "Needle"'],
    ['not_contains', 'error', 'ok'],
    ['not_contains', 'hay', 'The body should not contain "hay"'],
    ['equals', 'a needle in the hay', 'ok'],
    ['not_equals', 'a needle in the hay', 'The body should not be "a needle in the hay"'],
  ])('%s %o: %s', async (operator, value, expected) => {
    expect(await judged('a needle in the hay', [{ source: 'body', operator, value }])).toBe(expected)
  })

  it('says so when the text may have been behind what was read', async () => {
    const body = Buffer.concat([Buffer.alloc(1_048_576, 'x'), Buffer.from('needle')])
    expect(await judged(body, [{ source: 'body', operator: 'contains', value: 'needle' }])).toBe(
      'The body should contain "needle"; only its first 1048576 bytes were read',
    )
  })

  it('does not look into a compressed body', async () => {
    const message = await judged('zzz', [{ source: 'body', operator: 'contains', value: 'z' }], {
      'content-encoding': 'gzip',
    })
    expect(message).toBe('The body is compressed ("gzip") although it was asked not to be')
  })
})

describe('an assertion on JSON', () => {
  it.each([
    ['$.status', 'equals', 'ok', 'ok'],
    ["$['checks'][0]['response time']", 'less_than', 20, 'ok'],
    ['$.checks[0].up', 'equals', true, 'ok'],
    ['$.checks[-1].name', 'equals', 'cache', 'ok'],
    ['$.nothing', 'equals', null, 'ok'],
    ['$.tags', 'contains', 'eu', 'ok'],
    ['$.tags', 'not_contains', 'us', 'ok'],
    ['$.status', 'not_equals', 'ok', 'The value at $.status should not be "ok"; it is "ok"'],
    ['$.checks[1].up', 'equals', true, 'The value at $.checks[1].up should be true; it is false'],
    [
      "$.checks[0]['response time']",
      'greater_than',
      20,
      "The value at $.checks[0]['response time'] should be greater than 20; it is 12.5",
    ],
    ['$.status', 'greater_than', 1, 'The value at $.status should be greater than 1; it is "ok"'],
    ['$.checks[7].up', 'equals', true, 'The value at $.checks[7].up should be true; it is missing'],
    ['$.constructor', 'contains', 'x', 'The value at $.constructor should contain "x"; it is missing'],
  ])('%s %s %o: %s', async (path, operator, value, expected) => {
    expect(await judged(HEALTH, [{ source: 'json', path, operator, value }])).toBe(expected)
  })

  it.each([
    ['$.nothing', 'exists', 'ok'],
    ['$.none', 'absent', 'ok'],
    ['$.none', 'exists', 'The value at $.none should be there; it is missing'],
    ['$.tags', 'absent', 'The value at $.tags should not be there; it is ["eu","blue"]'],
  ])('%s %s: %s', async (path, operator, expected) => {
    expect(await judged(HEALTH, [{ source: 'json', path, operator }])).toBe(expected)
  })

  it('fails on a body that is no JSON', async () => {
    expect(await judged('<html>', [{ source: 'json', path: '$.a', operator: 'exists' }])).toBe(
      'The body is no JSON',
    )
  })
})

describe('an assertion on a header', () => {
  const headers = { 'x-version': '42', 'cache-control': 'no-store, private', 'set-cookie': ['a=1', 'b=2'] }

  it.each([
    ['X-Version', 'equals', '42', 'ok'],
    ['x-version', 'equals', 42, 'ok'],
    ['x-version', 'greater_than', 41, 'ok'],
    ['cache-control', 'contains', 'no-store', 'ok'],
    ['set-cookie', 'equals', 'a=1, b=2', 'ok'],
    [
      'cache-control',
      'not_contains',
      'private',
      'The header cache-control should not contain "private"; it is "no-store, private"',
    ],
    ['X-None', 'equals', 'a', 'The header x-none should be "a"; it is missing'],
  ])('%s %s %o: %s', async (name, operator, value, expected) => {
    expect(await judged('', [{ source: 'header', name, operator, value }], headers)).toBe(expected)
  })

  it('of existence', async () => {
    expect(await judged('', [{ source: 'header', name: 'server', operator: 'absent' }])).toBe('ok')
    expect(await judged('', [{ source: 'header', name: 'date', operator: 'exists' }])).toBe('ok')
  })
})

describe('several assertions', () => {
  it('must all hold; the first that does not is told, as class assertion', async () => {
    const receiver = await receiverWith()
    const assertions = ['ok', 'first', 'second'].map(value => ({
      source: 'body',
      operator: 'contains',
      value,
    }))
    const result = await check('http', { url: receiver.url, assertions })
    expect(result.error).toEqual({ class: 'assertion', message: 'The body should contain "first"' })
    expect(result.statusCode).toBe(200)
  })
})

describe('the schema of http', () => {
  const url = 'https://a.example/'

  it('fills in the defaults', async () => {
    const { CHECKS } = await import('../../../src/detect/checks/index.ts')
    expect(CHECKS.http.schema.parse({ url })).toEqual({
      url,
      method: 'GET',
      headers: {},
      expected_statuses: ['2xx'],
      assertions: [],
      max_redirects: 5,
      tls: { verify: true, expiry_warning_days: 14 },
    })
  })

  it.each([
    [{ url: 'ftp://a.example/' }, /^url: must be a URL/],
    [{ url: 'https://u:p@a.example/' }, /^url: must be a URL/],
    [{ url: 'https://a.example/#x' }, /^url: must be a URL/],
    [{ url, body: 'x' }, /^body: cannot be sent with GET or HEAD$/],
    [{ url, headers: { Host: 'b.example' } }, /^headers.Host: /],
    [{ url, headers: { a: 'b\r\nc: d' } }, /^headers.a: must be an HTTP header value$/],
    [{ url, expected_statuses: ['20x'] }, /^expected_statuses.0/],
    [{ url, assertions: [{ source: 'json', path: '$..a', operator: 'exists' }] }, /^assertions.0/],
    [{ url, assertions: [{ source: 'json', path: '$.a', operator: 'equals' }] }, /^assertions.0/],
    [{ url, assertions: [{ source: 'json', path: '$.a', operator: 'exists', value: 1 }] }, /^assertions.0/],
    [{ url, max_redirects: 11 }, /^max_redirects: /],
    [{ url, nonsense: 1 }, /^: Unrecognized key/],
  ])('refuses %o', (spec, expected) => {
    expect(faultsOf('http', spec)).toEqual([expect.stringMatching(expected)])
  })
})
