import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Problem } from '../../ground/errors.ts'
import { describeApi } from '../openapi.ts'
import { addOperation } from '../operation.ts'
import { codeJsonSchema } from '../schemas/code.ts'
import { payloadJsonSchema } from '../schemas/payload.ts'
import type { Services } from '../services.ts'

const anyObject = z.looseObject({})
const stateOf = (word: string) => z.object({ status: z.literal(word) })

/** This installation itself: health, metrics, and what the API says of itself. */
export function serviceRoutes(app: FastifyInstance, services: Services): void {
  addHealth(app, services)
  addMetrics(app, services)
  addDocuments(app, services)
}

function addHealth(app: FastifyInstance, { ready }: Services): void {
  addOperation(app, {
    id: 'getLiveness',
    method: 'GET',
    path: '/livez',
    tag: 'Service',
    summary: 'Whether the process lives',
    description: 'Answers as long as the process can answer at all. A reason to restart it, if it does not.',
    access: 'public',
    answers: { 200: { description: 'It lives.', schema: stateOf('alive') } },
    handler: async () => ({ status: 'alive' }),
  })

  addOperation(app, {
    id: 'getReadiness',
    method: 'GET',
    path: '/readyz',
    tag: 'Service',
    summary: 'Whether it can work',
    description:
      'Answers 503, with the reason, while the database cannot be reached or the program starts or stops.',
    access: 'public',
    answers: { 200: { description: 'It can.', schema: stateOf('ready') } },
    handler: async () => {
      const why = await ready()
      if (why !== null) throw new Problem(503, 'not-ready', 'Not ready', why, { retryAfter: 1 })
      return { status: 'ready' }
    },
  })
}

function addMetrics(app: FastifyInstance, { metrics, config }: Services): void {
  addOperation(app, {
    id: 'getMetrics',
    method: 'GET',
    path: '/metrics',
    tag: 'Service',
    summary: 'Metrics',
    description:
      "Metrics of this node in Prometheus' text format. Needs the operator's key unless it is configured to be public.",
    access: config.publicMetrics ? 'public' : 'operator',
    answers: { 200: { description: 'Metrics.', schema: z.string(), contentType: 'text/plain' } },
    handler: async ({ reply }) => {
      reply.header('content-type', metrics.contentType)
      return metrics.metrics()
    },
  })
}

function addDocuments(app: FastifyInstance, { version }: Services): void {
  let api: unknown
  const payload = payloadJsonSchema()
  let code: object | undefined

  addOperation(app, {
    id: 'getOpenApi',
    method: 'GET',
    path: '/v1/openapi.json',
    tag: 'Service',
    summary: 'This API as an OpenAPI 3.1 document',
    description: 'Made from the same schemas that requests are validated with.',
    access: 'public',
    answers: { 200: { description: 'The document.', schema: anyObject } },
    handler: async () => {
      api ??= describeApi(app.operations, version)
      return api
    },
  })

  addOperation(app, {
    id: 'getPayloadSchema',
    method: 'GET',
    path: '/v1/schemas/payload.json',
    tag: 'Service',
    summary: 'The payload of webhooks as JSON Schema',
    description: 'JSON Schema 2020-12 of the body of every webhook attempt.',
    access: 'public',
    answers: {
      200: { description: 'The schema.', schema: anyObject, contentType: 'application/schema+json' },
    },
    handler: async ({ reply }) => {
      reply.header('content-type', 'application/schema+json')
      return payload
    },
  })

  addOperation(app, {
    id: 'getCodeSchema',
    method: 'GET',
    path: '/v1/schemas/statuspulse.json',
    tag: 'Service',
    summary: 'statuspulse.yaml as JSON Schema',
    description: 'JSON Schema 2020-12 of the file that `statuspulse apply` takes, for editors.',
    access: 'public',
    answers: {
      200: { description: 'The schema.', schema: anyObject, contentType: 'application/schema+json' },
    },
    handler: async ({ reply }) => {
      reply.header('content-type', 'application/schema+json')
      code ??= codeJsonSchema()
      return code
    },
  })
}
