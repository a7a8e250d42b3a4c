import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { OperatorAction } from '../../decide/observation.ts'
import { conflict, notFound } from '../../ground/errors.ts'
import { eventsOfIncident, findIncident, listIncidents, type StoredIncident } from '../../store/incidents.ts'
import { insertPublicUpdate, listPublicUpdates } from '../../store/status-pages.ts'
import { listSuppressed } from '../../store/suppressed-events.ts'
import { type Caller, signatureOf } from '../caller.ts'
import { fromCursor, pageOf } from '../cursor.ts'
import { actOnGiven } from '../given-incident.ts'
import { showIncident, showSuppressed, showTimeline } from '../incident-view.ts'
import { addOperation } from '../operation.ts'
import { idParams, monitorName, pageFields, severity, text, timeInput, timeOf } from '../schemas/common.ts'
import {
  actionInput,
  commentInput,
  incident,
  incidentPage,
  incidentState,
  suppressedPage,
  suppressionReason,
} from '../schemas/incident.ts'
import type { Services } from '../services.ts'

const INCIDENT_ID = idParams("The incident's id, or its producer's.", 'inc_01jz8m4x5c0gk3v9q2w7d1a0b3', 100)
const MAX_TIMELINE = 500

const WORDS: Readonly<Record<OperatorAction['action'], string>> = {
  acknowledge: 'Acknowledged the incident of',
  comment: 'Commented on the incident of',
  resolve: 'Resolved the incident of',
}

/** `/v1/incidents`, and `/v1/suppressed`: what was decided, told and not told. */
export function incidentRoutes(app: FastifyInstance, services: Services): void {
  addList(app, services)
  addShow(app, services)
  addAct(app, services, {
    action: 'acknowledge',
    summary: 'Acknowledge an incident',
    description: 'Somebody takes it on: told as `incident.acknowledged`, once.',
  })
  addAct(app, services, {
    action: 'comment',
    summary: 'Comment on an incident',
    description: 'Told as `incident.updated`; with `public`, on the status page too.',
  })
  addAct(app, services, {
    action: 'resolve',
    summary: 'Resolve an incident',
    description:
      'Ends it, and forgets its causes. What is still wrong is seen again, and opens another incident.',
  })
  addListSuppressed(app, services)
}

function addList(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listIncidents',
    method: 'GET',
    path: '/v1/incidents',
    tag: 'Incidents',
    summary: 'List incidents',
    description: 'Incidents, the latest first.',
    access: 'read',
    query: z.strictObject({
      monitor: monitorName.optional().meta({ description: 'A monitor name.' }),
      severity: severity.optional().meta({ description: 'The highest that it has reached.' }),
      state: incidentState.optional(),
      ...pageFields,
    }),
    answers: { 200: { description: 'One page.', schema: incidentPage } },
    handler: async ({ caller, query }) => {
      const beforeId = fromCursor(query.cursor, 1)?.[0] ?? null
      const rows = await listIncidents(
        database,
        caller.workspaceId,
        { monitorName: query.monitor, severity: query.severity, state: query.state },
        { beforeId, limit: query.limit + 1 },
      )
      return pageOf(rows, query.limit, row => [row.id], showIncident)
    },
  })
}

function addShow(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'getIncident',
    method: 'GET',
    path: '/v1/incidents/{id}',
    tag: 'Incidents',
    summary: 'Show an incident',
    description:
      'An incident, with all that happened in it, and the events that it caused or why they were not sent.',
    access: 'read',
    params: INCIDENT_ID,
    answers: { 200: { description: 'The incident.', schema: incident } },
    problems: [404],
    handler: async ({ caller, params }) =>
      show(services, caller, await incidentOr404(services, caller, params.id)),
  })
}

