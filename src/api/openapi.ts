import type { z } from 'zod'
import {
  type CreateDocumentOptions,
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { EVENT_TYPES, type EventType } from '../ground/vocabulary.ts'
import type { Answer, AnyOperation } from './operation.ts'
import { problemSchema } from './problems.ts'
import { payload, SAMPLE_PAYLOAD, webhookHeaders } from './schemas/payload.ts'

const TAGS = [
  { name: 'Events', description: 'The way in, and what became of an event.' },
  {
    name: 'Endpoints',
    description: 'Where events go: URL, filter, secret, limits; test, rotate, replay, preview.',
  },
  { name: 'Deliveries', description: 'Every event on its way to every endpoint, and every attempt.' },
  { name: 'Stream', description: 'Events, deliveries and attempts as they happen.' },
  { name: 'Queues', description: 'Durable, ordered feeds of attempt records for other programs.' },
  { name: 'Monitors', description: 'What is watched, and how it stands.' },
  { name: 'Status page', description: 'What the public is told.' },
  { name: 'Heartbeats', description: 'Jobs say that they ran.' },
  { name: 'Metrics', description: 'Samples in, and graphs out.' },
  { name: 'Incidents', description: 'What was wrong, what was told of it, and what was not, and why.' },
  { name: 'Silences', description: 'What is not told of for a time.' },
  { name: 'Maintenance', description: 'When trouble is expected.' },
  { name: 'Intake', description: 'What other systems say, in their own forms, and the rules that map it.' },
  { name: 'Code', description: 'Monitors, endpoints, silences and maintenance windows as one document.' },
  { name: 'Keys', description: 'Who may.' },
  { name: 'Workspaces', description: 'Tenants: everything belongs to exactly one.' },
  { name: 'Accounts', description: 'Who is signed in: sessions, the first user, passwords, single sign-on.' },
  { name: 'Members', description: 'Who belongs to the workspace, and as what; invitations.' },
  { name: 'Audit', description: 'Who changed what, and when.' },
  { name: 'Service', description: 'This installation: health, metrics, this document.' },
]

/** Problems by status: the name of the component, and what it means. */
const PROBLEMS: Readonly<
  Record<number, { name: string; description: string; code: string; detail: string }>
> = {
  400: {
    name: 'BadRequest',
    description: 'The request is malformed: its JSON, a query parameter or a header.',
    code: 'invalid-request',
    detail: 'limit must be at most 200.',
  },
  401: {
    name: 'Unauthorized',
    description: 'There is no API key and no session, or it is not valid.',
    code: 'unauthorized',
    detail: 'This needs an API key: send it as "Authorization: Bearer sp_…".',
  },
  403: {
    name: 'Forbidden',
    description:
      'The API key, or the role of whoever is signed in, has not the scope that this needs; or who signs in is refused.',
    code: 'forbidden',
    detail: 'This needs an API key with the scope "admin".',
  },
  404: {
    name: 'NotFound',
    description: 'There is no such thing, or it belongs to another workspace.',
    code: 'not-found',
    detail: 'There is no endpoint ep_01jz8m4x5c00k3v9q2w7d1a0b3.',
  },
  409: {
    name: 'Conflict',
    description: 'Its state, or the key that it was sent under, rules this out.',
    code: 'conflict',
    detail: 'This Idempotency-Key was used for a different request',
  },
  410: {
    name: 'Gone',
    description: 'What was asked for is past retention.',
    code: 'gone',
    detail: 'The place that the cursor names is past retention.',
  },
  413: {
    name: 'TooLarge',
    description: 'The body, or an event in it, is too large.',
    code: 'too-large',
    detail: 'An event has at most 256 KiB.',
  },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body is not JSON.',
    code: 'unsupported-media-type',
    detail: 'Send the body as application/json.',
  },
  422: {
    name: 'Unprocessable',
    description: 'The body is well-formed, but something in it cannot be taken; `errors` names the fields.',
    code: 'invalid-body',
    detail: 'severity must be "critical" or "warning" or "info", not "high".',
  },
  429: {
    name: 'TooManyRequests',
    description: 'Too many requests under this API key; `Retry-After` says when there is room.',
    code: 'too-many-requests',
    detail: 'This API key may make 1000 requests a second.',
  },
  500: {
    name: 'InternalError',
    description: 'A mistake of ours; `instance` finds it in the log.',
    code: 'internal',
    detail: 'Something went wrong on our side; the log has more under this request id.',
  },
  503: {
    name: 'Unavailable',
    description: 'It cannot be done now; nothing was kept. `Retry-After` says when to try again.',
    code: 'unavailable',
    detail: 'The database does not answer now.',
  },
}

