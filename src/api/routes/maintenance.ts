import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { spanFrom } from '../../decide/maintenance.ts'
import { cronProblem, nextOccurrence, timeZoneProblem } from '../../detect/cron.ts'
import { notFound, unacceptable } from '../../ground/errors.ts'
import { checkGlob } from '../../ground/glob.ts'
import {
  deleteWindow,
  findWindow,
  insertWindow,
  listWindows,
  type StoredWindow,
  updateWindow,
  type WindowInput,
} from '../../store/maintenance-windows.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { addOperation } from '../operation.ts'
import { idParams, pageFields, timeOf } from '../schemas/common.ts'
import { maintenanceWindow, windowInput, windowPage, windowPatch } from '../schemas/silence.ts'
import type { Services } from '../services.ts'

const WINDOW_ID = idParams("The window's id.", 'mnt_01jz8m4x5c00k3v9q2w7d1a0b3')

/** `/v1/maintenance-windows`: when trouble is expected. */
export function maintenanceRoutes(app: FastifyInstance, services: Services): void {
  addCreate(app, services)
  addList(app, services)
  addShow(app, services)
  addPatch(app, services)
  addDelete(app, services)
}

function addCreate(app: FastifyInstance, { database, watchlist, clock }: Services): void {
  addOperation(app, {
    id: 'createMaintenanceWindow',
    method: 'POST',
    path: '/v1/maintenance-windows',
    tag: 'Maintenance',
    summary: 'Make a maintenance window',
    description:
      'While it is on, its monitors have the status `maintenance`, and their trouble is not told of, but kept with the reason. What ' +
      'is still wrong at its end is told then. It happens once, or again and again. In force within a second.',
    access: 'admin',
    audit: { words: 'Made the maintenance window' },
    body: windowInput,
    bodyExamples: {
      once: {
        summary: 'One evening',
        value: {
          name: 'new switches',
          monitors: ['rack-7-*'],
          starts_at: '2024-05-14T20:00:00Z',
          ends_at: '2024-05-14T22:00:00Z',
        },
      },
      recurring: {
        summary: 'Every Sunday, 3:00 to 4:00',
        value: { name: 'updates', cron: '0 3 * * 0', time_zone: 'Europe/Berlin', duration_s: 3600 },
      },
    },
    answers: {
      201: { description: 'Made.', schema: maintenanceWindow, headers: { Location: 'Where it is.' } },
    },
    problems: [415, 422],
    handler: async ({ caller, body, reply }) => {
      const now = clock.now()
      const made = await insertWindow(database, caller.workspaceId, checkedWindow(body), now)
      await watchlist.reload()
      reply.header('location', `/v1/maintenance-windows/${made.id}`)
      return show(made, now)
    },
  })
}

