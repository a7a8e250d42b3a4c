import type { FastifyInstance } from 'fastify'
import { conflict, Problem, unacceptable } from '../../ground/errors.ts'
import { insertMember } from '../../store/members.ts'
import {
  findUser,
  hasUsers,
  insertUser,
  lockFirstUser,
  renameUser,
  replacePassword,
  type User,
} from '../../store/users.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { refuseOtherSitesSigningIn } from '../accounts/same-origin.ts'
import { showWho } from '../accounts/views.ts'
import { type CallerSession, identify } from '../caller.ts'
import { addOperation } from '../operation.ts'
import { passwordInput, setUpInput, userPatch, who } from '../schemas/accounts.ts'
import type { Services } from '../services.ts'

/** `/v1/setup`: the first user; `/v1/user`: whoever is signed in. */
export function userRoutes(app: FastifyInstance, services: Services, accounts: Accounts): void {
  addSetUp(app, services, accounts)
  addRename(app, services)
  addChangePassword(app, services, accounts)
}

function addSetUp(app: FastifyInstance, { database, catalog, clock }: Services, accounts: Accounts): void {
  addOperation(app, {
    id: 'setUp',
    method: 'POST',
    path: '/v1/setup',
    tag: 'Accounts',
    summary: 'Make the first user',
    description:
      'As long as there is no user: makes the first one, with the admin token that the first start printed, and signs them in. ' +
      "They own the token's workspace, and may what the operator's key may.",
    access: 'public',
    audit: { words: 'Set the installation up', changes: () => [] },
    body: setUpInput,
    bodyExamples: {
      ana: {
        summary: 'Ana',
        value: { token: 'sp_…', email: 'ana@example.com', name: 'Ana', password: 'correct horse battery' },
      },
    },
    answers: { 201: { description: 'Made.', schema: who, headers: { 'Set-Cookie': 'The session.' } } },
    problems: [403, 409, 415, 422, 429],
    handler: async ({ body, request, reply }) => {
      refuseOtherSitesSigningIn(request, accounts.publicOrigin)
      accounts.limits.attempt(request.ip, null)
      const key = identify(`Bearer ${body.token.trim()}`, catalog)
      if (!key?.operator) throw wrongToken()
      accounts.limits.succeeded(request.ip, null)
      if (await hasUsers(database)) throw isSetUp()
      const passwordHash = await accounts.passwords.hash(body.password)
      const { email, name } = body
      const now = clock.now()
      const user = await database.transaction(async tx => {
        await lockFirstUser(tx)
        if (await hasUsers(tx)) throw isSetUp()
        const made = await insertUser(tx, { email, name, passwordHash, operator: true }, now)
        await insertMember(tx, { workspaceId: key.workspaceId, userId: made.id, role: 'owner' }, now)
        return made
      })
      return showWho(database, await accounts.signIn(request, reply, user))
    },
  })
}

function wrongToken(): Problem {
  const detail = 'token: this is not the admin token. The first start of StatusPulse printed it.'
  return new Problem(403, 'sign-in-refused', 'Sign-in refused', detail, {
    errors: [{ path: 'token', message: 'is not the admin token' }],
  })
}

function isSetUp(): Problem {
  return conflict('This installation is set up already. Sign in, or ask for an invitation.')
}

function addRename(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'updateUser',
    method: 'PATCH',
    path: '/v1/user',
    tag: 'Accounts',
    summary: 'Change your name',
    description: 'JSON Merge Patch (RFC 7396): what is left out stays.',
    access: 'user',
    audit: { words: 'Changed their own account' },
    body: userPatch,
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    bodyExamples: { name: { summary: 'Another name', value: { name: 'Ana Lima' } } },
    answers: { 200: { description: 'Changed.', schema: who } },
    problems: [415, 422],
    handler: async ({ caller, body }) => {
      if (body.name !== undefined)
        await renameUser(database, (caller.session as CallerSession).userId, body.name)
      return showWho(database, caller)
    },
  })
}

function addChangePassword(app: FastifyInstance, { database }: Services, accounts: Accounts): void {
  addOperation(app, {
    id: 'changePassword',
    method: 'POST',
    path: '/v1/user/password',
    tag: 'Accounts',
    summary: 'Change your password',
    description: 'Ends every session of the user; the browser that asks gets a new one.',
    access: 'user',
    audit: { words: 'Changed their own password' },
    body: passwordInput,
    bodyExamples: {
      change: {
        summary: 'Another password',
        value: { current_password: 'correct horse battery', new_password: 'staple correct horse' },
      },
    },
    answers: { 200: { description: 'Changed.', schema: who, headers: { 'Set-Cookie': 'The new session.' } } },
    problems: [409, 415, 422],
    handler: async ({ caller, body, request, reply }) => {
      const user = (await findUser(database, (caller.session as CallerSession).userId)) as User
      if (user.passwordHash === null)
        throw conflict(
          'You sign in by single sign-on and have no password. An admin can make you a link to set one.',
        )
      accounts.limits.attempt(request.ip, user.email)
      if (!(await accounts.passwords.verify(user.passwordHash, body.current_password)))
        throw unacceptable('current_password', 'is not your password')
      accounts.limits.succeeded(request.ip, user.email)
      const passwordHash = await accounts.passwords.hash(body.new_password)
      await database.transaction(tx => replacePassword(tx, user.id, passwordHash))
      return showWho(database, await accounts.signIn(request, reply, user, caller.workspaceId))
    },
  })
}
