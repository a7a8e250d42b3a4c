import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, notFound, Problem } from '../../ground/errors.ts'
import {
  deleteInvitation,
  insertInvitation,
  listInvitations,
  newLinkToken,
} from '../../store/account-links.ts'
import {
  changeRole,
  findMember,
  listMembers,
  type Member,
  type MemberOutcome,
  removeMember,
} from '../../store/members.ts'
import { findUserByEmail } from '../../store/users.ts'
import type { Accounts } from '../accounts/accounts.ts'
import { checkMayManage } from '../accounts/roles.ts'
import { showInvitation, showMember } from '../accounts/views.ts'
import { type Caller, signatureOf } from '../caller.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import {
  invitationCreated,
  invitationInput,
  invitationPage,
  member,
  memberPage,
  memberPatch,
} from '../schemas/accounts.ts'
import { idParams, pageFields } from '../schemas/common.ts'
import type { Services } from '../services.ts'

const USER_ID = idParams("The user's id.", 'usr_01jz8m4x5c00k3v9q2w7d1a0b3')
const INVITATION_MS = 7 * 86_400_000

/** `/v1/members` of the workspace, and `/v1/invitations` to it. */
export function memberRoutes(app: FastifyInstance, services: Services, accounts: Accounts): void {
  addList(app, services)
  addChange(app, services)
  addRemove(app, services)
  addInvite(app, services, accounts)
  addInvitations(app, services)
}

function addList(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listMembers',
    method: 'GET',
    path: '/v1/members',
    tag: 'Members',
    summary: 'List members',
    description: 'The users who are members of this workspace, in the order in which they first came.',
    access: 'admin',
    query: z.strictObject(pageFields),
    answers: { 200: { description: 'One page.', schema: memberPage } },
    handler: async ({ caller, query }) => {
      const after = fromCursor(query.cursor, 1)?.[0] ?? ''
      const rows = await listMembers(database, caller.workspaceId, after, query.limit + 1)
      return pageOf(rows, query.limit, row => [row.userId], showMember)
    },
  })
}

function addChange(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'updateMember',
    method: 'PATCH',
    path: '/v1/members/{id}',
    tag: 'Members',
    summary: 'Change the role of a member',
    description:
      'From their next request on. Only an owner makes, changes or removes owners, and the last one stays.',
    access: 'admin',
    audit: {
      words: 'Changed the role of',
      target: ({ params, answer }) => ({ id: params.id ?? null, name: String(answer.email) }),
    },
    params: USER_ID,
    body: memberPatch,
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    bodyExamples: { responder: { summary: 'On call from now on', value: { role: 'responder' } } },
    answers: { 200: { description: 'Changed.', schema: member } },
    problems: [404, 409, 415, 422],
    handler: async ({ caller, params, body }) => {
      const found = await memberOr404(database, caller, params.id)
      await checkMayManage(database, caller, [found.role, body.role])
      checkOutcome(await changeRole(database, caller.workspaceId, params.id, body.role), params.id)
      return showMember({ ...found, role: body.role })
    },
  })
}

function addRemove(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'removeMember',
    method: 'DELETE',
    path: '/v1/members/{id}',
    tag: 'Members',
    summary: 'Remove a member',
    description:
      'Ends their sessions in this workspace. Somebody who is a member of no other workspace is deleted with their password. ' +
      'API keys that they made stay: revoke those that they know.',
    access: 'admin',
    audit: { words: 'Removed the member' },
    params: USER_ID,
    answers: { 204: { description: 'Removed.' } },
    problems: [404, 409],
    handler: async ({ caller, params }) => {
      const found = await memberOr404(database, caller, params.id)
      await checkMayManage(database, caller, [found.role])
      if (found.operator && !caller.operator) throw operatorsBusiness()
      checkOutcome(await removeMember(database, caller.workspaceId, params.id), params.id)
    },
  })
}

function addInvite(app: FastifyInstance, { database, clock }: Services, accounts: Accounts): void {
  addOperation(app, {
    id: 'createInvitation',
    method: 'POST',
    path: '/v1/invitations',
    tag: 'Members',
    summary: 'Invite somebody',
    description:
      'Makes a link for them, which works once and for seven days: they set their password by it, or sign in if they have an ' +
      'account. Only its hash is kept. StatusPulse does not send it: give it to them yourself. An earlier invitation for the ' +
      'same address is replaced.',
    access: 'admin',
    audit: {
      words: 'Invited',
      target: ({ answer }) => ({ id: String(answer.id), name: String(answer.email) }),
    },
    body: invitationInput,
    bodyExamples: {
      ben: { summary: 'Somebody on call', value: { email: 'ben@example.com', role: 'responder' } },
    },
    answers: { 201: { description: 'Made.', schema: invitationCreated } },
    problems: [409, 415, 422],
    handler: async ({ caller, body, request }) => {
      await checkMayManage(database, caller, [body.role])
      const user = await findUserByEmail(database, body.email)
      if (user && (await findMember(database, caller.workspaceId, user.id)))
        throw conflict(`${body.email} is a member already.`, 'email')
      const now = clock.now()
      const token = newLinkToken()
      const { workspaceId } = caller
      const made = {
        ...body,
        token,
        workspaceId,
        createdBy: signatureOf(caller),
        expiresAt: now + INVITATION_MS,
      }
      const kept = await database.transaction(tx => insertInvitation(tx, made, now))
      return { ...showInvitation(kept), link: `${accounts.baseUrl(request)}/join#${token}` }
    },
  })
}

function addInvitations(app: FastifyInstance, { database, clock }: Services): void {
  addOperation(app, {
    id: 'listInvitations',
    method: 'GET',
    path: '/v1/invitations',
    tag: 'Members',
    summary: 'List open invitations',
    description: 'Invitations that were not accepted and have not expired, the oldest first.',
    access: 'admin',
    query: z.strictObject(pageFields),
    answers: { 200: { description: 'One page.', schema: invitationPage } },
    handler: async ({ caller, query }) => {
      const after = fromCursor(query.cursor, 1)?.[0] ?? ''
      const rows = await listInvitations(database, caller.workspaceId, clock.now(), after, query.limit + 1)
      return pageOf(rows, query.limit, row => [row.id], showInvitation)
    },
  })

  addOperation(app, {
    id: 'deleteInvitation',
    method: 'DELETE',
    path: '/v1/invitations/{id}',
    tag: 'Members',
    summary: 'Take an invitation back',
    description: 'Its link does not work any more.',
    access: 'admin',
    audit: { words: 'Withdrew the invitation' },
    params: idParams("The invitation's id.", 'lnk_01jz8m4x5c00k3v9q2w7d1a0b3'),
    answers: { 204: { description: 'Taken back.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      if (!(await deleteInvitation(database, caller.workspaceId, params.id)))
        throw notFound('open invitation', params.id)
    },
  })
}

async function memberOr404(database: Services['database'], caller: Caller, id: string): Promise<Member> {
  const found = await findMember(database, caller.workspaceId, id)
  if (!found) throw notFound('member', id)
  return found
}

function checkOutcome(outcome: MemberOutcome, id: string): void {
  if (outcome === 'unknown') throw notFound('member', id)
  if (outcome === 'last owner') throw conflict(`${id} is the last owner: make somebody else one first.`)
  if (outcome === 'last operator')
    throw conflict(`${id} is the last operator of the installation: make somebody else one first.`)
}

function operatorsBusiness(): Problem {
  return new Problem(
    403,
    'forbidden',
    'Forbidden',
    'Only an operator of the installation may remove an operator.',
  )
}
