import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { notFound } from '../../ground/errors.ts'
import { newId } from '../../ground/ids.ts'
import { cancelWaiting } from '../../store/cancel-deliveries.ts'
import {
  deleteEndpoint,
  findEndpoint,
  forgetFailures,
  insertEndpoint,
  listEndpoints,
  lockEndpoint,
  newSecret,
  type StoredEndpoint,
  updateEndpoint,
} from '../../store/endpoints.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { examine, movesEvents, needsExamining, patched, settingsOf } from '../endpoint-settings.ts'
import { addOperation } from '../operation.ts'
import { idParams, pageFields } from '../schemas/common.ts'
import { endpoint, endpointCreated, endpointInput, endpointPage, endpointPatch } from '../schemas/endpoint.ts'
import type { Services } from '../services.ts'
import { showEndpoint } from '../views.ts'

export const ENDPOINT_ID = idParams("The endpoint's id.", 'ep_01jz8m4x5c00k3v9q2w7d1a0b3')

/** The endpoint of the caller's workspace. @throws Problem 404 */
export async function endpointOr404(
  services: Services,
  workspaceId: string,
  id: string,
): Promise<StoredEndpoint> {
  const found = await findEndpoint(services.database, services.sealer, workspaceId, id)
  if (!found) throw notFound('endpoint', id)
  return found
}

/** `/v1/endpoints`: where events go. */
export function endpointRoutes(app: FastifyInstance, services: Services): void {
  addCreate(app, services)
  addList(app, services)
  addShow(app, services)
  addPatch(app, services)
  addDelete(app, services)
}

function addCreate(app: FastifyInstance, services: Services): void {
  const { database, sealer, catalog, clock, policy } = services
  addOperation(app, {
    id: 'createEndpoint',
    method: 'POST',
    path: '/v1/endpoints',
    tag: 'Endpoints',
    summary: 'Register an endpoint',
    description:
      'Checks the URL and its address, then makes a TLS handshake and shows what came of it (`tls`). A certificate that is ' +
      'not trusted, expired, or for another name, and TLS below 1.2, are refused with the reason. The signing secret is shown this once.',
    access: 'admin',
    audit: { words: 'Made the endpoint' },
    body: endpointInput,
    bodyExamples: {
      webhook: {
        summary: 'Critical events of the checkout services',
        value: {
          url: 'https://ops.example.com/hooks/statuspulse',
          name: 'Operations',
          filter: { monitors: ['checkout-*'], severities: ['critical'] },
        },
      },
      slack: {
        summary: 'A Slack channel',
        value: { kind: 'slack', url: 'https://hooks.slack.com/services/T000/B000/XXXX', name: '#incidents' },
      },
    },
    answers: {
      201: { description: 'Registered.', schema: endpointCreated, headers: { Location: 'Where it is.' } },
    },
    problems: [415, 422],
    handler: async ({ caller, body, reply }) => {
      const settings = settingsOf(body)
      const tls = await examine(settings, policy)
      const now = clock.now()
      const id = newId('ep', now)
      const secret = settings.kind === 'webhook' ? newSecret() : null
      const made = { id, workspaceId: caller.workspaceId, settings, tls, secret }
      await database.transaction(tx => insertEndpoint(tx, sealer, made, now))
      await catalog.reload()
      reply.header('location', `/v1/endpoints/${id}`)
      return { ...showEndpoint(await endpointOr404(services, caller.workspaceId, id), now), secret }
    },
  })
}

function addList(app: FastifyInstance, { database, sealer, clock }: Services): void {
  addOperation(app, {
    id: 'listEndpoints',
    method: 'GET',
    path: '/v1/endpoints',
    tag: 'Endpoints',
    summary: 'List endpoints',
    description: 'Endpoints in the order of their making.',
    access: 'read',
    query: z.strictObject(pageFields),
    answers: { 200: { description: 'One page.', schema: endpointPage } },
    handler: async ({ caller, query }) => {
      const after = fromCursor(query.cursor, 1)?.[0] ?? ''
      const rows = await listEndpoints(database, sealer, caller.workspaceId, after, query.limit + 1)
      const now = clock.now()
      return pageOf(
        rows,
        query.limit,
        row => [row.endpoint.id],
        row => showEndpoint(row, now),
      )
    },
  })
}

