import type { FastifyInstance, FastifyRequest } from 'fastify'
import { notFound, Problem, unacceptable } from '../../ground/errors.ts'
import {
  type AccountLink,
  findLink,
  type Invitation,
  insertReset,
  newLinkToken,
  type PasswordReset,
  takeLink,
} from '../../store/account-links.ts'
import { insertMember, membershipsOf } from '../../store/members.ts'
import { findUser, findUserByEmail, insertUser, replacePassword, type User } from '../../store/users.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { checkMayManage } from '../accounts/roles.ts'
import { refuseOtherSitesSigningIn } from '../accounts/same-origin.ts'
import { showLink, showWho } from '../accounts/views.ts'
import { type Caller, signatureOf } from '../caller.ts'
import { addOperation } from '../operation.ts'
import {
  linkInput,
  linkQuery,
  linkShown,
  newPassword,
  resetCreated,
  resetInput,
  who,
} from '../schemas/accounts.ts'
import { timeOf } from '../schemas/common.ts'
import type { Services } from '../services.ts'
import { parse } from '../validation.ts'

const RESET_MS = 86_400_000

/** `/v1/password-resets`, and `/v1/links`: what is done with a link, a reset's or an invitation's. */
export function accountLinkRoutes(app: FastifyInstance, services: Services, accounts: Accounts): void {
  addReset(app, services, accounts)
  addLookUp(app, services, accounts)
  addRedeem(app, services, accounts)
}

function addReset(app: FastifyInstance, { database, clock }: Services, accounts: Accounts): void {
  addOperation(app, {
    id: 'createPasswordReset',
    method: 'POST',
    path: '/v1/password-resets',
    tag: 'Members',
    summary: 'Let a member set another password',
    description:
      'Makes a link for them, which works once and for a day. Whoever has it can sign in as them, so only the operator may make ' +
      'one for somebody who is a member elsewhere too, or is an operator; and only an owner for an owner.',
    access: 'admin',
    audit: {
      words: 'Made a link to set another password for',
      target: ({ body }) => ({ id: null, name: String(body.email) }),
    },
    body: resetInput,
    bodyExamples: { ben: { summary: 'Somebody who forgot it', value: { email: 'ben@example.com' } } },
    answers: { 201: { description: 'Made.', schema: resetCreated } },
    problems: [404, 415, 422],
    handler: async ({ caller, body, request }) => {
      const user = await findUserByEmail(database, body.email)
      await checkMayReset(database, caller, user, body.email)
      const now = clock.now()
      const token = newLinkToken()
      const { id: userId, email } = user as User
      const made = { token, email, userId, createdBy: signatureOf(caller), expiresAt: now + RESET_MS }
      const { expiresAt } = await database.transaction(tx => insertReset(tx, made, now))
      return { email, expires_at: timeOf(expiresAt), link: `${accounts.baseUrl(request)}/join#${token}` }
    },
  })
}

async function checkMayReset(
  database: Services['database'],
  caller: Caller,
  user: User | null,
  email: string,
) {
  if (!user) throw notFound('member', email)
  if (caller.operator) return
  const memberships = await membershipsOf(database, user.id)
  const here = memberships.find(one => one.workspaceId === caller.workspaceId)
  if (!here) throw notFound('member', email)
  if (user.operator || memberships.length > 1) {
    const detail = `${email} is more than a member of this workspace: only an operator of the installation may reset that password.`
    throw new Problem(403, 'forbidden', 'Forbidden', detail)
  }
  await checkMayManage(database, caller, [here.role])
}

function addLookUp(app: FastifyInstance, { database, catalog, clock }: Services, accounts: Accounts): void {
  addOperation(app, {
    id: 'lookUpLink',
    method: 'POST',
    path: '/v1/links/look-up',
    tag: 'Members',
    summary: 'Show what a link is for',
    description: 'For the page that the link leads to. The link stays as it is.',
    access: 'public',
    audit: { exempt: 'it changes nothing' },
    body: linkQuery,
    bodyExamples: { link: { summary: 'A link', value: { token: 'qT6f…' } } },
    answers: { 200: { description: 'The link.', schema: linkShown } },
    problems: [404, 415, 422, 429],
    handler: async ({ body, request }) => {
      const link = await linkOr404(database, accounts, request, body.token, clock.now())
      const workspace = link.kind === 'invitation' ? catalog.workspace(link.workspaceId)?.name : null
      const hasAccount = link.kind === 'reset' || (await findUserByEmail(database, link.email)) !== null
      return showLink(link, workspace ?? null, hasAccount)
    },
  })
}

