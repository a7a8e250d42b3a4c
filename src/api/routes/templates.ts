import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { type Rendering, TemplateError } from '../../deliver/templates/template.ts'
import { conflict, notFound, unacceptable } from '../../ground/errors.ts'
import { newId } from '../../ground/ids.ts'
import { buildPayload } from '../../keep/payload.ts'
import { findEvent } from '../../store/events-list.ts'
import { toEventInput } from '../event-input.ts'
import { addOperation } from '../operation.ts'
import { SAMPLE_METADATA } from '../schemas/event.ts'
import { templatePreview, templatePreviewInput } from '../schemas/template.ts'
import { testInput } from '../schemas/test-send.ts'
import type { Services } from '../services.ts'
import { ENDPOINT_ID, endpointOr404 } from './endpoints.ts'

/** Payload templates: tried before they are saved. */
export function templateRoutes(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'previewEndpointTemplate',
    method: 'POST',
    path: '/v1/endpoints/{id}/template/preview',
    tag: 'Endpoints',
    summary: 'See what a payload template makes',
    description:
      'Applies a JSONata template to an accepted event, or to the sample of test sends, just as an attempt would. Nothing is sent, ' +
      'nothing is saved. A template that cannot be read or that fails is answered with 200 and `error`.',
    access: 'admin',
    audit: { exempt: 'changes nothing' },
    params: ENDPOINT_ID,
    body: templatePreviewInput,
    bodyOptional: true,
    bodyExamples: {
      event: {
        summary: 'A template against an event',
        value: {
          template: '{ "text": monitor_name & " is " & status, "delivery": $delivery.id }',
          event_id: 'evt_01jz8m4x5c0gk3v9q2w7d1a0b3',
        },
      },
      own: { summary: "The endpoint's own, against the sample", value: {} },
    },
    answers: { 200: { description: 'What it makes, or why it does not.', schema: templatePreview } },
    problems: [404, 409, 415, 422],
    handler: async ({ caller, params, body }) => {
      const { endpoint } = await endpointOr404(services, caller.workspaceId, params.id)
      if (endpoint.kind !== 'webhook')
        throw conflict(
          `An endpoint of kind ${endpoint.kind} takes no template: its messages are made by its kind.`,
        )
      const template = body.template ?? endpoint.options.template
      if (typeof template !== 'string')
        throw unacceptable('template', 'is needed: the endpoint has none of its own')
      const { payload, acceptedAt } = await sourceOf(services, caller.workspaceId, body)
      const delivery = {
        id: newId('dlv', acceptedAt),
        endpoint_id: endpoint.id,
        accepted_at: acceptedAt,
        dry_run: true,
      }
      return { input: payload, ...(await rendered(services, { template, payload, delivery })) }
    },
  })
}

async function sourceOf(
  { database, clock }: Services,
  workspaceId: string,
  { event_id, event }: z.output<typeof templatePreviewInput>,
): Promise<{ payload: string; acceptedAt: number }> {
  if (event_id !== undefined) {
    const found = await findEvent(database, workspaceId, event_id)
    if (!found) throw notFound('event', event_id)
    return found
  }
  const now = clock.now()
  const { metadata = SAMPLE_METADATA, ...rest } = event ?? testInput.parse({})
  const input = toEventInput({ ...rest, metadata }, metadata)
  return { payload: buildPayload(input, newId('evt', now), now).payload, acceptedAt: now }
}

async function rendered({ templates }: Services, rendering: Rendering) {
  try {
    const body = await templates.render(rendering)
    return { body, bytes: Buffer.byteLength(body), error: null }
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const { message, position } = error
    return { body: null, bytes: null, error: { message, position } }
  }
}
