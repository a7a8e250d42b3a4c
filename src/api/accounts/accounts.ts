import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../ground/errors.ts'
import { membershipsOf } from '../../store/members.ts'
import {
  endSessionOf,
  findSession,
  insertSession,
  type LiveSession,
  newSessionToken,
  type SessionLimits,
} from '../../store/sessions.ts'
import type { User } from '../../store/users.ts'
import type { Caller } from '../caller.ts'
import type { Services } from '../services.ts'
import { Passwords } from './passwords.ts'
import { ROLE_SCOPES } from './roles.ts'
import { refuseOtherSites } from './same-origin.ts'
import { PrivateCookie } from './session-cookie.ts'
import { SignInLimits } from './sign-in-limits.ts'

const HOUR_MS = 3_600_000

/** A day without a request, two weeks at most: an on-call shift signs in once. */
export const SESSION_LIMITS: SessionLimits = { idleMs: 24 * HOUR_MS, longestMs: 14 * 24 * HOUR_MS }

/** Who is signed in: what the routes of accounts and the guard share. */
export class Accounts {
  readonly passwords = new Passwords()
  readonly limits: SignInLimits
  /** Where people reach the console, if the operator says so. */
  readonly publicOrigin: string | null
  readonly isSecure: boolean
  readonly #services: Services
  readonly #cookie: PrivateCookie

  constructor(services: Services) {
    const { publicUrl } = services.config
    this.#services = services
    this.limits = new SignInLimits(services.clock)
    this.publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin
    this.isSecure = publicUrl?.startsWith('https:') ?? false
    this.#cookie = new PrivateCookie({ name: 'statuspulse', isSecure: this.isSecure })
  }

  /**
   * The caller that a request's cookie names; null: none, or a session that is over.
   * @throws Problem 403 when the request was not made by a page of ours
   */
  async callerOf(request: FastifyRequest): Promise<Caller | null> {
    const token = this.#cookie.readToken(request)
    if (token === null) return null
    refuseOtherSites(request, this.publicOrigin)
    const { database, clock } = this.#services
    const session = await findSession(database, token, SESSION_LIMITS, clock.now())
    return session && toCaller(session)
  }

  /**
   * Signs the user in: a fresh session, whatever cookie the browser came with.
   * @param workspaceId which of theirs to begin in; left out: the first that they joined
   * @throws Problem 403 when they are a member of none
   */
  async signIn(
    request: FastifyRequest,
    reply: FastifyReply,
    user: User,
    workspaceId?: string,
  ): Promise<Caller> {
    const { database, clock } = this.#services
    const memberships = await membershipsOf(database, user.id)
    const chosen = memberships.find(one => one.workspaceId === workspaceId) ?? memberships[0]
    if (!chosen) throw memberOfNothing()
    const before = this.#cookie.readToken(request)
    if (before !== null) await endSessionOf(database, before)
    const token = newSessionToken()
    const userAgent = request.headers['user-agent'] ?? ''
    const made = { token, userId: user.id, workspaceId: chosen.workspaceId, userAgent, address: request.ip }
    const session = await insertSession(database, made, SESSION_LIMITS, clock.now())
    this.#cookie.set(reply, token, SESSION_LIMITS.longestMs)
    const { email, name, operator } = user
    const caller = toCaller({ ...session, email, name, operator, role: chosen.role })
    // From here on it is they who do what the request does.
    request.caller = caller
    return caller
  }

  /** Ends the session of the request's cookie, and takes the cookie back. */
  async signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const token = this.#cookie.readToken(request)
    if (token !== null) await endSessionOf(this.#services.database, token)
    this.#cookie.clear(reply)
  }

  /** Where the console is, for links: `https://status.example.com`. */
  baseUrl(request: FastifyRequest): string {
    return this.#services.config.publicUrl ?? `${request.protocol}://${request.host}`
  }
}

function toCaller(session: LiveSession): Caller {
  const { id, userId, email, name, role, operator, workspaceId } = session
  return {
    actor: { kind: 'user', id: userId, name },
    workspaceId,
    scopes: ROLE_SCOPES[role],
    operator,
    session: { id, userId, email, role },
  }
}

function memberOfNothing(): Problem {
  return new Problem(
    403,
    'sign-in-refused',
    'Sign-in refused',
    'You are a member of no workspace here. Ask for an invitation.',
  )
}
