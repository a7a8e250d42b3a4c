import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { notFound } from '../../ground/errors.ts'
import {
  deleteMonitor,
  findMonitor,
  insertMonitor,
  type Monitor,
  updateMonitor,
} from '../../store/monitors.ts'
import { findStanding, listMonitors } from '../../store/monitors-list.ts'
import type { Caller } from '../caller.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { newMonitor, patchedMonitor, refuseTaken } from '../monitor-input.ts'
import { showMonitor } from '../monitor-view.ts'
import { addOperation } from '../operation.ts'
import { idParams, monitorKind, pageFields, status, text } from '../schemas/common.ts'
import { monitor, monitorInput, monitorPage, monitorPatch } from '../schemas/monitor.ts'
import type { Services } from '../services.ts'

export const MONITOR_ID = idParams("The monitor's id.", 'mon_01jz8m4x5c00k3v9q2w7d1a0b3')

/** `/v1/monitors`: what is watched. */
export function monitorRoutes(app: FastifyInstance, services: Services): void {
  addCreate(app, services)
  addList(app, services)
  addShow(app, services)
  addPatch(app, services)
  addDelete(app, services)
}

/** The monitor of the caller's workspace. @throws Problem 404 */
export async function monitorOr404(
  { database, sealer }: Services,
  workspaceId: string,
  id: string,
): Promise<Monitor> {
  const found = await findMonitor(database, sealer, workspaceId, id)
  if (!found) throw notFound('monitor', id)
  return found
}

async function show(services: Services, found: Monitor, caller: Caller) {
  const standing = await findStanding(services.database, found.workspaceId, found.id)
  if (!standing) throw notFound('monitor', found.id)
  return showMonitor(found, standing, caller)
}

function addCreate(app: FastifyInstance, services: Services): void {
  const { database, sealer, watchlist, policy, clock } = services
  addOperation(app, {
    id: 'createMonitor',
    method: 'POST',
    path: '/v1/monitors',
    tag: 'Monitors',
    summary: 'Make a monitor',
    description:
      'Makes a monitor, which is watched at once. `http`, `tcp`, `dns` and `tls` are checked from here; a `heartbeat` pings its ' +
      '`ping_path`; samples of a `metric` are sent to `/v1/metrics`; an `external` one is watched elsewhere, and only needs to be ' +
      'made where the workspace forbids unknown monitors.',
    access: 'admin',
    audit: { words: 'Made the monitor' },
    body: monitorInput,
    readsBodyItself: true,
    bodyExamples: {
      http: {
        summary: 'A page that must answer within 2 s on average',
        value: {
          name: 'shop',
          kind: 'http',
          spec: { url: 'https://shop.example.com/health' },
          interval_s: 30,
          thresholds: [{ metric: 'response_time_ms', operator: '>', value: 2000, aggregate: 'avg' }],
        },
      },
      heartbeat: {
        summary: 'A job that must run every night',
        value: {
          name: 'nightly-backup',
          kind: 'heartbeat',
          spec: { cron: '30 2 * * *', time_zone: 'Europe/Berlin', grace_s: 900 },
        },
      },
      external: { summary: 'One that is watched elsewhere', value: { name: 'checkout-service-redis' } },
    },
    answers: { 201: { description: 'Made.', schema: monitor, headers: { Location: 'Where it is.' } } },
    problems: [409, 415, 422],
    handler: async ({ caller, request, reply }) => {
      const described = newMonitor(request.body, policy)
      const { workspaceId } = caller
      const made = await insertMonitor(database, sealer, { ...described, workspaceId }, clock.now()).catch(
        error => refuseTaken(error, described),
      )
      await watchlist.reload()
      reply.header('location', `/v1/monitors/${made.id}`)
      return show(services, made, caller)
    },
  })
}

