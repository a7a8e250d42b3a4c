import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { join, PASSWORD, Person, setUp, tokenIn } from './person.ts'

let app: TestApp
let owner: Person
let admin: Person
beforeAll(async () => {
  app = await startTestApp()
  owner = await setUp(app.url, app.token)
  admin = await join(app.url, owner, 'ada@example.com', 'admin')
})
afterAll(() => app?.stop())

async function idOf(email: string): Promise<string> {
  const { data } = (await owner.call('GET', '/v1/members?limit=200')).body
  return data.find((one: { email: string }) => one.email === email).user_id
}

describe('What a member may goes by the role', () => {
  it.each([
    ['viewer', { read: 200, respond: 403, admin: 403, ingest: 403, operator: 403 }],
    ['responder', { read: 200, respond: 404, admin: 403, ingest: 403, operator: 403 }],
    ['admin', { read: 200, respond: 404, admin: 200, ingest: 202, operator: 403 }],
    ['owner', { read: 200, respond: 404, admin: 200, ingest: 202, operator: 403 }],
  ])('%s', async (role, expected) => {
    const person = await join(app.url, owner, `${role}@example.com`, role)
    const event = { monitor_name: 'm', status: 'down' }
    const statuses = {
      read: (await person.call('GET', '/v1/events')).status,
      respond: (await person.call('POST', '/v1/incidents/inc_x/acknowledge', {})).status,
      admin: (await person.call('GET', '/v1/members')).status,
      ingest: (await person.call('POST', '/v1/events', event)).status,
      operator: (await person.call('GET', '/v1/workspaces')).status,
    }
    expect(statuses).toEqual(expected)
  })

  it('whoever set the installation up is its operator too', async () => {
    expect((await owner.call('GET', '/v1/workspaces')).status).toBe(200)
  })

  it('a refusal names the role, and who can help', async () => {
    const viewer = new Person(app.url)
    await viewer.signIn('viewer@example.com', PASSWORD)
    const { body } = await viewer.call('POST', '/v1/keys', { name: 'mine', scopes: ['admin'] })
    expect(body.detail).toBe(
      'This needs the scope "admin", which your role (viewer) has not. Ask an admin of this workspace.',
    )
  })

  it('goes by the role that it is now, at once', async () => {
    const person = await join(app.url, owner, 'eve@example.com', 'admin')
    const id = await idOf('eve@example.com')
    expect((await person.call('GET', '/v1/members')).status).toBe(200)
    expect((await admin.call('PATCH', `/v1/members/${id}`, { role: 'viewer' })).body.role).toBe('viewer')
    expect((await person.call('GET', '/v1/members')).status).toBe(403)
  })
})

describe('An invitation', () => {
  it('is a link that works once, until it is taken back or replaced', async () => {
    const invite = () => admin.call('POST', '/v1/invitations', { email: 'fay@example.com', role: 'viewer' })
    const first = await invite()
    expect(first.body).toMatchObject({ email: 'fay@example.com', role: 'viewer', created_by: 'ada' })
    expect(first.body.link).toMatch(new RegExp(`^${app.url}/join#[\\w-]{43}$`))
    const second = await invite()
    const third = (await invite()).body
    const { data } = (await admin.call('GET', '/v1/invitations')).body
    expect(data.filter((one: { email: string }) => one.email === 'fay@example.com')).toEqual([
      { ...third, link: undefined },
    ])
    const accept = (link: string) =>
      new Person(app.url).call('POST', '/v1/links/redeem', {
        token: tokenIn(link),
        name: 'Fay',
        password: PASSWORD,
      })
    expect((await accept(second.body.link)).status).toBe(404)
    expect((await admin.call('DELETE', `/v1/invitations/${third.id}`)).status).toBe(204)
    expect((await accept(third.link)).status).toBe(404)

    const { link } = (await invite()).body
    const look = await new Person(app.url).call('POST', '/v1/links/look-up', { token: tokenIn(link) })
    expect(look.body).toMatchObject({
      kind: 'invitation',
      workspace: 'default',
      role: 'viewer',
      has_account: false,
    })
    const both = await Promise.all([accept(link), accept(link)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404])
    expect((await invite()).status).toBe(409)
  })

  it('asks for a name and a password of twelve characters', async () => {
    const { link } = (
      await admin.call('POST', '/v1/invitations', { email: 'gil@example.com', role: 'viewer' })
    ).body
    const accept = (body: object) =>
      new Person(app.url).call('POST', '/v1/links/redeem', { token: tokenIn(link), ...body })
    expect((await accept({ password: PASSWORD })).body.errors[0].path).toBe('name')
    expect((await accept({ name: 'Gil', password: 'short' })).body.errors[0].path).toBe('password')
    expect((await accept({ name: 'Gil', password: PASSWORD })).status).toBe(200)
  })
})

