import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { PASSWORD, Person, setUp } from './person.ts'

let app: TestApp
let owner: Person
beforeAll(async () => {
  app = await startTestApp()
  owner = await setUp(app.url, app.token)
})
afterAll(() => app?.stop())

const invitation = { email: 'x@example.com', role: 'viewer' }

describe('With a session', () => {
  it.each([
    ['same origin by Fetch Metadata', { origin: '', 'x-requested-with': '' }, 201],
    [
      'same origin by Origin alone, as over plain HTTP',
      { 'sec-fetch-site': '', 'x-requested-with': '' },
      201,
    ],
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another host of the same site', { 'sec-fetch-site': 'same-site' }, 403],
    ['an address that somebody typed', { 'sec-fetch-site': 'none' }, 403],
    ['another origin', { 'sec-fetch-site': '', origin: 'https://evil.example' }, 403],
    ['another port of this host', { 'sec-fetch-site': '', origin: 'http://127.0.0.1:1' }, 403],
    ['a sandboxed page', { 'sec-fetch-site': '', origin: 'null' }, 403],
    ['nobody who says', { 'sec-fetch-site': '', origin: '' }, 403],
  ])('a change from %s is answered as it should be', async (_, headers, status) => {
    const answer = await owner.call('POST', '/v1/invitations', invitation, headers)
    expect(answer.status).toBe(status)
    if (status === 403) expect(answer.body.type).toBe('urn:statuspulse:problem:cross-site')
  })

  it('a change without a JSON body needs a header that no form can send', async () => {
    const without = { 'x-requested-with': '' }
    expect((await owner.call('DELETE', '/v1/members/usr_x', undefined, without)).status).toBe(403)
    expect((await owner.call('DELETE', '/v1/members/usr_x')).status).toBe(404)
    const form = { 'content-type': 'text/plain', 'x-requested-with': '' }
    expect((await owner.call('POST', '/v1/invitations', invitation, form)).status).toBe(403)
  })

  it.each([
    ['same-origin', 200],
    ['none', 200],
    ['cross-site', 403],
    ['same-site', 403],
  ])('reading from %s is answered as it should be', async (site, status) => {
    expect((await owner.call('GET', '/v1/events', undefined, { 'sec-fetch-site': site })).status).toBe(status)
  })

  it('no preflight of another origin is answered', async () => {
    const preflight = await owner.call('OPTIONS', '/v1/invitations', undefined, {
      origin: 'https://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    })
    expect(preflight.status).toBe(404)
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('an API key in the same request is what counts', async () => {
    const headers = { authorization: `Bearer ${app.token}`, 'sec-fetch-site': 'cross-site' }
    expect((await owner.call('GET', '/v1/members', undefined, headers)).status).toBe(200)
    expect((await owner.call('GET', '/v1/sessions', undefined, headers)).status).toBe(403)
  })
})

describe('Without one', () => {
  it('another site cannot sign its visitor in', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    const body = { email: 'olga@example.com', password: PASSWORD }
    const answer = await new Person(app.url).call('POST', '/v1/session', body, headers)
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null])
  })

  it('a program, which says nothing of a page, may sign in', async () => {
    const body = { email: 'olga@example.com', password: PASSWORD }
    const headers = { 'sec-fetch-site': '', origin: '', 'x-requested-with': '' }
    expect((await new Person(app.url).call('POST', '/v1/session', body, headers)).status).toBe(200)
  })
})
