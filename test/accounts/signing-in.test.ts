import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { TestClock } from '../helpers/clock.ts'
import { join, PASSWORD, Person, setUp, tokenIn } from './person.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

describe('An installation without users', () => {
  it('is set up once, with the admin token, by one who then owns the workspace', async () => {
    const app = await startTestApp()
    try {
      const somebody = new Person(app.url)
      expect((await somebody.call('GET', '/v1/session')).body).toEqual({
        who: null,
        key: null,
        needs_set_up: true,
        single_sign_on: null,
      })
      const draft = { email: ' Olga@Example.com', name: 'Olga', password: PASSWORD }
      const guessed = await somebody.call('POST', '/v1/setup', { ...draft, token: 'sp_guess' })
      expect([guessed.status, guessed.body.errors[0].path]).toEqual([403, 'token'])
      const short = await somebody.call('POST', '/v1/setup', {
        ...draft,
        token: app.token,
        password: 'short',
      })
      expect([short.status, short.body.errors]).toEqual([
        422,
        [{ path: 'password', message: 'must have at least 12 characters' }],
      ])

      const both = await Promise.all(
        ['olga@example.com', 'oleg@example.com'].map(email =>
          new Person(app.url).call('POST', '/v1/setup', { ...draft, email, token: app.token }),
        ),
      )
      expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409])
      const made = both.find(({ status }) => status === 201)
      expect(made?.body).toMatchObject({
        user: { name: 'Olga', operator: true, has_password: true },
        workspace: { role: 'owner' },
      })
      expect((await somebody.call('GET', '/v1/session')).body.needs_set_up).toBe(false)
    } finally {
      await app.stop()
    }
  })
})

