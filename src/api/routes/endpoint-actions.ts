import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, notFound, unacceptable } from '../../ground/errors.ts'
import type { EndpointKind, Filter } from '../../ground/vocabulary.ts'
import { whyNot } from '../../route/explain.ts'
import { findEndpoint, lockEndpoint, newSecret, rotateSecret } from '../../store/endpoints.ts'
import { listEvents } from '../../store/events-list.ts'
import { findReplayJob, insertReplayJob } from '../../store/replay-jobs.ts'
import type { Facts } from '../audit.ts'
import { checkFilter } from '../endpoint-settings.ts'
import { toEventInput } from '../event-input.ts'
import { addOperation } from '../operation.ts'
import { idParams, timeInput } from '../schemas/common.ts'
import { attempt, replayJob } from '../schemas/delivery.ts'
import { filterInput, preview, rotated, rotateInput } from '../schemas/endpoint.ts'
import { SAMPLE_METADATA } from '../schemas/event.ts'
import { testInput } from '../schemas/test-send.ts'
import type { Services } from '../services.ts'
import { asStored, showAttempt, showEvent, showFilter, showReplayJob } from '../views.ts'
import { ENDPOINT_ID, endpointOr404 } from './endpoints.ts'

/** What can be done with an endpoint: test, rotate, replay, preview. */
export function endpointActionRoutes(app: FastifyInstance, services: Services): void {
  addTest(app, services)
  addRotate(app, services)
  addReplay(app, services)
  addReplayShow(app, services)
  addPreview(app, services)
}

/** An attempt is the answer, but the endpoint is what it was done to. */
function endpointOf({ params, before }: Facts) {
  return { id: params.id ?? null, name: String(before.name ?? '') }
}

function addTest(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'testEndpoint',
    method: 'POST',
    path: '/v1/endpoints/{id}/test',
    tag: 'Endpoints',
    summary: 'Send a test event',
    description:
      'Sends one event to this endpoint at once, whatever its filter says and even when it is disabled: one attempt, no retry. ' +
      'The answer is the whole attempt. It is marked as a dry run everywhere, `X-StatusPulse-Dry-Run: true` included.',
    access: 'admin',
    audit: {
      words: 'Sent a test event to the endpoint',
      before: 'getEndpoint',
      target: endpointOf,
      changes: () => [],
    },
    params: ENDPOINT_ID,
    body: testInput,
    bodyOptional: true,
    bodyExamples: {
      sample: { summary: 'The sample event', value: {} },
      resolved: { summary: 'A recovery', value: { event_type: 'incident.resolved', status: 'operational' } },
      body: { summary: 'A body of your own', value: { body: { anything: ['you', 'like'] } } },
    },
    answers: { 200: { description: 'What was seen, also when it failed.', schema: attempt } },
    problems: [404, 415, 422],
    handler: async ({ caller, params, body }) => {
      const { endpoint } = await endpointOr404(services, caller.workspaceId, params.id)
      const { body: whole, metadata = SAMPLE_METADATA, ...rest } = body
      const input = toEventInput({ ...rest, metadata }, metadata)
      const text = whole === undefined ? undefined : typeof whole === 'string' ? whole : JSON.stringify(whole)
      return showAttempt(asStored(await services.dryRun.send(endpoint, input, text)))
    },
  })
}

function addRotate(app: FastifyInstance, services: Services): void {
  const { database, sealer, catalog, clock } = services
  addOperation(app, {
    id: 'rotateEndpointSecret',
    method: 'POST',
    path: '/v1/endpoints/{id}/rotate-secret',
    tag: 'Endpoints',
    summary: 'Make a new signing secret',
    description:
      'While both secrets are valid, every attempt carries a signature of each, so a receiver can change over at any moment in between.',
    access: 'admin',
    audit: {
      words: 'Made a new secret of the endpoint',
      before: 'getEndpoint',
      changes: () => [{ field: 'secret' }],
    },
    params: ENDPOINT_ID,
    body: rotateInput,
    bodyOptional: true,
    answers: { 200: { description: 'Rotated.', schema: rotated } },
    problems: [404, 409, 415, 422],
    handler: async ({ caller, params, body }) => {
      const secret = newSecret()
      const now = clock.now()
      const overlapUntil = now + body.overlap_seconds * 1000
      await database.transaction(async tx => {
        await lockEndpoint(tx, caller.workspaceId, params.id)
        const found = await findEndpoint(tx, sealer, caller.workspaceId, params.id)
        if (!found) throw notFound('endpoint', params.id)
        refuseUnsigned(found.endpoint.kind)
        await rotateSecret(tx, sealer, { endpointId: params.id, secret, now, overlapUntil })
      })
      await catalog.reload()
      const { endpoint } = await endpointOr404(services, caller.workspaceId, params.id)
      const old = endpoint.secrets[1]?.expiresAt ?? null
      return { secret, old_expires_at: old === null ? null : new Date(old).toISOString() }
    },
  })
}

