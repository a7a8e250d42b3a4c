import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { messageOf, notFound } from '../../ground/errors.ts'
import type { User } from '../../store/users.ts'
import { type Accounts, SESSION_LIMITS } from '../accounts/accounts.ts'
import { OpenId, type OpenIdFlow } from '../accounts/openid.ts'
import { PrivateCookie } from '../accounts/session-cookie.ts'
import { type Unwelcome, userOf } from '../accounts/welcome.ts'
import type { CallerSession } from '../caller.ts'
import { addOperation } from '../operation.ts'
import { signedOut } from '../schemas/accounts.ts'
import type { Services } from '../services.ts'

const PATH = '/v1/single-sign-on'
/** Where somebody begins. */
export const START_PATH = `${PATH}/start`
/** Where sessions end. */
const SIGN_OUT_PATH = '/v1/session'
const CALLBACK_PATH = `${PATH}/callback`

/** How long somebody may take at the provider. */
const FLOW_MS = 10 * 60_000
const SEALED_FOR = 'single-sign-on'

/** What the sign-in page is told, in its query: it has the words. */
type Failure = Unwelcome | 'provider' | 'refused' | 'expired' | 'no-workspace'

/** Of a cookie's value: browsers drop longer ones. The provider then asks whether signing out is meant. */
const LONGEST_ID_TOKEN = 3_900

const GONE = { Location: 'Where the browser goes.' }

/** `/v1/single-sign-on`: to the provider and back, by redirects. */
export function singleSignOnRoutes(app: FastifyInstance, services: Services, accounts: Accounts): void {
  const settings = services.config.singleSignOn
  const openId = settings && new OpenId(settings)
  if (openId) app.addHook('onClose', () => openId.close())
  const visit = settings && openId ? new Visits(services, accounts, openId) : null

  addSignOut(app, accounts, visit)

  addOperation(app, {
    id: 'beginSingleSignOn',
    method: 'GET',
    path: START_PATH,
    tag: 'Accounts',
    summary: 'Sign in by the OpenID provider',
    description:
      'Sends the browser to the provider (authorization code flow with PKCE). 404 where none is configured.',
    access: 'public',
    query: z.strictObject({
      return_to: z.string().max(2_000).optional().meta({ description: 'The page to come back to: a path.' }),
    }),
    answers: { 302: { description: 'To the provider.', headers: GONE } },
    problems: [404],
    handler: async ({ query, request, reply }) => {
      if (!visit) throw notFound('single sign-on', 'here: it is not configured')
      return visit.begin(request, reply, query.return_to)
    },
  })

  addOperation(app, {
    id: 'finishSingleSignOn',
    method: 'GET',
    path: CALLBACK_PATH,
    tag: 'Accounts',
    summary: 'Come back from the OpenID provider',
    description:
      'Where the provider sends the browser: signs in, and leads to the console. 404 where none is configured.',
    access: 'public',
    answers: { 302: { description: 'To the console.', headers: { ...GONE, 'Set-Cookie': 'The session.' } } },
    problems: [404],
    handler: async ({ request, reply }) => {
      if (!visit) throw notFound('single sign-on', 'here: it is not configured')
      return visit.finish(request, reply)
    },
  })
}

function addSignOut(app: FastifyInstance, accounts: Accounts, visit: Visits | null): void {
  addOperation(app, {
    id: 'signOut',
    method: 'DELETE',
    path: SIGN_OUT_PATH,
    tag: 'Accounts',
    summary: 'Sign out',
    description:
      'Ends this session, and what it has open. Where single sign-on began it, the answer says where the browser ends the ' +
      "provider's session too, if the provider has such a place (OpenID Connect RP-Initiated Logout).",
    access: 'user',
    audit: { exempt: 'their own sessions are nobody else’s settings: who is signed in is listed' },
    answers: { 200: { description: 'Signed out.', schema: signedOut } },
    handler: async ({ caller, request, reply }) => {
      await accounts.signOut(request, reply)
      const { id } = caller.session as CallerSession
      return { continue_at: visit && (await visit.signOutUrl(request, reply, id)) }
    },
  })
}

/** What is held on to, sealed in a cookie of that browser alone: who began must be who comes back. */
interface Flow extends OpenIdFlow {
  readonly returnTo: string
  /** ms since the epoch */
  readonly until: number
}

/** What the way out needs of a session that single sign-on began. */
interface Begun {
  readonly user: User
  readonly idToken: string | null
}

class Visits {
  readonly #services: Services
  readonly #accounts: Accounts
  readonly #openId: OpenId
  readonly #cookie: PrivateCookie
  /** The session that it is about, and its ID token: in the browser alone, where the way out begins. */
  readonly #ofSession: PrivateCookie