function addList(app: FastifyInstance, { database, sealer }: Services): void {
  addOperation(app, {
    id: 'listMonitors',
    method: 'GET',
    path: '/v1/monitors',
    tag: 'Monitors',
    summary: 'List monitors',
    description: 'Monitors by name, and how each stands.',
    access: 'read',
    query: z.strictObject({
      search: text({ max: 200 }).optional().meta({ description: 'A part of the name, in any case.' }),
      name: z
        .array(text({ max: 200 }))
        .max(50)
        .optional()
        .meta({ description: 'Whole names, any of them: repeat it.' }),
      parent: text({ max: 200 })
        .optional()
        .meta({ description: 'Those that depend on the monitor of that name.' }),
      kind: monitorKind.optional(),
      status: status.optional(),
      ...pageFields,
    }),
    answers: { 200: { description: 'One page.', schema: monitorPage } },
    handler: async ({ caller, query }) => {
      const afterName = fromCursor(query.cursor, 1)?.[0] ?? ''
      const page = { afterName, limit: query.limit + 1 }
      const rows = await listMonitors(database, sealer, caller.workspaceId, query, page)
      return pageOf(
        rows,
        query.limit,
        row => [row.monitor.name],
        row => showMonitor(row.monitor, row.standing, caller),
      )
    },
  })
}

function addShow(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'getMonitor',
    method: 'GET',
    path: '/v1/monitors/{id}',
    tag: 'Monitors',
    summary: 'Show a monitor',
    description:
      'A monitor by its id: its settings, its status and since when, its open incident, its latest check.',
    access: 'read',
    params: MONITOR_ID,
    answers: { 200: { description: 'The monitor.', schema: monitor } },
    problems: [404],
    handler: async ({ caller, params }) =>
      show(services, await monitorOr404(services, caller.workspaceId, params.id), caller),
  })
}

function addPatch(app: FastifyInstance, services: Services): void {
  const { database, sealer, watchlist, policy } = services
  addOperation(app, {
    id: 'updateMonitor',
    method: 'PATCH',
    path: '/v1/monitors/{id}',
    tag: 'Monitors',
    summary: 'Change a monitor',
    description:
      'JSON Merge Patch (RFC 7396): what is left out stays, null puts the default back. A secret in `spec` given back as it is ' +
      'shown stays as well. In force within a second; an open incident whose cause is no longer watched for ends.',
    access: 'admin',
    audit: { words: 'Changed the monitor', before: 'getMonitor' },
    params: MONITOR_ID,
    body: monitorPatch,
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    bodyExamples: {
      interval: { summary: 'Check it more often', value: { interval_s: 5 } },
      pause: { summary: 'Do not watch it for now', value: { enabled: false } },
    },
    answers: { 200: { description: 'Changed.', schema: monitor } },
    problems: [404, 409, 415, 422],
    handler: async ({ caller, params, body }) => {
      await database.transaction(async tx => {
        const before = await findMonitor(tx, sealer, caller.workspaceId, params.id, true)
        if (!before) throw notFound('monitor', params.id)
        const change = patchedMonitor(before, body, policy)
        await updateMonitor(tx, sealer, caller.workspaceId, params.id, change).catch(error =>
          refuseTaken(error, change),
        )
      })
      await watchlist.reload()
      return show(services, await monitorOr404(services, caller.workspaceId, params.id), caller)
    },
  })
}

function addDelete(app: FastifyInstance, { database, watchlist }: Services): void {
  addOperation(app, {
    id: 'deleteMonitor',
    method: 'DELETE',
    path: '/v1/monitors/{id}',
    tag: 'Monitors',
    summary: 'Delete a monitor',
    description:
      'It is not watched any more, and its open incident ends. What was recorded of it stays. Its next event makes it again, unless ' +
      'the workspace forbids that.',
    access: 'admin',
    audit: { words: 'Deleted the monitor', before: 'getMonitor' },
    params: MONITOR_ID,
    answers: { 204: { description: 'Deleted.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      if (!(await deleteMonitor(database, caller.workspaceId, params.id)))
        throw notFound('monitor', params.id)
      await watchlist.reload()
    },
  })
}