function addRedeem(app: FastifyInstance, services: Services, accounts: Accounts): void {
  const { database, clock } = services
  addOperation(app, {
    id: 'redeemLink',
    method: 'POST',
    path: '/v1/links/redeem',
    tag: 'Members',
    summary: 'Use a link',
    description:
      'Accepts an invitation, or sets the new password of a reset, which ends every session of the user; and signs in. The link ' +
      'is used up by that. An invitation of somebody who has an account asks for its password, or is accepted while signed in.',
    access: 'public',
    audit: { words: 'Joined, or set another password, by a link', changes: () => [] },
    body: linkInput,
    bodyExamples: {
      join: { summary: 'Accept', value: { token: 'qT6f…', name: 'Ben', password: 'correct horse battery' } },
    },
    answers: { 200: { description: 'Done.', schema: who, headers: { 'Set-Cookie': 'The session.' } } },
    problems: [403, 404, 415, 422, 429],
    handler: async ({ body, request, reply }) => {
      refuseOtherSitesSigningIn(request, accounts.publicOrigin)
      const link = await linkOr404(database, accounts, request, body.token, clock.now())
      const user =
        link.kind === 'reset'
          ? await reset(services, accounts, link, body.password)
          : await accept(services, accounts, link, body, request)
      const workspaceId = link.kind === 'invitation' ? link.workspaceId : undefined
      return showWho(database, await accounts.signIn(request, reply, user, workspaceId))
    },
  })
}

async function reset(
  { database }: Services,
  accounts: Accounts,
  link: PasswordReset,
  given: string | undefined,
): Promise<User> {
  const passwordHash = await accounts.passwords.hash(parse(newPassword, given, 'body', 'password'))
  await database.transaction(async tx => {
    if (!(await takeLink(tx, link.id))) throw goneLink()
    await replacePassword(tx, link.userId, passwordHash)
  })
  return (await findUser(database, link.userId)) as User
}

async function accept(
  { database, clock }: Services,
  accounts: Accounts,
  link: Invitation,
  body: { name?: string | undefined; password?: string | undefined },
  request: FastifyRequest,
): Promise<User> {
  const existing = await findUserByEmail(database, link.email)
  let passwordHash = ''
  if (existing) await proveToBe(existing, accounts, request, body.password)
  else {
    if (body.name === undefined) throw unacceptable('name', 'is needed')
    passwordHash = await accounts.passwords.hash(parse(newPassword, body.password, 'body', 'password'))
  }
  const now = clock.now()
  const { email, workspaceId, role } = link
  return database.transaction(async tx => {
    if (!(await takeLink(tx, link.id))) throw goneLink()
    const fresh = { email, name: body.name as string, passwordHash, operator: false }
    const user = existing ?? (await insertUser(tx, fresh, now))
    await insertMember(tx, { workspaceId, userId: user.id, role }, now)
    return user
  })
}

/** An invitation proves nothing to an account that is there: whoever made it has the link too. */
async function proveToBe(
  user: User,
  accounts: Accounts,
  request: FastifyRequest,
  password: string | undefined,
): Promise<void> {
  const caller = await accounts.callerOf(request)
  if (caller?.session?.userId === user.id) return
  accounts.limits.attempt(request.ip, user.email)
  if (!(await accounts.passwords.verify(user.passwordHash, password ?? ''))) {
    throw new Problem(
      403,
      'sign-in-refused',
      'Sign-in refused',
      `This is not the password of ${user.email}.`,
      {
        errors: [{ path: 'password', message: 'is not the password of your account' }],
      },
    )
  }
  accounts.limits.succeeded(request.ip, user.email)
}

async function linkOr404(
  database: Services['database'],
  accounts: Accounts,
  request: FastifyRequest,
  token: string,
  now: number,
): Promise<AccountLink> {
  accounts.limits.attempt(request.ip, null)
  const link = await findLink(database, token, now)
  if (!link) throw goneLink()
  accounts.limits.succeeded(request.ip, null)
  return link
}

function goneLink(): Problem {
  return new Problem(
    404,
    'not-found',
    'Not found',
    'This link was used already, was replaced, or has expired. Ask for a new one.',
  )
}