  constructor(services: Services, accounts: Accounts, openId: OpenId) {
    this.#services = services
    this.#accounts = accounts
    this.#openId = openId
    this.#cookie = new PrivateCookie({ name: 'statuspulse-sso', path: PATH, isSecure: accounts.isSecure })
    this.#ofSession = new PrivateCookie({
      name: 'statuspulse-id',
      path: SIGN_OUT_PATH,
      isSecure: accounts.isSecure,
    })
  }

  async begin(request: FastifyRequest, reply: FastifyReply, returnTo = '/'): Promise<FastifyReply> {
    const { clock, log, sealer } = this.#services
    try {
      const { url, flow } = await this.#openId.begin(
        this.#accounts.baseUrl(request) + CALLBACK_PATH,
        clock.now(),
      )
      const held: Flow = { ...flow, returnTo: pathOnly(returnTo), until: clock.now() + FLOW_MS }
      this.#cookie.set(reply, sealer.seal(JSON.stringify(held), SEALED_FOR).toString('base64url'), FLOW_MS)
      return reply.redirect(url.href)
    } catch (error) {
      log.error({ err: error }, `single sign-on: the provider cannot be asked: ${messageOf(error)}`)
      return back(reply, 'provider')
    }
  }

  async finish(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const flow = this.#heldBy(request)
    this.#cookie.clear(reply)
    if (!flow) return back(reply, 'expired')
    const begun = await this.#begunBy(request, flow)
    if (typeof begun === 'string') return back(reply, begun)
    const caller = await this.#accounts.signIn(request, reply, begun.user).catch(() => null)
    if (!caller?.session) return back(reply, 'no-workspace')
    const { idToken } = begun
    const kept = idToken !== null && idToken.length <= LONGEST_ID_TOKEN ? idToken : ''
    this.#ofSession.set(reply, `${caller.session.id}.${kept}`, SESSION_LIMITS.longestMs)
    return reply.redirect(flow.returnTo)
  }

  /**
   * Where the browser of somebody who signs out has to go on to; their session here is over already.
   * @returns null: nowhere, as single sign-on did not begin that session, or the provider has no such place
   */
  async signOutUrl(request: FastifyRequest, reply: FastifyReply, sessionId: string): Promise<string | null> {
    const held = this.#ofSession.read(request)
    if (held === null) return null
    this.#ofSession.clear(reply)
    const [id, ...idToken] = held.split('.')
    // Of an earlier session in this browser.
    if (id !== sessionId) return null
    const { clock, log } = this.#services
    const returnTo = `${this.#accounts.baseUrl(request)}/`
    try {
      const url = await this.#openId.signOutUrl(idToken.join('.') || null, returnTo, clock.now())
      return url?.href ?? null
    } catch (error) {
      log.warn({ err: error }, `single sign-on: signed out here, not at the provider: ${messageOf(error)}`)
      return null
    }
  }

  async #begunBy(request: FastifyRequest, flow: Flow): Promise<Begun | Failure> {
    const { clock, database, log, config } = this.#services
    const rules = config.singleSignOn
    if (!rules) return 'provider'
    const here = new URL(this.#accounts.baseUrl(request) + request.url)
    if (here.searchParams.has('error')) {
      log.warn(`single sign-on: the provider refused: ${here.searchParams.get('error')?.slice(0, 100)}`)
      return 'refused'
    }
    try {
      const identity = await this.#openId.finish(here, flow, clock.now())
      const user = await userOf(database, identity, rules, clock.now())
      return typeof user === 'string' ? user : { user, idToken: identity.idToken }
    } catch (error) {
      log.error({ err: error }, `single sign-on failed: ${messageOf(error)}`)
      return 'provider'
    }
  }

  #heldBy(request: FastifyRequest): Flow | null {
    const held = this.#cookie.read(request)
    if (held === null) return null
    try {
      const flow = JSON.parse(this.#services.sealer.open(Buffer.from(held, 'base64url'), SEALED_FOR)) as Flow
      return flow.until > this.#services.clock.now() ? flow : null
    } catch {
      // Sealed by another installation, or by nobody.
      return null
    }
  }
}

function back(reply: FastifyReply, failure: Failure): FastifyReply {
  return reply.redirect(`/sign-in?refused=${failure}`)
}

/** Of this origin only: else the link to begin with could lead anywhere in the end. */
function pathOnly(returnTo: string): string {
  const base = 'http://here.invalid'
  if (!URL.canParse(returnTo, base)) return '/'
  const { origin, pathname, search } = new URL(returnTo, base)
  // A path that begins with two slashes is another host's.
  return origin === base && !pathname.startsWith('//') ? pathname + search : '/'
}
