import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { notFound, unacceptable } from '../../ground/errors.ts'
import { checkGlob } from '../../ground/glob.ts'
import {
  deleteSilence,
  findSilence,
  insertSilence,
  listSilences,
  type SilenceInput,
  type StoredSilence,
  updateSilence,
} from '../../store/silences.ts'
import type { Facts } from '../audit.ts'
import { signatureOf } from '../caller.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import { idParams, pageFields, timeOf } from '../schemas/common.ts'
import { silence, silenceInput, silencePage, silencePatch } from '../schemas/silence.ts'
import type { Services } from '../services.ts'

const SILENCE_ID = idParams("The silence's id.", 'sil_01jz8m4x5c00k3v9q2w7d1a0b3')

/** `/v1/silences`: what is not told of for a time. */
export function silenceRoutes(app: FastifyInstance, services: Services): void {
  addCreate(app, services)
  addList(app, services)
  addShow(app, services)
  addPatch(app, services)
  addDelete(app, services)
}

/** It has no name: its comment says what it is for. */
function silenceOf({ params, before, answer }: Facts) {
  return { id: params.id ?? String(answer.id), name: String(answer.comment ?? before.comment ?? '') }
}

function addCreate(app: FastifyInstance, { database, watchlist, clock }: Services): void {
  addOperation(app, {
    id: 'createSilence',
    method: 'POST',
    path: '/v1/silences',
    tag: 'Silences',
    summary: 'Make a silence',
    description:
      'Alerts that it matches are held back, and kept with the reason. What is still wrong at its end is told then. The end of an ' +
      'incident whose beginning was told is never held. In force within a second.',
    access: 'respond',
    audit: { words: 'Made the silence', target: silenceOf },
    body: silenceInput,
    bodyExamples: {
      checkout: {
        summary: 'The checkout services, for an hour',
        value: {
          comment: 'database migration',
          created_by: 'Ana',
          matchers: [{ name: 'monitor', operator: '=~', value: 'checkout-*' }],
          ends_at: '2024-05-14T10:23:11Z',
        },
      },
    },
    answers: { 201: { description: 'Made.', schema: silence, headers: { Location: 'Where it is.' } } },
    problems: [415, 422],
    handler: async ({ caller, body, reply }) => {
      const now = clock.now()
      const input = checkedSilence({
        comment: body.comment,
        createdBy: caller.session ? caller.actor.name : (body.created_by ?? signatureOf(caller)),
        matchers: body.matchers,
        startsAt: body.starts_at ?? now,
        endsAt: body.ends_at,
      })
      const made = await insertSilence(database, caller.workspaceId, input, now)
      await watchlist.reload()
      reply.header('location', `/v1/silences/${made.id}`)
      return show(made, now)
    },
  })
}

function addList(app: FastifyInstance, { database, clock }: Services): void {
  addOperation(app, {
    id: 'listSilences',
    method: 'GET',
    path: '/v1/silences',
    tag: 'Silences',
    summary: 'List silences',
    description: 'Silences, the latest first; those that are over only if asked for.',
    access: 'read',
    query: z.strictObject({
      include_over: z.boolean().default(false).meta({ description: 'Those that are over too.' }),
      ...pageFields,
    }),
    answers: { 200: { description: 'One page.', schema: silencePage } },
    handler: async ({ caller, query }) => {
      const now = clock.now()
      const rows = await listSilences(database, caller.workspaceId, {
        beforeId: fromCursor(query.cursor, 1)?.[0] ?? null,
        limit: query.limit + 1,
        endsAfter: query.include_over ? undefined : now,
      })
      return pageOf(
        rows,
        query.limit,
        row => [row.id],
        row => show(row, now),
      )
    },
  })
}

function addShow(app: FastifyInstance, { database, clock }: Services): void {
  addOperation(app, {
    id: 'getSilence',
    method: 'GET',
    path: '/v1/silences/{id}',
    tag: 'Silences',
    summary: 'Show a silence',
    description: 'A silence, by its id.',
    access: 'read',
    params: SILENCE_ID,
    answers: { 200: { description: 'The silence.', schema: silence } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const found = await findSilence(database, caller.workspaceId, params.id)
      if (!found) throw notFound('silence', params.id)
      return show(found, clock.now())
    },
  })
}

function addPatch(app: FastifyInstance, { database, watchlist, clock }: Services): void {
  addOperation(app, {
    id: 'updateSilence',
    method: 'PATCH',
    path: '/v1/silences/{id}',
    tag: 'Silences',
    summary: 'Change a silence',
    description: 'JSON Merge Patch (RFC 7396): what is left out stays. An `ends_at` that has passed ends it.',
    access: 'respond',
    audit: { words: 'Changed the silence', before: 'getSilence', target: silenceOf },
    params: SILENCE_ID,
    body: silencePatch,
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    answers: { 200: { description: 'Changed.', schema: silence } },
    problems: [404, 415, 422],
    handler: async ({ caller, params, body }) => {
      const before = await findSilence(database, caller.workspaceId, params.id)
      if (!before) throw notFound('silence', params.id)
      const input = checkedSilence({
        comment: body.comment ?? before.comment,
        createdBy: body.created_by ?? before.createdBy,
        matchers: body.matchers ?? before.matchers,
        startsAt: body.starts_at ?? before.startsAt,
        endsAt: body.ends_at ?? before.endsAt,
      })
      const changed = await updateSilence(database, caller.workspaceId, params.id, input)
      if (!changed) throw notFound('silence', params.id)
      await watchlist.reload()
      return show(changed, clock.now())
    },
  })
}

function addDelete(app: FastifyInstance, { database, watchlist }: Services): void {
  addOperation(app, {
    id: 'deleteSilence',
    method: 'DELETE',
    path: '/v1/silences/{id}',
    tag: 'Silences',
    summary: 'Delete a silence',
    description: 'What it held and is still wrong is told now. What it held is on record with its id.',
    access: 'respond',
    audit: { words: 'Deleted the silence', before: 'getSilence', target: silenceOf },
    params: SILENCE_ID,
    answers: { 204: { description: 'Deleted.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      if (!(await deleteSilence(database, caller.workspaceId, params.id)))
        throw notFound('silence', params.id)
      await watchlist.reload()
    },
  })
}

/** @throws Problem 422 */
export function checkedSilence(input: SilenceInput): SilenceInput {
  if (input.endsAt <= input.startsAt) throw unacceptable('ends_at', 'must be after starts_at')
  for (const [index, { operator, value }] of input.matchers.entries()) {
    const problem = operator === '=~' || operator === '!~' ? checkGlob(value) : null
    if (problem !== null) throw unacceptable(`matchers[${index}].value`, problem)
  }
  return input
}

function show(found: StoredSilence, now: number) {
  const { startsAt, endsAt } = found
  return {
    id: found.id,
    comment: found.comment,
    created_by: found.createdBy,
    matchers: found.matchers.map(matcher => ({ ...matcher })),
    starts_at: timeOf(startsAt),
    ends_at: timeOf(endsAt),
    phase: now < startsAt ? 'coming' : now < endsAt ? 'active' : 'over',
    created_at: timeOf(found.createdAt),
  }
}