const OF_EVERY_OPERATION = [400, 500, 503]
const OF_EVERY_CALLER = [401, 403, 429]

/** The OpenAPI 3.1 document of the operations, with the webhooks that go out. */
export function describeApi(operations: readonly AnyOperation[], version: string) {
  const paths: ZodOpenApiPathsObject = {}
  for (const operation of operations) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describe(operation),
    }
  }
  const used = new Set(operations.flatMap(statusesOf))
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'StatusPulse',
        version,
        summary: 'Sends every incident, status change and metric threshold as a signed webhook.',
        description:
          'All JSON is snake_case, times are RFC 3339 in UTC, lists are `{ "data": [...], "next_cursor": ... }`, and errors are ' +
          'problem details (RFC 9457). Send your API key as `Authorization: Bearer sp_…`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This installation' }],
      tags: TAGS.filter(tag => operations.some(operation => operation.tag === tag.name)),
      paths,
      webhooks: Object.fromEntries(EVENT_TYPES.map(type => [type, { post: describeWebhook(type) }])),
      components: {
        securitySchemes: {
          apiKey: {
            type: 'http',
            scheme: 'bearer',
            description:
              'An API key of one workspace; programs that know HTTP Basic only send it as the password of any user. Its scopes: `ingest` (send events), `read` (look at everything but secrets), `respond` (act on incidents, silence, replay), `admin` (everything).',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'statuspulse',
            description:
              'The session of somebody who is signed in, for the console: `POST /v1/session` sets it (as `__Host-statuspulse` where the public URL is https). Only pages of this origin may use it, and changes need a JSON body or the header `X-Requested-With`.',
          },
        },
        responses: Object.fromEntries(
          Object.entries(PROBLEMS)
            .filter(([status]) => used.has(Number(status)))
            .map(([status, problem]) => [problem.name, describeProblem(Number(status), problem)]),
        ),
      },
    },
    { override: loosen },
  )
}

/** An answer may get more fields in a later version: a client must not be told that there are none. */
const loosen: NonNullable<CreateDocumentOptions['override']> = ({ jsonSchema, zodSchema, io }) => {
  const def = zodSchema._zod.def
  // Every whole number here is a safe integer; to say so everywhere helps nobody.
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (io === 'output' && def.type === 'object' && def.catchall === undefined)
    delete jsonSchema.additionalProperties
}

function statusesOf(operation: AnyOperation): number[] {
  const caller = operation.access === 'public' ? [] : OF_EVERY_CALLER
  return [...new Set([...OF_EVERY_OPERATION, ...caller, ...(operation.problems ?? [])])].sort((a, b) => a - b)
}

function describe(operation: AnyOperation): ZodOpenApiOperationObject {
  const { params, query, headers } = operation
  const requestParams = {
    ...(params ? { path: params } : {}),
    ...(query ? { query } : {}),
    ...(headers ? { header: headers } : {}),
  }
  const responses: ZodOpenApiResponsesObject = {}
  for (const [status, answer] of Object.entries(operation.answers) as [
    `${1 | 2 | 3 | 4 | 5}${string}`,
    Answer,
  ][]) {
    responses[status] = describeAnswer(answer)
  }
  for (const status of statusesOf(operation)) {
    responses[`${status}` as '400'] = { $ref: `#/components/responses/${PROBLEMS[status]?.name}` }
  }
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: operation.description,
    security: securityOf(operation),
    'x-access': operation.access,
    ...(Object.keys(requestParams).length > 0 ? { requestParams } : {}),
    ...(operation.body ? { requestBody: describeBody(operation, operation.body) } : {}),
    responses,
  }
}

