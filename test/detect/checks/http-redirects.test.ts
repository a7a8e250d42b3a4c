import { describe, expect, it } from 'vitest'
import { startReceiver } from '../../helpers/receiver.ts'
import { check, closing, networkWith, receiverWith } from '../harness.ts'

/** A receiver that redirects `/hook` there, and answers anything else. */
async function redirecting(location: string, status = 302) {
  return receiverWith({
    answer: ({ path }) =>
      path === '/hook' ? { status, headers: { location } } : { status: 200, body: 'end' },
  })
}

describe('a redirect', () => {
  it('is followed, and its end judged', async () => {
    const receiver = await redirecting('/next?a=1#part')
    const assertions = [{ source: 'body', operator: 'equals', value: 'end' }]
    expect(await check('http', { url: receiver.url, assertions })).toMatchObject({
      ok: true,
      statusCode: 200,
    })
    expect(receiver.requests.map(request => request.path)).toEqual(['/hook', '/next?a=1'])
    await receiver.connected(0)
  })

  it('to the same server warns of its certificate once', async () => {
    const receiver = await receiverWith({
      tls: 'good',
      answer: ({ path }) =>
        path === '/hook' ? { status: 302, headers: { location: '/next' } } : { status: 200 },
    })
    const result = await check('http', { url: receiver.url, tls: { expiry_warning_days: 100 } })
    expect(result).toMatchObject({ ok: true, warnings: [{ class: 'tls_expiry' }] })
    expect(result.warnings).toHaveLength(1)
    expect(receiver.connections).toBe(2)
  })

  it('is the answer where redirects are not followed', async () => {
    const receiver = await redirecting('/next')
    expect(await check('http', { url: receiver.url, max_redirects: 0 })).toMatchObject({
      statusCode: 302,
      error: { class: 'unexpected_status' },
    })
    expect(receiver.requests).toHaveLength(1)
  })

  it('is the answer where its status is expected', async () => {
    const receiver = await redirecting('/next', 301)
    const assertions = [{ source: 'header', name: 'Location', operator: 'equals', value: '/next' }]
    const result = await check('http', { url: receiver.url, expected_statuses: [301], assertions })
    expect(result).toMatchObject({ ok: true, statusCode: 301 })
  })

  it('fails the check when there is one too many', async () => {
    const receiver = await receiverWith({
      answer: ({ path }) => ({ status: 302, headers: { location: `${path}x` } }),
    })
    const result = await check('http', { url: receiver.url, max_redirects: 2 })
    expect(result.error).toEqual({ class: 'too_many_redirects', message: 'More than 2 redirects' })
    expect(receiver.requests).toHaveLength(3)
    await receiver.connected(0)
  })

  it.each([
    [303, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [302, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ] as const)('of status %i turns a %s into a %s', async (status, method, expected) => {
    const receiver = await redirecting('/next', status)
    await check('http', { url: receiver.url, method, body: 'x', headers: { 'content-type': 'text/plain' } })
    const last = receiver.requests[1]!
    expect(last.method).toBe(expected)
    expect(last.body.toString()).toBe(expected === 'GET' ? '' : 'x')
    expect(last.headers['content-type']).toBe(expected === 'GET' ? undefined : 'text/plain')
  })

  it('takes credentials along on one origin, and none to another', async () => {
    const other = await receiverWith()
    const headers = { 'X-Api-Key': 'k', Cookie: 'c', Accept: 'text/html' }
    const auth = { type: 'bearer', token: 't' }
    const home = await redirecting('/next')
    await check('http', { url: home.url, headers, auth })
    expect(home.requests[1]?.headers).toMatchObject({
      'x-api-key': 'k',
      cookie: 'c',
      authorization: 'Bearer t',
    })

    const away = await redirecting(`http://localhost:${other.port}/`)
    await check('http', { url: away.url, headers, auth })
    expect(Object.keys(other.requests[0]!.headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ])
  })

  it.each([
    ['http://[', 'redirects to something that is no URL'],
    ['ftp://a.example/', 'redirects to a URL that must start with https:'],
    ['https://u:p@a.example/', 'redirects to a URL that must not carry a user name or password'],
  ])('to %s fails the check', async (location, message) => {
    const receiver = await redirecting(location)
    const result = await check('http', { url: receiver.url })
    expect(result.error?.message).toBe(`localhost:${receiver.port} ${message}`)
  })
})

describe('a redirect, like the URL itself, leads only where the operator allows', () => {
  // 127.0.0.2 stands for the public address here.
  const network = networkWith({ allowNetworks: ['127.0.0.2/32'] })

  it('so one to a private address is refused, and nothing reaches that address', async () => {
    const internal = await receiverWith()
    const outside = closing(
      await startReceiver({
        host: '127.0.0.2',
        answer: { status: 302, headers: { location: `http://127.0.0.1:${internal.port}/admin` } },
      }),
    )
    const result = await check('http', { url: `http://127.0.0.2:${outside.port}/` }, { network })
    expect(result.error).toEqual({
      class: 'address_refused',
      message: `127.0.0.2:${outside.port} redirects to a URL that is not allowed: 127.0.0.1 is a loopback address`,
    })
    expect(internal.connections).toBe(0)
  })

  it('also one to a name that has a private address', async () => {
    const internal = await receiverWith()
    const outside = closing(
      await startReceiver({
        host: '127.0.0.2',
        answer: { status: 302, headers: { location: `http://internal.test:${internal.port}/` } },
      }),
    )
    const lookup = async () => [{ address: '127.0.0.1' }]
    const guarded = networkWith({ allowNetworks: ['127.0.0.2/32'] }, lookup)
    const result = await check('http', { url: `http://127.0.0.2:${outside.port}/` }, { network: guarded })
    expect(result.error).toEqual({
      class: 'address_refused',
      message: `internal.test:${internal.port} is refused: 127.0.0.1 is a loopback address`,
    })
    expect(internal.connections).toBe(0)
  })

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://127.1:8080/',
    'http://0x7f000001/',
    'http://[::ffff:10.0.0.1]/',
    'http://10.0.0.1/',
  ])('and %s cannot be asked directly', async url => {
    expect((await check('http', { url }, { network })).error?.class).toBe('address_refused')
  })

  it('credentials do not go over plain http: without the operator’s leave', async () => {
    const receiver = await receiverWith()
    const careful = networkWith({ allowHttp: false })
    const auth = { type: 'bearer', token: 't' }
    const refused = await check('http', { url: receiver.url, auth }, { network: careful })
    expect(refused.error?.message).toContain('must start with https: because credentials are sent')
    expect(receiver.connections).toBe(0)
    expect((await check('http', { url: receiver.url }, { network: careful })).ok).toBe(true)
  })

  it('ports of other protocols get a bare GET at most', async () => {
    const url = 'http://127.0.0.1:11211/'
    expect((await check('http', { url, method: 'POST', body: 'flush_all' })).error).toEqual({
      class: 'address_refused',
      message: 'The URL is not allowed: port 11211 belongs to another protocol than HTTP',
    })
    expect((await check('http', { url })).error?.class).toBe('connection_refused')
  })
})
