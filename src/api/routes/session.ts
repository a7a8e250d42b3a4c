import type { FastifyInstance } from 'fastify'
import { notFound, Problem } from '../../ground/errors.ts'
import { endSession, listSessions, moveSession } from '../../store/sessions.ts'
import { findUserByEmail, hasUsers } from '../../store/users.ts'
import { type Accounts, SESSION_LIMITS } from '../accounts/accounts.ts'
import { refuseOtherSitesSigningIn } from '../accounts/same-origin.ts'
import { showSession, showWho } from '../accounts/views.ts'
import { type CallerSession, identify } from '../caller.ts'
import { addOperation } from '../operation.ts'
import { sessionList, sessionMove, sessionState, signInInput, who } from '../schemas/accounts.ts'
import { idParams } from '../schemas/common.ts'
import type { Services } from '../services.ts'
import { START_PATH } from './single-sign-on.ts'

/** `/v1/session` of whoever asks, and `/v1/sessions`: everywhere that they are signed in. */
export function sessionRoutes(app: FastifyInstance, services: Services, accounts: Accounts): void {
  addState(app, services, accounts)
  addSignIn(app, services, accounts)
  addMove(app, services)
  addList(app, services)
}

function addState(app: FastifyInstance, { database, catalog, config }: Services, accounts: Accounts): void {
  const provider = config.singleSignOn
  const singleSignOn = provider && { name: new URL(provider.issuer).host, url: START_PATH }
  addOperation(app, {
    id: 'getSession',
    method: 'GET',
    path: '/v1/session',
    tag: 'Accounts',
    summary: 'Show who is signed in',
    description:
      'Who is signed in with the cookie that the request carries, if anybody, and which ways to sign in there are.',
    access: 'public',
    answers: { 200: { description: 'How it stands.', schema: sessionState } },
    handler: async ({ request }) => {
      const caller = await accounts.callerOf(request)
      const key = identify(request.headers.authorization, catalog)
      return {
        key: key && { scopes: [...key.scopes], operator: key.operator },
        who: caller && (await showWho(database, caller)),
        needs_set_up: caller === null && !(await hasUsers(database)),
        single_sign_on: singleSignOn,
      }
    },
  })
}

function addSignIn(app: FastifyInstance, { database }: Services, accounts: Accounts): void {
  addOperation(app, {
    id: 'signIn',
    method: 'POST',
    path: '/v1/session',
    tag: 'Accounts',
    summary: 'Sign in',
    description:
      'By e-mail address and password. The answer sets a cookie (HttpOnly, SameSite=Lax, Secure where the public URL is ' +
      'https) that is the session: it ends after a day without a request, and after two weeks at the latest.',
    access: 'public',
    audit: { exempt: 'their own sessions are nobody else’s settings: who is signed in is listed' },
    body: signInInput,
    bodyExamples: {
      ana: { summary: 'Ana', value: { email: 'ana@example.com', password: 'correct horse battery' } },
    },
    answers: { 200: { description: 'Signed in.', schema: who, headers: { 'Set-Cookie': 'The session.' } } },
    problems: [403, 415, 422, 429],
    handler: async ({ body, request, reply }) => {
      refuseOtherSitesSigningIn(request, accounts.publicOrigin)
      accounts.limits.attempt(request.ip, body.email)
      const user = await findUserByEmail(database, body.email)
      const isRight = await accounts.passwords.verify(user?.passwordHash ?? null, body.password)
      if (!user || !isRight) throw wrongPassword()
      accounts.limits.succeeded(request.ip, body.email)
      return showWho(database, await accounts.signIn(request, reply, user))
    },
  })
}

/** The same for an unknown address, for one without a password, and for a wrong password. */
function wrongPassword(): Problem {
  return new Problem(
    403,
    'sign-in-refused',
    'Sign-in refused',
    'The e-mail address or the password is wrong.',
  )
}

function addMove(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'moveSession',
    method: 'PATCH',
    path: '/v1/session',
    tag: 'Accounts',
    summary: 'Change to another workspace',
    description:
      'Moves this session to another workspace of the user: everything that it asks for from then on is of that one.',
    access: 'user',
    audit: { exempt: 'their own sessions are nobody else’s settings: who is signed in is listed' },
    body: sessionMove,
    bodyExamples: {
      other: { summary: 'Another one', value: { workspace_id: 'ws_01jz8m4x5c00k3v9q2w7d1a0b3' } },
    },
    answers: { 200: { description: 'Who it is now.', schema: who } },
    problems: [404, 415, 422],
    handler: async ({ caller, body }) => {
      const { id } = caller.session as CallerSession
      if (!(await moveSession(database, id, body.workspace_id)))
        throw notFound('workspace of yours', body.workspace_id)
      return showWho(database, { ...caller, workspaceId: body.workspace_id })
    },
  })
}

function addList(app: FastifyInstance, { database, clock }: Services): void {
  addOperation(app, {
    id: 'listSessions',
    method: 'GET',
    path: '/v1/sessions',
    tag: 'Accounts',
    summary: 'List your sessions',
    description: 'Everywhere that the user is signed in, the latest used first.',
    access: 'user',
    answers: { 200: { description: 'All of them.', schema: sessionList } },
    handler: async ({ caller }) => {
      const { id, userId } = caller.session as CallerSession
      const sessions = await listSessions(database, userId, SESSION_LIMITS, clock.now())
      return { data: sessions.map(session => showSession(session, id)), next_cursor: null }
    },
  })

  addOperation(app, {
    id: 'endSession',
    method: 'DELETE',
    path: '/v1/sessions/{id}',
    tag: 'Accounts',
    summary: 'End a session of yours',
    description: 'Signs the user out somewhere else: from the next request on, and what is open there ends.',
    access: 'user',
    audit: { exempt: 'their own sessions are nobody else’s settings: who is signed in is listed' },
    params: idParams("The session's id.", 'ses_01jz8m4x5c00k3v9q2w7d1a0b3'),
    answers: { 204: { description: 'Ended.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const { userId } = caller.session as CallerSession
      if (!(await endSession(database, userId, params.id))) throw notFound('session', params.id)
    },
  })
}