function addList(app: FastifyInstance, { database, clock }: Services): void {
  addOperation(app, {
    id: 'listMaintenanceWindows',
    method: 'GET',
    path: '/v1/maintenance-windows',
    tag: 'Maintenance',
    summary: 'List maintenance windows',
    description: 'Maintenance windows, the latest first, those that are over too.',
    access: 'read',
    query: z.strictObject(pageFields),
    answers: { 200: { description: 'One page.', schema: windowPage } },
    handler: async ({ caller, query }) => {
      const beforeId = fromCursor(query.cursor, 1)?.[0] ?? null
      const rows = await listWindows(database, caller.workspaceId, { beforeId, limit: query.limit + 1 })
      const now = clock.now()
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
    id: 'getMaintenanceWindow',
    method: 'GET',
    path: '/v1/maintenance-windows/{id}',
    tag: 'Maintenance',
    summary: 'Show a maintenance window',
    description: 'A maintenance window, by its id.',
    access: 'read',
    params: WINDOW_ID,
    answers: { 200: { description: 'The window.', schema: maintenanceWindow } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const found = await findWindow(database, caller.workspaceId, params.id)
      if (!found) throw notFound('maintenance window', params.id)
      return show(found, clock.now())
    },
  })
}

function addPatch(app: FastifyInstance, { database, watchlist, clock }: Services): void {
  addOperation(app, {
    id: 'updateMaintenanceWindow',
    method: 'PATCH',
    path: '/v1/maintenance-windows/{id}',
    tag: 'Maintenance',
    summary: 'Change a maintenance window',
    description:
      'JSON Merge Patch (RFC 7396): what is left out stays. To make a recurring window of one that happens once, or the other ' +
      'way round, give the new fields, and null for the old ones.',
    access: 'admin',
    audit: { words: 'Changed the maintenance window', before: 'getMaintenanceWindow' },
    params: WINDOW_ID,
    body: windowPatch,
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    answers: { 200: { description: 'Changed.', schema: maintenanceWindow } },
    problems: [404, 415, 422],
    handler: async ({ caller, params, body }) => {
      const before = await findWindow(database, caller.workspaceId, params.id)
      if (!before) throw notFound('maintenance window', params.id)
      const changed = await updateWindow(
        database,
        caller.workspaceId,
        params.id,
        checkedWindow({ ...fieldsOf(before), ...given(body) }),
      )
      if (!changed) throw notFound('maintenance window', params.id)
      await watchlist.reload()
      return show(changed, clock.now())
    },
  })
}

function addDelete(app: FastifyInstance, { database, watchlist }: Services): void {
  addOperation(app, {
    id: 'deleteMaintenanceWindow',
    method: 'DELETE',
    path: '/v1/maintenance-windows/{id}',
    tag: 'Maintenance',
    summary: 'Delete a maintenance window',
    description: 'If it is on, it ends: what is wrong is told now.',
    access: 'admin',
    audit: { words: 'Deleted the maintenance window', before: 'getMaintenanceWindow' },
    params: WINDOW_ID,
    answers: { 204: { description: 'Deleted.' } },
    problems: [404],
    handler: async ({ caller, params }) => {
      if (!(await deleteWindow(database, caller.workspaceId, params.id)))
        throw notFound('maintenance window', params.id)
      await watchlist.reload()
    },
  })
}

/** What stands in a patch. */
function given<T extends object>(patch: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as never
}

/** The fields of a window; absent and null are the same. */
interface WindowFields {
  readonly name: string
  readonly monitors: readonly string[]
  readonly starts_at?: number | null | undefined
  readonly ends_at?: number | null | undefined
  readonly cron?: string | null | undefined
  readonly time_zone?: string | undefined
  readonly duration_s?: number | null | undefined
}

function fieldsOf({ name, monitors, when }: StoredWindow): WindowFields {
  return when.kind === 'once'
    ? { name, monitors, starts_at: when.startsAt, ends_at: when.endsAt }
    : { name, monitors, cron: when.cron, time_zone: when.timeZone, duration_s: when.durationMs / 1_000 }
}

/** @throws Problem 422 */
export function checkedWindow({ name, monitors, ...fields }: WindowFields): WindowInput {
  for (const [index, monitor] of monitors.entries()) {
    const problem = checkGlob(monitor)
    if (problem !== null) throw unacceptable(`monitors[${index}]`, problem)
  }
  return { name, monitors, when: whenOf(fields) }
}

function whenOf(fields: Omit<WindowFields, 'name' | 'monitors'>): WindowInput['when'] {
  const { starts_at = null, ends_at = null, cron = null, time_zone = 'UTC', duration_s = null } = fields
  if (cron === null) {
    if (starts_at === null) throw unacceptable('starts_at', 'is missing, and so is cron')
    if (ends_at === null) throw unacceptable('ends_at', 'is missing')
    if (ends_at <= starts_at) throw unacceptable('ends_at', 'must be after starts_at')
    if (duration_s !== null) throw unacceptable('duration_s', 'goes with cron only')
    return { kind: 'once', startsAt: starts_at, endsAt: ends_at }
  }
  if (starts_at !== null || ends_at !== null)
    throw unacceptable('cron', 'cannot stand beside starts_at and ends_at')
  if (duration_s === null) throw unacceptable('duration_s', 'is missing')
  const zone = timeZoneProblem(time_zone)
  if (zone !== null) throw unacceptable('time_zone', zone)
  const problem = cronProblem(cron, time_zone)
  if (problem !== null) throw unacceptable('cron', problem)
  return { kind: 'recurring', cron, timeZone: time_zone, durationMs: duration_s * 1_000 }
}

function show(found: StoredWindow, now: number) {
  const {
    starts_at = null,
    ends_at = null,
    cron = null,
    time_zone = null,
    duration_s = null,
  } = fieldsOf(found)
  const span = spanFrom(found.when, now, nextOccurrence)
  return {
    id: found.id,
    name: found.name,
    monitors: [...found.monitors],
    starts_at: starts_at === null ? null : timeOf(starts_at),
    ends_at: ends_at === null ? null : timeOf(ends_at),
    cron,
    time_zone,
    duration_s,
    active: span !== null && span.startsAt <= now,
    span: span && { starts_at: timeOf(span.startsAt), ends_at: timeOf(span.endsAt) },
    created_at: timeOf(found.createdAt),
  }
}
