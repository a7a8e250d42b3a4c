import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { messageOf, notFound } from '../../ground/errors.ts'
import type { User } from '../../store/users.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { OpenId, type OpenIdFlow } from '../accounts/openid.ts'
import { PrivateCookie } from '../accounts/session-cookie.ts'
import { type Unwelcome, userOf } from '../accounts/welcome.ts'
import { addOperation } from '../operation.ts'
import type { Services } from '../services.ts'

const PATH = '/v1/single-sign-on'
/** Where somebody begins. */
export const START_PATH = `${PATH}/start`
const CALLBACK_PATH = `${PATH}/callback`

/** How long somebody may take at the provider. */
const FLOW_MS = 10 * 60_000
const SEALED_FOR = 'single-sign-on'

/** What the sign-in page is told, in its query: it has the words. */
type Failure = Unwelcome | 'provider' | 'refused' | 'expired' | 'no-workspace'

const GONE = { Location: 'Where the browser goes.' }

/** `/v1/single-sign-on`: to the provider and back, by redirects. */
export function singleSignOnRoutes(app: FastifyInstance, services: Services, accounts: Accounts): void {
  const settings = services.config.singleSignOn
  const openId = settings && new OpenId(settings)
  if (openId) app.addHook('onClose', () => openId.close())
  const visit = settings && openId ? new Visits(services, accounts, openId) : null

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

/** What is held on to, sealed in a cookie of that browser alone: who began must be who comes back. */
interface Flow extends OpenIdFlow {
  readonly returnTo: string
  /** ms since the epoch */
  readonly until: number
}

class Visits {
  readonly #services: Services
  readonly #accounts: Accounts
  readonly #openId: OpenId
  readonly #cookie: PrivateCookie

  constructor(services: Services, accounts: Accounts, openId: OpenId) {
    this.#services = services
    this.#accounts = accounts
    this.#openId = openId
    this.#cookie = new PrivateCookie({ name: 'statuspulse-sso', path: PATH, isSecure: accounts.isSecure })
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
    const user = await this.#userOf(request, flow)
    if (typeof user === 'string') return back(reply, user)
    const failure = await this.#accounts.signIn(request, reply, user).then(
      () => null,
      () => 'no-workspace' as const,
    )
    return failure === null ? reply.redirect(flow.returnTo) : back(reply, failure)
  }

  async #userOf(request: FastifyRequest, flow: Flow): Promise<User | Failure> {
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
      return await userOf(database, identity, rules, clock.now())
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