describe('Owners', () => {
  it('are made, changed, reset and removed by owners alone', async () => {
    const id = await idOf('olga@example.com')
    const attempts = [
      await admin.call('POST', '/v1/invitations', { email: 'h@example.com', role: 'owner' }),
      await admin.call('PATCH', `/v1/members/${await idOf('ada@example.com')}`, { role: 'owner' }),
      await admin.call('PATCH', `/v1/members/${id}`, { role: 'viewer' }),
      await admin.call('DELETE', `/v1/members/${id}`),
      await admin.call('POST', '/v1/password-resets', { email: 'olga@example.com' }),
    ]
    expect(attempts.map(({ status }) => status)).toEqual(Array(5).fill(403))
  })

  it('cannot be got by making an API key', async () => {
    const { key } = (await admin.call('POST', '/v1/keys', { name: 'mine', scopes: ['admin'] })).body
    const headers = { authorization: `Bearer ${key}` }
    const body = { email: 'h@example.com', role: 'owner' }
    expect((await new Person(app.url).call('POST', '/v1/invitations', body, headers)).status).toBe(403)
  })

  it('are never none: the last one stays', async () => {
    const other = await app.call('POST', '/v1/workspaces', { name: 'alone' })
    const headers = { authorization: `Bearer ${other.body.admin_key.key}` }
    // A workspace without any gets its first from an admin key.
    const body = { email: 'ira@example.com', role: 'owner' }
    const { link } = (await new Person(app.url).call('POST', '/v1/invitations', body, headers)).body
    const ira = new Person(app.url)
    const who = await ira.call('POST', '/v1/links/redeem', {
      token: tokenIn(link),
      name: 'Ira',
      password: PASSWORD,
    })
    const id = who.body.user.id
    expect((await ira.call('PATCH', `/v1/members/${id}`, { role: 'admin' })).status).toBe(409)
    expect((await ira.call('DELETE', `/v1/members/${id}`)).status).toBe(409)
    const jo = await join(app.url, ira, 'jo@example.com', 'owner')
    const joId = (await jo.call('GET', '/v1/session')).body.who.user.id
    const both = await Promise.all([
      ira.call('DELETE', `/v1/members/${joId}`),
      jo.call('DELETE', `/v1/members/${id}`),
    ])
    expect(both.map(({ status }) => status).filter(status => status === 204)).toHaveLength(1)
  })
})

describe('Somebody who is removed', () => {
  it('is signed out, and known no more', async () => {
    const person = await join(app.url, owner, 'kim@example.com', 'viewer')
    expect((await admin.call('DELETE', `/v1/members/${await idOf('kim@example.com')}`)).status).toBe(204)
    expect((await person.call('GET', '/v1/events')).status).toBe(401)
    expect((await person.signIn('kim@example.com', PASSWORD)).status).toBe(403)
  })
})

describe('A user of two workspaces', () => {
  it('changes between them, sees one at a time, and has in each the role of there', async () => {
    const lee = await join(app.url, owner, 'lee@example.com', 'viewer')
    const other = (await owner.call('POST', '/v1/workspaces', { name: 'payments' })).body
    await owner.call('PATCH', '/v1/session', { workspace_id: other.id })
    await owner.call('POST', '/v1/monitors', { name: 'theirs' })
    const { link } = (
      await owner.call('POST', '/v1/invitations', { email: 'lee@example.com', role: 'admin' })
    ).body
    const token = tokenIn(link)

    // Whoever has the link and not the account gets no further.
    const thief = new Person(app.url)
    const stolen = await thief.call('POST', '/v1/links/redeem', {
      token,
      name: 'Lee',
      password: 'a password of mine',
    })
    expect([stolen.status, stolen.body.errors[0].path]).toEqual([403, 'password'])
    expect((await lee.call('POST', '/v1/links/redeem', { token })).status).toBe(200)

    const who = (await lee.call('GET', '/v1/session')).body.who
    expect(who.workspace).toEqual({ id: other.id, name: 'payments', role: 'admin' })
    expect(who.workspaces.map((one: { name: string }) => one.name)).toEqual(['default', 'payments'])
    const names = async () =>
      (await lee.call('GET', '/v1/monitors?search=theirs')).body.data.map((one: { name: string }) => one.name)
    expect(await names()).toEqual(['theirs'])
    expect((await lee.call('GET', '/v1/members')).status).toBe(200)
    await lee.call('PATCH', '/v1/session', { workspace_id: who.workspaces[0].id })
    expect(await names()).toEqual([])
    expect((await lee.call('GET', '/v1/members')).status).toBe(403)
    expect((await lee.call('PATCH', '/v1/session', { workspace_id: 'ws_nowhere' })).status).toBe(404)

    // An admin of one must not take over the account, which opens the other too.
    await owner.call('PATCH', '/v1/session', { workspace_id: who.workspaces[0].id })
    expect((await admin.call('POST', '/v1/password-resets', { email: 'lee@example.com' })).status).toBe(403)
    expect((await owner.call('POST', '/v1/password-resets', { email: 'lee@example.com' })).status).toBe(201)
  })
})

describe('What somebody does', () => {
  it('is signed with their name, whatever the request says', async () => {
    const responder = new Person(app.url)
    await responder.signIn('responder@example.com', PASSWORD)
    const silence = await responder.call('POST', '/v1/silences', {
      created_by: 'Somebody else',
      matchers: [{ name: 'monitor', value: 'x' }],
      ends_at: '2124-01-01T00:00:00Z',
    })
    expect(silence.body.created_by).toBe('responder')
  })
})
