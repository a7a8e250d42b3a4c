import { parseSetCookie, stringifyCookie } from 'cookie'
import { Agent, fetch as fetchVia } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { makeCertificates } from '../helpers/certificates.ts'
import { PASSWORD, Person, setUp } from './person.ts'
import { startProvider, type TestProvider } from './provider.ts'

let provider: TestProvider
let agent: Agent
beforeAll(async () => {
  provider = await startProvider()
  agent = new Agent({ connect: { ca: makeCertificates().ca } })
})
afterAll(async () => {
  await agent?.destroy()
  await provider?.stop()
})

let app: TestApp
let owner: Person
afterEach(() => app?.stop())

async function start(config: Partial<Config> = {}): Promise<void> {
  const { issuer, clientId, clientSecret } = provider
  app = await startTestApp({
    config: { oidcIssuer: issuer, oidcClientId: clientId, oidcClientSecret: clientSecret, ...config },
  })
  provider.allow(app.url)
  owner = await setUp(app.url, app.token)
}

/** A browser that follows redirects between us and the provider, with a jar for each. */
class Browser {
  readonly #jars = new Map<string, Record<string, string>>()
  /** Every address that it was sent to. */
  readonly way: URL[] = []

  /** @returns where it ends: the first page of ours that is no part of single sign-on */
  async go(from: string): Promise<URL> {
    let at = new URL(from)
    for (;;) {
      this.way.push(at)
      if (at.origin === app.url && !at.pathname.startsWith('/v1/single-sign-on')) return at
      const response = await fetchVia(at, {
        redirect: 'manual',
        dispatcher: agent,
        headers: { cookie: this.cookieFor(at.origin) },
      })
      const jar = this.#jars.get(at.origin) ?? {}
      for (const header of response.headers.getSetCookie()) {
        const { name, value, maxAge } = parseSetCookie(header)
        if (maxAge === 0) delete jar[name]
        else jar[name] = value ?? ''
      }
      this.#jars.set(at.origin, jar)
      const location = response.headers.get('location')
      if (location === null) throw new Error(`${at} answered ${response.status}: ${await response.text()}`)
      at = new URL(location, at)
    }
  }

  cookieFor(origin: string): string {
    return stringifyCookie(this.#jars.get(origin) ?? {})
  }

  async who() {
    const answer = await new Person(app.url).call('GET', '/v1/session', undefined, {
      cookie: this.cookieFor(app.url),
    })
    return answer.body.who
  }
}

const begin = (returnTo = '/deliveries?status=failed') =>
  `${app.url}/v1/single-sign-on/start?return_to=${encodeURIComponent(returnTo)}`

describe('Single sign-on', () => {
  beforeEach(() => start())

  it('signs a user in whose address the provider has verified, and leads back to where they were', async () => {
    provider.signsIn('olga-1', { email: 'Olga@Example.com', email_verified: true, name: 'Olga' })
    const browser = new Browser()
    const end = await browser.go(begin())
    expect(end.href).toBe(`${app.url}/deliveries?status=failed`)
    expect(await browser.who()).toMatchObject({
      user: { email: 'olga@example.com' },
      workspace: { role: 'owner' },
    })

    const asked = browser.way.find(url => url.origin === provider.issuer)?.searchParams
    expect(asked?.get('response_type')).toBe('code')
    expect(asked?.get('code_challenge_method')).toBe('S256')
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked?.get(name)).toMatch(/^[\w-]{43}$/)
  })

  it('knows somebody again by the provider’s subject, also when their address there has changed', async () => {
    provider.signsIn('olga-2', { email: 'olga@example.com', email_verified: true })
    await new Browser().go(begin())
    provider.signsIn('olga-2', { email: 'other@example.com', email_verified: false })
    const browser = new Browser()
    await browser.go(begin())
    expect((await browser.who()).user.email).toBe('olga@example.com')
  })

  it('turns away who claims an address that the provider has not verified', async () => {
    for (const claims of [
      { email: 'olga@example.com' },
      { email: 'olga@example.com', email_verified: false },
      {},
    ]) {
      provider.signsIn(`thief-${JSON.stringify(claims)}`, claims)
      const browser = new Browser()
      expect((await browser.go(begin())).search).toBe('?refused=no-email')
      expect(await browser.who()).toBeNull()
    }
  })

  it('turns away who has no account, and makes none', async () => {
    provider.signsIn('stranger', { email: 'stranger@example.com', email_verified: true })
    const browser = new Browser()
    expect((await browser.go(begin())).search).toBe('?refused=no-account')
    expect((await owner.call('GET', '/v1/members')).body.data).toHaveLength(1)
  })

  it('accepts an open invitation for the address', async () => {
    await owner.call('POST', '/v1/invitations', { email: 'mia@example.com', role: 'responder' })
    provider.signsIn('mia', { email: 'mia@example.com', email_verified: true, name: 'Mia' })
    const browser = new Browser()
    await browser.go(begin('/'))
    expect(await browser.who()).toMatchObject({
      user: { name: 'Mia', has_password: false },
      workspace: { role: 'responder' },
    })
    expect((await owner.call('GET', '/v1/invitations')).body.data).toEqual([])
    expect((await new Person(app.url).signIn('mia@example.com', PASSWORD)).status).toBe(403)
  })

  it('says so when the provider refuses', async () => {
    provider.refuses()
    expect((await new Browser().go(begin())).search).toBe('?refused=refused')
  })

  it('refuses who comes back without having begun, with another state, or twice', async () => {
    provider.signsIn('olga-3', { email: 'olga@example.com', email_verified: true })
    const browser = new Browser()
    await browser.go(begin())
    const back = browser.way.find(url => url.pathname.endsWith('/callback')) as URL
    expect((await new Browser().go(back.href)).search).toBe('?refused=expired')
    expect((await browser.go(back.href)).search).toBe('?refused=expired')

    const first = await fetch(begin(), { redirect: 'manual' })
    const cookie = first.headers
      .getSetCookie()
      .map(one => one.split(';')[0])
      .join('; ')
    const swapped = await fetch(back, { redirect: 'manual', headers: { cookie } })
    expect(swapped.headers.get('location')).toBe('/sign-in?refused=provider')
    expect(swapped.headers.getSetCookie().some(one => one.startsWith('statuspulse='))).toBe(false)
  })

  it.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    'javascript:alert(1)',
    '/%2f/..//evil.example',
  ])('never leads to %s in the end', async returnTo => {
    provider.signsIn('olga-4', { email: 'olga@example.com', email_verified: true })
    const end = await new Browser().go(begin(returnTo))
    expect(end.origin).toBe(app.url)
    expect(end.pathname.startsWith('//')).toBe(false)
  })

  it('is told of to the sign-in page', async () => {
    const { body } = await new Person(app.url).call('GET', '/v1/session')
    expect(body.single_sign_on).toEqual({
      name: new URL(provider.issuer).host,
      url: '/v1/single-sign-on/start',
    })
  })
})