function addAct(
  app: FastifyInstance,
  services: Services,
  {
    action,
    summary,
    description,
  }: { action: OperatorAction['action']; summary: string; description: string },
): void {
  addOperation(app, {
    id: `${action}Incident`,
    method: 'POST',
    path: `/v1/incidents/{id}/${action}`,
    tag: 'Incidents',
    summary,
    description,
    access: 'respond',
    audit: {
      words: WORDS[action],
      target: ({ params, answer }) => ({ id: params.id ?? null, name: String(answer.monitor_name) }),
      changes: ({ body }) => Object.entries(body).map(([field, after]) => ({ field, after })),
    },
    params: INCIDENT_ID,
    body: action === 'comment' ? commentInput : actionInput,
    bodyOptional: action !== 'comment',
    bodyExamples: { who: { summary: 'Who, and why', value: { by: 'Ana', comment: 'on it' } } },
    answers: { 200: { description: 'Done: the incident as it is now.', schema: incident } },
    problems: [404, 409, 415, 422],
    handler: async ({ caller, params, body }) => {
      const found = await incidentOr404(services, caller, params.id)
      const refused = await act(services, caller, found, action, body)
      if (refused !== null) throw conflict(`The incident cannot be changed: ${refused}.`)
      if ('public' in body && body.public && body.comment !== undefined) {
        const update = { incidentId: found.id, at: services.clock.now(), text: body.comment }
        await insertPublicUpdate(services.database, caller.workspaceId, update)
      }
      return show(services, caller, await incidentOr404(services, caller, params.id))
    },
  })
}

async function act(
  services: Services,
  caller: Caller,
  found: StoredIncident,
  action: OperatorAction['action'],
  body: { by?: string | undefined; comment?: string | undefined },
): Promise<string | null> {
  if (found.resolvedAt !== null) return 'it is resolved'
  // A person signs with their own name.
  const by = caller.session ? caller.actor.name : (body.by ?? signatureOf(caller))
  const deed = { action, by, comment: body.comment ?? null }
  if (found.given) {
    await actOnGiven(services, caller.workspaceId, found, deed)
    return null
  }
  return services.detector.act(caller.workspaceId, found.monitorName, {
    kind: 'operator',
    time: services.clock.now(),
    incidentId: found.id,
    ...deed,
  })
}

async function incidentOr404({ database }: Services, caller: Caller, id: string): Promise<StoredIncident> {
  const found = await findIncident(database, caller.workspaceId, id)
  if (!found) throw notFound('incident', id)
  return found
}

async function show({ database, clock }: Services, { workspaceId }: Caller, found: StoredIncident) {
  const [events, suppressed, updates] = await Promise.all([
    eventsOfIncident(database, workspaceId, found, clock.now(), MAX_TIMELINE),
    listSuppressed(database, workspaceId, { incidentId: found.id }, { beforeId: null, limit: MAX_TIMELINE }),
    listPublicUpdates(database, workspaceId, [found.id]),
  ])
  return {
    ...showIncident(found),
    timeline: showTimeline(events, suppressed).slice(0, MAX_TIMELINE),
    public_updates: updates.map(({ at, text }) => ({ at: timeOf(at), text })),
  }
}

function addListSuppressed(app: FastifyInstance, { database }: Services): void {
  addOperation(app, {
    id: 'listSuppressed',
    method: 'GET',
    path: '/v1/suppressed',
    tag: 'Incidents',
    summary: 'List what was not sent',
    description:
      'Events that were decided on and not sent, the latest first, each with its reason: maintenance, a silence, a parent ' +
      'that is down, flapping, or that it was known. Which endpoints an event that was sent did not go to, the event says.',
    access: 'read',
    query: z.strictObject({
      monitor: monitorName.optional().meta({ description: 'A monitor name.' }),
      incident_id: text({ max: 100 }).optional(),
      reason: suppressionReason.optional(),
      since: timeInput.optional().meta({ description: 'Decided at or after.' }),
      until: timeInput.optional().meta({ description: 'Decided before.' }),
      ...pageFields,
    }),
    answers: { 200: { description: 'One page.', schema: suppressedPage } },
    handler: async ({ caller, query }) => {
      const beforeId = fromCursor(query.cursor, 1)?.[0] ?? null
      const rows = await listSuppressed(
        database,
        caller.workspaceId,
        {
          monitorName: query.monitor,
          incidentId: query.incident_id,
          reason: query.reason,
          since: query.since,
          until: query.until,
        },
        { beforeId, limit: query.limit + 1 },
      )
      return pageOf(rows, query.limit, row => [row.id], showSuppressed)
    },
  })
}
