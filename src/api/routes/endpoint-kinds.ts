import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { destinationFor } from '../../deliver/destinations/index.ts'
import { ENDPOINT_KINDS, type EndpointKind, ORDERS } from '../../ground/vocabulary.ts'
import { addOperation } from '../operation.ts'

const endpointKinds = z
  .object({
    data: z.array(
      z.object({
        kind: z.enum(ENDPOINT_KINDS),
        label: z.string().meta({ description: 'Its name for people.', examples: ['Slack'] }),
        about: z.string().meta({ description: 'What it reaches, and by what.' }),
        url_needed: z.boolean().meta({ description: 'false: an endpoint may leave its `url` out.' }),
        url_is_secret: z.boolean().meta({ description: 'true: only the host of its `url` is ever shown.' }),
        url_has_credentials: z.boolean().meta({
          description: 'true: its `url` may hold a user and a password, which are never shown.',
        }),
        signed: z.boolean().meta({ description: 'Whether attempts are signed with a secret of ours.' }),
        options_schema: z
          .looseObject({})
          .meta({ description: '`options` of an endpoint of this kind, as JSON Schema 2020-12.' }),
        secret_options: z.array(z.string()).meta({ description: 'Options that are never shown again.' }),
        default_order: z.enum(ORDERS),
        default_success_statuses: z.array(z.int()),
        default_rate_per_second: z.number().nullable().meta({ description: 'null: no limit.' }),
      }),
    ),
  })
  .meta({ id: 'EndpointKinds' })

/** `/v1/endpoint-kinds`: what a form for registering an endpoint is made from. */
export function endpointKindRoutes(app: FastifyInstance): void {
  const kinds = { data: ENDPOINT_KINDS.map(showKind) }
  addOperation(app, {
    id: 'listEndpointKinds',
    method: 'GET',
    path: '/v1/endpoint-kinds',
    tag: 'Endpoints',
    summary: 'List kinds of endpoints',
    description:
      'Every kind of endpoint with its options and defaults: what a registration form is made from.',
    access: 'read',
    answers: { 200: { description: 'All of them.', schema: endpointKinds } },
    handler: async () => kinds,
  })
}

function showKind(kind: EndpointKind) {
  const destination = destinationFor(kind)
  return {
    kind,
    label: destination.label,
    about: destination.about,
    url_needed: destination.defaultUrl === undefined,
    url_is_secret: destination.urlIsSecret ?? false,
    url_has_credentials: destination.urlHasCredentials ?? false,
    signed: kind === 'webhook',
    options_schema: z.toJSONSchema(destination.optionsSchema, { target: 'draft-2020-12', io: 'input' }),
    secret_options: [...(destination.secretOptions ?? [])],
    default_order: destination.defaultOrder,
    default_success_statuses: [...destination.defaultSuccessStatuses],
    default_rate_per_second: destination.defaultRatePerSecond,
  }
}
