import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, notFound, unacceptable } from '../../ground/errors.ts'
import { endOperator, listOperators, makeOperator, type Operator } from '../../store/operators.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import { operator, operatorInput, operatorPage } from '../schemas/accounts.ts'
import { idParams, pageFields, timeOf } from '../schemas/common.ts'
import type { Services } from '../services.ts'

/** `/v1/operators`: the users who may everything of the whole installation. */
export function operatorRoutes(app: FastifyInstance, services: Services): void {
  addList(app, services)
  addMake(app, services)
  addEnd(app, services)
}

function addList(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listOperators',
    method: 'GET',
    path: '/v1/operators',
    tag: 'Members',
    summary: 'List operators',
    description:
      "The users who may what the operator's key may: see and make workspaces, see nodes, say who is an operator.",
    access: 'operator',
    query: z.strictObject(pageFields),
    answers: { 200: { description: 'One page.', schema: operatorPage } },
    handler: async ({ query }) => {
      const after = fromCursor(query.cursor, 1)?.[0] ?? ''
      const rows = await listOperators(database, after, query.limit + 1)
      return pageOf(rows, query.limit, row => [row.userId], showOperator)
    },
  })
}

function addMake(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'createOperator',
    method: 'POST',
    path: '/v1/operators',
    tag: 'Members',
    summary: 'Make somebody an operator',
    description:
      'Somebody who has an account here, from their next request on. What they are in their workspaces they stay. Who is an ' +
      'operator already stays one.',
    access: 'operator',
    audit: {
      words: 'Made an operator of the installation of',
      target: ({ answer }) => ({ id: String(answer.user_id), name: String(answer.email) }),
      changes: () => [],
    },
    body: operatorInput,
    bodyExamples: { ben: { summary: 'A second one', value: { email: 'ben@example.com' } } },
    answers: { 201: { description: 'They are one.', schema: operator } },
    problems: [415, 422],
    handler: async ({ body }) => {
      const made = await makeOperator(database, body.email)
      if (!made) throw unacceptable('email', `nobody has an account as ${body.email}: invite them first`)
      return showOperator(made)
    },
  })
}

function addEnd(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'deleteOperator',
    method: 'DELETE',
    path: '/v1/operators/{id}',
    tag: 'Members',
    summary: 'Make an operator a user like others',
    description:
      'From their next request on. What they are in their workspaces they stay. The last operator stays one.',
    access: 'operator',
    audit: {
      words: 'Ended that somebody is an operator of the installation:',
      target: ({ params, answer }) => ({ id: params.id ?? null, name: String(answer.email) }),
    },
    params: idParams("The user's id.", 'usr_01jz8m4x5c00k3v9q2w7d1a0b3'),
    answers: { 200: { description: 'They are none any more.', schema: operator } },
    problems: [404, 409],
    handler: async ({ params }) => {
      const outcome = await endOperator(database, params.id)
      if (outcome === 'unknown') throw notFound('operator', params.id)
      if (outcome === 'last operator')
        throw conflict(`${params.id} is the last operator: make somebody else one first.`)
      return showOperator(outcome)
    },
  })
}

function showOperator({ userId, email, name, createdAt }: Operator) {
  return { user_id: userId, email, name, created_at: timeOf(createdAt) }
}