describe('Somebody who signs in', () => {
  let app: TestApp
  let clock: TestClock
  let owner: Person
  beforeAll(async () => {
    clock = new TestClock()
    app = await startTestApp({ clock })
    owner = await setUp(app.url, app.token)
  })
  afterAll(() => app?.stop())

  it('gets a cookie that scripts cannot read, and that only its hash is kept of', async () => {
    const person = new Person(app.url)
    const answer = await person.signIn('OLGA@example.com', PASSWORD)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toMatch(
      /^statuspulse=[\w-]{43}; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/i,
    )
    expect((await person.call('GET', '/v1/session')).body.who).toEqual(answer.body)
    expect((await person.call('GET', '/v1/events')).status).toBe(200)
    const token = person.cookie.split('=')[1] as string
    const rows = await everything(app, 'select s.*, u.* from sessions s join users u on u.id = s.user_id')
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(JSON.stringify(rows)).not.toContain(PASSWORD)
  })

  it('is told the same of an unknown address and of a wrong password', async () => {
    const wrong = await new Person(app.url).signIn('olga@example.com', 'not this one')
    const unknown = await new Person(app.url).signIn('nobody@example.com', PASSWORD)
    expect(wrong.status).toBe(403)
    expect({ ...wrong.body, instance: '' }).toEqual({ ...unknown.body, instance: '' })
    expect(wrong.body.type).toBe('urn:statuspulse:problem:sign-in-refused')
  })

  it('begins a fresh session, whatever cookie the browser had', async () => {
    const person = new Person(app.url)
    await person.signIn('olga@example.com', PASSWORD)
    const before = person.cookie
    await person.signIn('olga@example.com', PASSWORD)
    expect(person.cookie).not.toBe(before)
    const old = await new Person(app.url).call('GET', '/v1/events', undefined, { cookie: before })
    expect(old.status).toBe(401)
  })

  it('is signed out after a day without a request, and after two weeks at the latest', async () => {
    const person = new Person(app.url)
    await person.signIn('olga@example.com', PASSWORD)
    for (let day = 1; day < 14; day++) {
      clock.set(clock.now() + DAY_MS - HOUR_MS)
      expect((await person.call('GET', '/v1/events')).status).toBe(200)
    }
    clock.set(clock.now() + DAY_MS - HOUR_MS)
    clock.set(clock.now() + 14 * HOUR_MS)
    expect((await person.call('GET', '/v1/events')).status).toBe(401)

    await person.signIn('olga@example.com', PASSWORD)
    clock.set(clock.now() + DAY_MS)
    expect((await person.call('GET', '/v1/events')).status).toBe(401)
    await owner.signIn('olga@example.com', PASSWORD)
  })

  it('sees where they are signed in, and ends a session elsewhere, with the stream that it had open', async () => {
    const elsewhere = new Person(app.url)
    await elsewhere.signIn('olga@example.com', PASSWORD)
    const stream = await fetch(`${app.url}/v1/stream`, { headers: { cookie: elsewhere.cookie } })
    expect(stream.status).toBe(200)
    const { data } = (await owner.call('GET', '/v1/sessions')).body
    const here = data.filter((one: { current: boolean }) => one.current)
    expect(here).toHaveLength(1)
    expect(here[0]).toMatchObject({ user_agent: 'Test Browser', address: '127.0.0.1' })
    const [other] = (await elsewhere.call('GET', '/v1/sessions')).body.data.filter(
      (one: { current: boolean }) => one.current,
    )
    expect((await owner.call('DELETE', `/v1/sessions/${other.id}`)).status).toBe(204)
    // It ends by itself.
    await stream.text()
    expect((await elsewhere.call('GET', '/v1/events')).status).toBe(401)
    expect((await owner.call('DELETE', `/v1/sessions/${other.id}`)).status).toBe(404)
  })

  it('is one for every node: a session that is ended on one ends what it has open on another', async () => {
    const other = await startTestApp({ beside: app, clock })
    try {
      const person = new Person(app.url)
      await person.signIn('olga@example.com', PASSWORD)
      const stream = await fetch(`${other.url}/v1/stream`, { headers: { cookie: person.cookie } })
      expect(stream.status).toBe(200)
      await person.call('DELETE', '/v1/session')
      await stream.text()
    } finally {
      await other.stop()
    }
  })

  it('signs out', async () => {
    const person = new Person(app.url)
    await person.signIn('olga@example.com', PASSWORD)
    const { cookie } = person
    const answer = await person.call('DELETE', '/v1/session')
    expect([answer.status, person.cookie]).toEqual([200, ''])
    expect((await person.call('GET', '/v1/events', undefined, { cookie })).status).toBe(401)
  })

  it('changes the password, which ends every other session', async () => {
    const ben = await join(app.url, owner, 'ben@example.com', 'viewer')
    const elsewhere = new Person(app.url)
    await elsewhere.signIn('ben@example.com', PASSWORD)
    const wrong = await ben.call('POST', '/v1/user/password', {
      current_password: 'not this one',
      new_password: 'staple correct horse',
    })
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([422, 'current_password'])
    const changed = await ben.call('POST', '/v1/user/password', {
      current_password: PASSWORD,
      new_password: 'staple correct horse',
    })
    expect(changed.status).toBe(200)
    expect((await ben.call('GET', '/v1/events')).status).toBe(200)
    expect((await elsewhere.call('GET', '/v1/events')).status).toBe(401)
    expect((await elsewhere.signIn('ben@example.com', PASSWORD)).status).toBe(403)
    expect((await elsewhere.signIn('ben@example.com', 'staple correct horse')).status).toBe(200)
  })

  it('sets another password by a link that an admin made, once and within a day', async () => {
    const cleo = await join(app.url, owner, 'cleo@example.com', 'viewer')
    const late = await owner.call('POST', '/v1/password-resets', { email: 'cleo@example.com' })
    clock.set(clock.now() + DAY_MS)
    await owner.signIn('olga@example.com', PASSWORD)
    await cleo.signIn('cleo@example.com', PASSWORD)
    const use = (link: string) =>
      new Person(app.url).call('POST', '/v1/links/redeem', {
        token: tokenIn(link),
        password: 'a new one for cleo',
      })
    expect((await use(late.body.link)).status).toBe(404)

    const made = await owner.call('POST', '/v1/password-resets', { email: 'Cleo@example.com' })
    expect(made.status).toBe(201)
    const shown = await new Person(app.url).call('POST', '/v1/links/look-up', {
      token: tokenIn(made.body.link),
    })
    expect(shown.body).toMatchObject({ kind: 'reset', email: 'cleo@example.com', has_account: true })
    const both = await Promise.all([use(made.body.link), use(made.body.link)])
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 404])
    expect((await cleo.call('GET', '/v1/events')).status).toBe(401)
    expect((await cleo.signIn('cleo@example.com', 'a new one for cleo')).status).toBe(200)
    const rows = await everything(app, 'select * from account_links')
    expect(JSON.stringify(rows)).not.toContain(tokenIn(made.body.link))
  })

  it('is slowed down when guessing at an account, from wherever, and others are not', async () => {
    await join(app.url, owner, 'dora@example.com', 'viewer')
    const statuses: number[] = []
    for (let guess = 0; guess < 12; guess++)
      statuses.push((await new Person(app.url).signIn('dora@example.com', `guess number ${guess}`)).status)
    expect(statuses).toEqual([...Array(10).fill(403), 429, 429])
    const refused = await new Person(app.url).signIn('dora@example.com', PASSWORD)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    expect((await new Person(app.url).signIn('olga@example.com', PASSWORD)).status).toBe(200)
    clock.set(clock.now() + 30_000)
    expect((await new Person(app.url).signIn('dora@example.com', PASSWORD)).status).toBe(200)
  })

  it('is slowed down when guessing from one address at many accounts', async () => {
    clock.set(clock.now() + HOUR_MS)
    const statuses: number[] = []
    for (let guess = 0; guess < 25; guess++)
      statuses.push((await new Person(app.url).signIn(`${guess}@example.com`, PASSWORD)).status)
    expect(statuses).toEqual([...Array(20).fill(403), ...Array(5).fill(429)])
  })
})

describe('Behind a proxy that is trusted, with a public https URL', () => {
  it('the cookie is for https alone, and each client has its own allowance', async () => {
    const publicUrl = 'https://status.example.com'
    const app = await startTestApp({ config: { publicUrl, trustedProxies: ['127.0.0.1/32'] } })
    try {
      const via = (client: string) => ({ 'x-forwarded-for': client, origin: publicUrl, 'sec-fetch-site': '' })
      const draft = { token: app.token, email: 'olga@example.com', name: 'Olga', password: PASSWORD }
      const made = await new Person(app.url).call('POST', '/v1/setup', draft, via('192.0.2.1'))
      expect(made.headers.get('set-cookie')).toMatch(/^__Host-statuspulse=.*Path=\/;.*; Secure/i)
      const guess = (client: string, account: number) =>
        new Person(app.url).call(
          'POST',
          '/v1/session',
          { email: `${account}@example.com`, password: PASSWORD },
          via(client),
        )
      for (let account = 0; account < 20; account++) await guess('192.0.2.1', account)
      expect((await guess('192.0.2.1', 20)).status).toBe(429)
      expect((await guess('192.0.2.2', 21)).status).toBe(403)
    } finally {
      await app.stop()
    }
  })
})

async function everything(app: TestApp, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: app.database.url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}