describe('Signing out', () => {
  beforeEach(() => start())

  const signOut = (cookie: string) => new Person(app.url).call('DELETE', '/v1/session', undefined, { cookie })

  it('ends the session here, and leads to where the provider ends its own and sends one back', async () => {
    provider.signsIn('olga-5', { email: 'olga@example.com', email_verified: true })
    const browser = new Browser()
    await browser.go(begin())
    const { status, body } = await signOut(browser.cookieFor(app.url))
    expect(status).toBe(200)
    expect(await browser.who()).toBeNull()

    const asked = new URL(body.continue_at)
    expect(asked.origin).toBe(provider.issuer)
    expect(asked.searchParams.get('post_logout_redirect_uri')).toBe(`${app.url}/`)
    const claims = JSON.parse(
      Buffer.from(asked.searchParams.get('id_token_hint')!.split('.')[1]!, 'base64url').toString(),
    )
    expect(claims.sub).toBe('olga-5')
    // The provider knows the token and the address: it asks the person, and refuses nothing.
    const response = await fetchVia(asked, {
      dispatcher: agent,
      headers: { cookie: browser.cookieFor(provider.issuer) },
    })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('/session/end/confirm')
  })

  it('stays here when a password opened the session', async () => {
    expect((await owner.call('DELETE', '/v1/session')).body).toEqual({ continue_at: null })
  })

  it('stays here when the provider opened an earlier session of that browser', async () => {
    provider.signsIn('olga-6', { email: 'olga@example.com', email_verified: true })
    const browser = new Browser()
    await browser.go(begin())
    const earlier = browser.cookieFor(app.url).replace(/statuspulse=[^;]+;? ?/, '')
    const { body } = await signOut(`${earlier}; ${owner.cookie}`)
    expect(body).toEqual({ continue_at: null })
  })
})

describe('Single sign-on with a role for everybody of a domain', () => {
  it('makes users of that domain, and of no other', async () => {
    await start({ oidcAllowedDomains: ['example.com'], oidcAutoRole: 'viewer' })
    provider.signsIn('nia', { email: 'nia@example.com', email_verified: true, name: 'Nia' })
    const browser = new Browser()
    await browser.go(begin())
    expect(await browser.who()).toMatchObject({
      user: { name: 'Nia', operator: false },
      workspace: { role: 'viewer' },
    })
    for (const [subject, email] of [
      ['out', 'nia@elsewhere.example'],
      ['sub', 'nia@sub.example.com'],
    ]) {
      provider.signsIn(subject as string, { email: email as string, email_verified: true })
      expect((await new Browser().go(begin())).search).toBe('?refused=domain')
    }
  })
})

describe('A provider that does not answer', () => {
  it('keeps nobody from signing in with a password', async () => {
    await start({ oidcIssuer: 'https://127.0.0.1:1' })
    expect((await new Browser().go(begin())).search).toBe('?refused=provider')
    expect((await new Person(app.url).signIn('olga@example.com', PASSWORD)).status).toBe(200)
  })
})
