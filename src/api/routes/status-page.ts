import type { FastifyInstance } from 'fastify'
import { conflict, unacceptable } from '../../ground/errors.ts'
import { UNIQUE_VIOLATION } from '../../store/database.ts'
import { findStandings } from '../../store/monitors-list.ts'
import { findStatusPage, type StatusPage, saveStatusPage } from '../../store/status-pages.ts'
import { addOperation } from '../operation.ts'
import { statusPage, statusPageInput } from '../schemas/status-page.ts'
import type { Services } from '../services.ts'
import type { PublicPages } from '../status-page/public-pages.ts'
import { serveStatusPages } from '../status-page/serve.ts'

const NONE: Omit<StatusPage, 'slug'> = {
  enabled: false,
  title: 'Service status',
  description: '',
  showIncidents: true,
  groups: [],
}

/** `/v1/status-page`: what a workspace tells the public; and `/status/…`, where it does. */
export function statusPageRoutes(app: FastifyInstance, services: Services): void {
  const pages = serveStatusPages(app, services)
  addShow(app, services)
  addReplace(app, services, pages)
}

function addShow(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'getStatusPage',
    method: 'GET',
    path: '/v1/status-page',
    tag: 'Status page',
    summary: 'Show the settings of the status page',
    description: 'What this workspace tells the public. Switched off until somebody switches it on.',
    access: 'read',
    answers: { 200: { description: 'The settings.', schema: statusPage } },
    handler: async ({ caller }) => show(await findStatusPage(database, caller.workspaceId)),
  })
}

function addReplace(app: FastifyInstance, { database }: Services, pages: PublicPages): void {
  addOperation(app, {
    id: 'replaceStatusPage',
    method: 'PUT',
    path: '/v1/status-page',
    tag: 'Status page',
    summary: 'Set up the status page',
    description:
      'Puts these settings in the place of those before. Other nodes follow within seconds. Only what is chosen here is ever ' +
      'on the page: no name of a monitor, no address, no error.',
    access: 'admin',
    audit: {
      words: 'Set up the status page',
      before: 'getStatusPage',
      target: ({ answer }) => ({ id: null, name: String(answer.slug ?? '') || null }),
    },
    body: statusPageInput,
    bodyExamples: {
      one: {
        summary: 'A page with one group',
        value: {
          enabled: true,
          slug: 'acme',
          title: 'Acme status',
          groups: [
            {
              name: 'Shop',
              monitors: [{ monitor_id: 'mon_01jz8m4x5c00k3v9q2w7d1a0b3', display_name: 'Checkout' }],
            },
          ],
        },
      },
    },
    answers: { 200: { description: 'The settings as they are now.', schema: statusPage } },
    problems: [409, 415, 422],
    handler: async ({ caller, body }) => {
      const page: StatusPage = {
        enabled: body.enabled,
        slug: body.slug,
        title: body.title,
        description: body.description,
        showIncidents: body.show_incidents,
        groups: body.groups,
      }
      await refuseUnknown(page, caller.workspaceId)
      await saveStatusPage(database, caller.workspaceId, page).catch(error => {
        if (error.code !== UNIQUE_VIOLATION) throw error
        throw conflict(`There is a status page at /status/${page.slug} already.`, 'slug')
      })
      pages.changed()
      return show(page)
    },
  })

  /** Every monitor is this workspace's, and is shown once. */
  async function refuseUnknown({ groups }: StatusPage, workspaceId: string): Promise<void> {
    const ids = groups.flatMap(({ monitors }) => monitors.map(({ monitor_id }) => monitor_id))
    const known = new Set((await findStandings(database, workspaceId, ids)).map(({ id }) => id))
    const seen = new Set<string>()
    for (const [g, { monitors }] of groups.entries())
      for (const [m, { monitor_id }] of monitors.entries()) {
        const path = `groups[${g}].monitors[${m}].monitor_id`
        if (!known.has(monitor_id)) throw unacceptable(path, 'must be the id of a monitor of this workspace')
        if (seen.has(monitor_id)) throw unacceptable(path, 'is on the page already')
        seen.add(monitor_id)
      }
  }
}

function show(page: StatusPage | null) {
  const { slug, title, description, enabled, showIncidents, groups } = page ?? { ...NONE, slug: null }
  return {
    enabled,
    slug,
    title,
    description,
    show_incidents: showIncidents,
    groups: groups.map(group => ({ name: group.name, monitors: group.monitors.map(one => ({ ...one })) })),
    path: enabled ? `/status/${slug}` : null,
  }
}