function addShow(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'getEndpoint',
    method: 'GET',
    path: '/v1/endpoints/{id}',
    tag: 'Endpoints',
    summary: 'Show an endpoint',
    description: 'An endpoint as it is now; secrets and header values are never shown.',
    access: 'read',
    params: ENDPOINT_ID,
    answers: { 200: { description: 'The endpoint.', schema: endpoint } },
    problems: [404],
    handler: async ({ caller, params }) =>
      showEndpoint(await endpointOr404(services, caller.workspaceId, params.id), services.clock.now()),
  })
}

function addPatch(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'updateEndpoint',
    method: 'PATCH',
    path: '/v1/endpoints/{id}',
    tag: 'Endpoints',
    summary: 'Change an endpoint',
    description:
      'JSON Merge Patch (RFC 7396): what is left out stays, null puts the default back. A new `url` is checked as at ' +
      'registration. A change is in force on every node within a second.',
    access: 'admin',
    audit: { words: 'Changed the endpoint', before: 'getEndpoint' },
    params: ENDPOINT_ID,
    body: endpointPatch,
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    bodyExamples: {
      filter: { summary: 'Another filter', value: { filter: { severities: ['critical', 'warning'] } } },
      enable: { summary: 'Switch it on again', value: { enabled: true } },
    },
    answers: { 200: { description: 'Changed.', schema: endpoint } },
    problems: [404, 415, 422],
    handler: async ({ caller, params, body }) => {
      await changeEndpoint(services, caller.workspaceId, params.id, body)
      await services.catalog.reload()
      return showEndpoint(await endpointOr404(services, caller.workspaceId, params.id), services.clock.now())
    },
  })
}

async function changeEndpoint(
  services: Services,
  workspaceId: string,
  id: string,
  patch: z.output<typeof endpointPatch>,
): Promise<void> {
  const { database, sealer, policy, clock } = services
  const { endpoint: before } = await endpointOr404(services, workspaceId, id)
  const after = patched(before, patch)
  const isMoved = needsExamining(before, after)
  // Seconds, perhaps: nothing is locked meanwhile.
  const report = isMoved ? await examine(after, policy) : null
  await database.transaction(async tx => {
    await lockEndpoint(tx, workspaceId, id)
    const current = await findEndpoint(tx, sealer, workspaceId, id)
    if (!current) throw notFound('endpoint', id)
    const settings = patched(current.endpoint, patch)
    const changedAt = movesEvents(current.endpoint, settings) ? clock.now() : current.endpoint.changedAt
    const tls = isMoved ? report : current.tls
    await updateEndpoint(tx, sealer, { id, workspaceId, settings, tls, changedAt })
    if (settings.enabled && !current.endpoint.enabled) await forgetFailures(tx, id)
  })
}

function addDelete(app: FastifyInstance, { database, catalog, hub }: Services): void {
  addOperation(app, {
    id: 'deleteEndpoint',
    method: 'DELETE',
    path: '/v1/endpoints/{id}',
    tag: 'Endpoints',
    summary: 'Delete an endpoint',
    description: 'Nothing more is sent to it: its pending deliveries are cancelled. What was recorded stays.',
    access: 'admin',
    audit: { words: 'Deleted the endpoint', before: 'getEndpoint' },
    params: ENDPOINT_ID,
    answers: { 204: { description: 'Deleted.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      if (!(await deleteEndpoint(database, caller.workspaceId, params.id)))
        throw notFound('endpoint', params.id)
      // What is in a node's memory is cancelled there: it has no endpoint any more.
      await catalog.reload()
      await cancelWaiting(database, caller.workspaceId, params.id, 'the endpoint was deleted')
      hub.committed([caller.workspaceId])
    },
  })
}
