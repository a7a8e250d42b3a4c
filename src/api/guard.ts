import type { FastifyInstance } from 'fastify'
import { Problem } from '../ground/errors.ts'
import type { Role } from '../ground/vocabulary.ts'
import type { Accounts } from './accounts/accounts.ts'
import { subnetOf } from './accounts/sign-in-limits.ts'
import { type Access, allows, type Caller, identify } from './caller.ts'
import { RateLimit } from './rate-limit.ts'
import type { Services } from './services.ts'

/** Wrong keys an address may try in a row, and a minute. */
const FAILURES = 30
const FAILURES_PER_SECOND = 0.5

/**
 * Lets in only whom an operation's `access` allows, and each key or user only so often. Runs before a body is
 * read. Who comes with a key is known from memory; a session's cookie, looked at only without one, is asked the
 * database for. A valid key is never refused for what others at its address did.
 */
export function guard(app: FastifyInstance, services: Services, accounts: Accounts): void {
  const { catalog, clock, config } = services
  const rate = config.rateLimitPerSecond
  const ofKey = new RateLimit({ perSecond: rate, burst: rate, names: 10_000 })
  const ofAddress = new RateLimit({ perSecond: FAILURES_PER_SECOND, burst: FAILURES, names: 10_000 })

  app.addHook('onRequest', async (request, reply) => {
    const operation = request.routeOptions.config.operation
    if (!operation || operation.access === 'public') return
    const caller =
      request.headers.authorization === undefined
        ? await accounts.callerOf(request)
        : identify(request.headers.authorization, catalog)
    if (!caller) {
      const wait = ofAddress.take(subnetOf(request.ip), clock.now())
      if (wait > 0)
        throw tooMany('Too many requests without a valid API key or session from this address.', wait)
      reply.header('www-authenticate', challenge(request.headers.authorization))
      throw unauthorized(request.headers.authorization)
    }
    const wait = ofKey.take(caller.actor.id, clock.now())
    if (wait > 0)
      throw tooMany(
        `This ${WORDS[caller.actor.kind]} may make ${rate} requests a second.`,
        wait,
        operation.tooManyStatus,
      )
    if (!allows(caller, operation.access)) throw forbidden(operation.access, caller)
    if (caller.actor.kind === 'key') services.keyUses.saw(caller.actor.id)
    request.caller = caller
  })
}

const WORDS = { key: 'API key', user: 'user' } as const

function challenge(authorization: string | undefined): string {
  return authorization === undefined
    ? 'Bearer realm="StatusPulse"'
    : 'Bearer realm="StatusPulse", error="invalid_token"'
}

function unauthorized(authorization: string | undefined): Problem {
  const detail =
    authorization === undefined
      ? 'This needs an API key: send it as "Authorization: Bearer sp_…". The console needs you to sign in.'
      : 'This is not a valid API key, or it was revoked.'
  return new Problem(401, 'unauthorized', 'Unauthorized', detail)
}

function forbidden(access: Access, { session }: Caller): Problem {
  return new Problem(403, 'forbidden', 'Forbidden', whyForbidden(access, session?.role ?? null))
}

function whyForbidden(access: Access, role: Role | null): string {
  if (access === 'user')
    return 'This is about a person: it needs a session ("user"), which an API key has not.'
  if (access === 'operator') {
    return role === null
      ? "This needs the operator's key."
      : 'This is for operators of the whole installation.'
  }
  if (role === null) return `This needs an API key with the scope "${access}".`
  return `This needs the scope "${access}", which your role (${role}) has not. Ask an admin of this workspace.`
}

function tooMany(detail: string, wait: number, status: 429 | 503 = 429): Problem {
  return new Problem(status, 'too-many-requests', 'Too many requests', detail, { retryAfter: wait })
}