function refuseUnsigned(kind: EndpointKind): void {
  if (kind !== 'webhook')
    throw conflict(`What goes to an endpoint of kind ${kind} is not signed: it has no secret.`)
}

function addReplay(app: FastifyInstance, services: Services): void {
  const { database, clock, replayJobs } = services
  addOperation(app, {
    id: 'replayEndpoint',
    method: 'POST',
    path: '/v1/endpoints/{id}/replay',
    tag: 'Endpoints',
    summary: 'Replay what failed',
    description:
      'Sends every delivery that was made in the span and failed once more, in the background. `GET /v1/replays/{id}` shows how far it is.',
    access: 'admin',
    audit: { words: 'Replayed what failed at the endpoint', before: 'getEndpoint' },
    params: ENDPOINT_ID,
    body: z
      .strictObject({
        since: timeInput.meta({ description: 'Deliveries made at or after.' }),
        until: timeInput.optional().meta({ description: 'Deliveries made before; left out: now.' }),
      })
      .meta({ id: 'ReplayInput' }),
    bodyExamples: { since: { summary: 'Since an outage began', value: { since: '2024-05-14T09:00:00Z' } } },
    answers: {
      202: { description: 'Begun.', schema: replayJob, headers: { Location: 'Where its progress is.' } },
    },
    problems: [404, 409, 415, 422],
    handler: async ({ caller, params, body, reply }) => {
      const { endpoint } = await endpointOr404(services, caller.workspaceId, params.id)
      if (!endpoint.enabled) throw conflict(`The endpoint ${endpoint.id} is disabled: enable it first.`)
      const now = clock.now()
      const { since, until = now } = body
      if (since >= until) throw unacceptable('since', 'must be before until')
      const job = await insertReplayJob(
        database,
        { workspaceId: caller.workspaceId, endpointId: endpoint.id, since, until },
        now,
      )
      replayJobs.wake()
      reply.header('location', `/v1/replays/${job.id}`)
      return showReplayJob(job)
    },
  })
}

function addReplayShow(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'getReplay',
    method: 'GET',
    path: '/v1/replays/{id}',
    tag: 'Endpoints',
    summary: 'Show how far a replay is',
    description: 'A replay of everything that failed at an endpoint.',
    access: 'read',
    params: idParams("The replay's id.", 'rpl_01jz8m4x5c00k3v9q2w7d1a0b3'),
    answers: { 200: { description: 'The replay.', schema: replayJob } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const job = await findReplayJob(database, caller.workspaceId, params.id)
      if (!job) throw notFound('replay', params.id)
      return showReplayJob(job)
    },
  })
}

function addPreview(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'previewEndpointFilter',
    method: 'GET',
    path: '/v1/endpoints/{id}/preview',
    tag: 'Endpoints',
    summary: 'See which recent events a filter matches',
    description:
      "Holds the most recent events against the endpoint's filter. A field given in the query takes the place of the filter's, so that a change can be tried before it is made.",
    access: 'read',
    params: ENDPOINT_ID,
    query: z.strictObject({
      ...filterInput.shape,
      events: z
        .int()
        .min(1)
        .max(200)
        .default(100)
        .meta({ description: 'How many of the most recent events.' }),
    }),
    answers: { 200: { description: 'The events that were looked at, the latest first.', schema: preview } },
    problems: [404, 422],
    handler: async ({ caller, params, query }) => {
      const { endpoint } = await endpointOr404(services, caller.workspaceId, params.id)
      const filter: Filter = {
        monitors: query.monitors ?? endpoint.filter.monitors,
        excludeMonitors: query.exclude_monitors ?? endpoint.filter.excludeMonitors,
        severities: query.severities ?? endpoint.filter.severities,
        eventTypes: query.event_types ?? endpoint.filter.eventTypes,
        regions: query.regions ?? endpoint.filter.regions,
      }
      checkFilter(filter)
      const candidate = { ...endpoint, filter, enabled: true }
      const page = { after: null, limit: query.events }
      const events = await listEvents(services.database, caller.workspaceId, { dryRun: false }, page)
      const data = events.map(event => {
        const reason = whyNot(candidate, event)
        return { event: showEvent(event), matches: reason === null, why_not: reason }
      })
      return {
        filter: showFilter(filter),
        examined: data.length,
        matched: data.filter(entry => entry.matches).length,
        data,
      }
    },
  })
}
