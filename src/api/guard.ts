import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../ground/errors.ts'
import { type Access, allows, identify } from './caller.ts'
import { RateLimit } from './rate-limit.ts'
import type { Services } from './services.ts'

/** Wrong keys an address may try in a row, and a minute. */
const FAILURES = 30
const FAILURES_PER_SECOND = 0.5

/**
 * Lets in only whom an operation's `access` allows, and each key only so often. Runs before a body is
 * read. A valid key is never refused for what others at its address did.
 */
export function guard(app: FastifyInstance, services: Services): void {
  const { catalog, clock, config } = services
  const rate = config.rateLimitPerSecond
  const ofKey = new RateLimit({ perSecond: rate, burst: rate, names: 10_000 })
  const ofAddress = new RateLimit({ perSecond: FAILURES_PER_SECOND, burst: FAILURES, names: 10_000 })

  app.addHook('onRequest', async (request, reply) => {
    const operation = request.routeOptions.config.operation
    if (!operation || operation.access === 'public') return
    const caller = identify(request.headers.authorization, catalog)
    if (!caller) {
      const wait = ofAddress.take(addressOf(request), clock.now())
      if (wait > 0) throw tooMany('Too many requests without a valid API key from this address.', wait)
      reply.header('www-authenticate', challenge(request.headers.authorization))
      throw unauthorized(request.headers.authorization)
    }
    const wait = ofKey.take(caller.keyId, clock.now())
    if (wait > 0)
      throw tooMany(`This API key may make ${rate} requests a second.`, wait, operation.tooManyStatus)
    if (!allows(caller, operation.access)) throw forbidden(operation.access)
    if (caller.actor.kind === 'key') services.keyUses.saw(caller.keyId)
    request.caller = caller
  })
}

/** An IPv6 client has a whole /64 to call from. */
function addressOf(request: FastifyRequest): string {
  const address = request.ip
  return address.includes(':') && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address
}

function challenge(authorization: string | undefined): string {
  return authorization === undefined
    ? 'Bearer realm="StatusPulse"'
    : 'Bearer realm="StatusPulse", error="invalid_token"'
}

function unauthorized(authorization: string | undefined): Problem {
  const detail =
    authorization === undefined
      ? 'This needs an API key: send it as "Authorization: Bearer sp_…".'
      : 'This is not a valid API key, or it was revoked.'
  return new Problem(401, 'unauthorized', 'Unauthorized', detail)
}

function forbidden(access: Access): Problem {
  const detail =
    access === 'operator'
      ? "This needs the operator's key."
      : `This needs an API key with the scope "${access}".`
  return new Problem(403, 'forbidden', 'Forbidden', detail)
}

function tooMany(detail: string, wait: number, status: 429 | 503 = 429): Problem {
  return new Problem(status, 'too-many-requests', 'Too many requests', detail, { retryAfter: wait })
}
