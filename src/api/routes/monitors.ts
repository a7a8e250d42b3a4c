import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { conflict, notFound } from '../../ground/errors.ts'
import { deleteMonitor, findMonitor, insertMonitor, listMonitors } from '../../store/monitors.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import { monitor, monitorInput, monitorPage } from '../schemas/account.ts'
import { idParams, pageFields, text } from '../schemas/common.ts'
import type { Services } from '../services.ts'
import { showMonitor } from '../views.ts'

const MONITOR_ID = idParams("The monitor's id.", 'mon_01jz8m4x5c00k3v9q2w7d1a0b3')

/** `/v1/monitors`: what is watched. */
export function monitorRoutes(app: FastifyInstance, services: Services): void {
  const { database, clock } = services
  addOperation(app, {
    id: 'createMonitor',
    method: 'POST',
    path: '/v1/monitors',
    tag: 'Monitors',
    summary: 'Make a monitor',
    description:
      'Makes a monitor of kind `external`: one that is watched elsewhere and whose events are sent here. Only needed where the ' +
      'workspace forbids unknown monitors; otherwise its first event makes it.',
    access: 'admin',
    body: monitorInput,
    bodyExamples: { external: { summary: 'A monitor', value: { name: 'checkout-service-redis' } } },
    answers: { 201: { description: 'Made.', schema: monitor, headers: { Location: 'Where it is.' } } },
    problems: [409, 415, 422],
    handler: async ({ caller, body, reply }) => {
      const made = await insertMonitor(database, { workspaceId: caller.workspaceId, ...body }, clock.now())
      if (!made) throw conflict(`There is a monitor "${body.name}" already.`, 'name')
      reply.header('location', `/v1/monitors/${made.id}`)
      return showMonitor(made)
    },
  })

  addOperation(app, {
    id: 'listMonitors',
    method: 'GET',
    path: '/v1/monitors',
    tag: 'Monitors',
    summary: 'List monitors',
    description: 'Monitors by name.',
    access: 'read',
    query: z.strictObject({
      search: text({ max: 200 }).optional().meta({ description: 'A part of the name, in any case.' }),
      ...pageFields,
    }),
    answers: { 200: { description: 'One page.', schema: monitorPage } },
    handler: async ({ caller, query }) => {
      const afterName = fromCursor(query.cursor, 1)?.[0] ?? ''
      const page = { afterName, limit: query.limit + 1, search: query.search }
      const rows = await listMonitors(database, caller.workspaceId, page)
      return pageOf(rows, query.limit, row => [row.name], showMonitor)
    },
  })

  addOperation(app, {
    id: 'getMonitor',
    method: 'GET',
    path: '/v1/monitors/{id}',
    tag: 'Monitors',
    summary: 'Show a monitor',
    description: 'A monitor, by its id.',
    access: 'read',
    params: MONITOR_ID,
    answers: { 200: { description: 'The monitor.', schema: monitor } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const found = await findMonitor(database, caller.workspaceId, params.id)
      if (!found) throw notFound('monitor', params.id)
      return showMonitor(found)
    },
  })

  addOperation(app, {
    id: 'deleteMonitor',
    method: 'DELETE',
    path: '/v1/monitors/{id}',
    tag: 'Monitors',
    summary: 'Delete a monitor',
    description:
      'What was recorded of it stays. Its next event makes it again, unless the workspace forbids that.',
    access: 'admin',
    params: MONITOR_ID,
    answers: { 204: { description: 'Deleted.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      if (!(await deleteMonitor(database, caller.workspaceId, params.id)))
        throw notFound('monitor', params.id)
    },
  })
}