function securityOf({ access }: AnyOperation) {
  if (access === 'public') return []
  return access === 'user' ? [{ session: [] }] : [{ apiKey: [] }, { session: [] }]
}

function describeBody(operation: AnyOperation, schema: z.ZodType) {
  const media = { schema, ...(operation.bodyExamples ? { examples: operation.bodyExamples } : {}) }
  const types = operation.bodyTypes ?? ['application/json']
  return {
    required: !operation.bodyOptional,
    content: Object.fromEntries(types.map(type => [type, media])),
  }
}

function describeAnswer(answer: Answer): ZodOpenApiResponseObject {
  const headers = Object.entries(answer.headers ?? {}).map(([name, description]) => [
    name,
    { description, schema: { type: 'string' as const } },
  ])
  return {
    description: answer.description,
    ...(headers.length > 0 ? { headers: Object.fromEntries(headers) } : {}),
    ...(answer.schema
      ? {
          content: {
            [answer.contentType ?? 'application/json']: {
              schema: answer.schema,
              ...(answer.example === undefined ? {} : { example: answer.example }),
            },
          },
        }
      : {}),
  }
}

function describeProblem(status: number, problem: { description: string; code: string; detail: string }) {
  const example = {
    type: `urn:statuspulse:problem:${problem.code}`,
    title: problem.code.charAt(0).toUpperCase() + problem.code.slice(1).replaceAll('-', ' '),
    status,
    detail: problem.detail,
    instance: 'req_01jz8m4x5c00k3v9q2w7d1a0b3',
  }
  const headers = [429, 503].includes(status)
    ? { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' as const } } }
    : status === 401
      ? { 'WWW-Authenticate': { description: 'RFC 6750.', schema: { type: 'string' as const } } }
      : null
  return {
    description: problem.description,
    ...(headers ? { headers } : {}),
    content: { 'application/problem+json': { schema: problemSchema, example } },
  }
}

const MEANINGS: Readonly<Record<EventType, string>> = {
  'incident.opened': 'A monitor stopped being operational.',
  'incident.updated': 'Something about an open incident changed.',
  'incident.acknowledged': 'Someone took an incident on.',
  'incident.resolved': 'A monitor is operational again.',
  'status.changed': "A monitor's status changed.",
  'metric.breached': 'A metric crossed its threshold.',
  'metric.cleared': 'A metric is back within its threshold.',
}

function describeWebhook(type: EventType): ZodOpenApiOperationObject {
  const example = { ...SAMPLE_PAYLOAD, metadata: { ...SAMPLE_PAYLOAD.metadata, event_type: type } }
  const id = type.replace(/(^|\.)(\w)/g, (_, __, letter: string) => letter.toUpperCase())
  return {
    operationId: `on${id}`,
    tags: ['Events'],
    summary: type,
    description: `${MEANINGS[type]} Sent to every endpoint whose filter wants it; all event types have the same form.`,
    security: [],
    requestParams: { header: webhookHeaders },
    requestBody: { required: true, content: { 'application/json': { schema: payload, example } } },
    responses: {
      '200': { description: 'Delivered; 201 too, and other 2xx where the endpoint says so.' },
      '408': { description: 'Tried again, as on 425, 429, 5xx and when no whole answer comes within 5 s.' },
      '410': { description: 'Failed, and the endpoint is disabled.' },
      '4XX': { description: 'Failed, not tried again.' },
      '5XX': { description: 'Tried again, up to 14 times over six hours; `Retry-After` is honoured.' },
    },
  }
}
