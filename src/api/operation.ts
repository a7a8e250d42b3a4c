import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { notFound, type Problem } from '../ground/errors.ts'
import type { Audit } from '../record/audit.ts'
import { audited, type OperationAudit, ruleOf } from './audit.ts'
import type { Access, Caller } from './caller.ts'
import { fromQuery } from './query.ts'
import { bodyGate } from './request-body.ts'
import { parse } from './validation.ts'

type Fields = z.ZodObject
type Output<S> = S extends z.ZodType ? z.output<S> : undefined

/** What an operation answers with, by status. Problems (4xx, 5xx) are not listed here: see `problems`. */
export interface Answer {
  readonly description: string
  /** None: no content. */
  readonly schema?: z.ZodType
  /** `application/json` when left out. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly example?: unknown
}

/** What a handler is given: everything validated, and who calls. */
export interface Call<P, Q, H, B> {
  readonly params: Output<P>
  readonly query: Output<Q>
  readonly headers: Output<H>
  readonly body: Output<B>
  /** Whoever's key it is; on `public` operations there is none. */
  readonly caller: Caller
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

/** One operation of the API, described once: this gives its route, its validation and its place in the OpenAPI document. */
export interface Operation<
  P extends Fields | undefined = undefined,
  Q extends Fields | undefined = undefined,
  H extends Fields | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
> {
  readonly id: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As in OpenAPI: `/v1/events/{id}`. */
  readonly path: string
  readonly tag: string
  readonly summary: string
  readonly description: string
  readonly access: Access
  /** Operations that may change something must have it. */
  readonly audit?: OperationAudit
  readonly params?: P
  readonly query?: Q
  readonly headers?: H
  readonly body?: B
  /** The body may be left out; the handler then gets what the schema makes of `{}`. */
  readonly bodyOptional?: boolean
  readonly bodyExamples?: Readonly<Record<string, { summary: string; value: unknown }>>
  /** `application/json` alone when left out. */
  readonly bodyTypes?: readonly string[]
  /** Beside none at all. gzip is unpacked before the handler sees it, snappy is not. */
  readonly bodyEncodings?: readonly ('gzip' | 'snappy')[]
  /** Bytes, packed and unpacked; 512 KiB when left out. */
  readonly bodyLimit?: number
  /** The handler gets the body's bytes too, as `request.rawBody`. */
  readonly keepsRawBody?: boolean
  /** `body` only describes: the handler takes `request.body` itself, and validates it. */
  readonly readsBodyItself?: boolean
  /** The first is the one that a handler's value is sent with. */
  readonly answers: Readonly<Record<number, Answer>>
  /** Statuses of problems beside those that every operation has (see openapi.ts). */
  readonly problems?: readonly number[]
  /** What too many requests are answered with: 503 where clients try again on nothing else; else 429. */
  readonly tooManyStatus?: 503
  /** How a problem is told to clients that do not know problem details. */
  readonly showProblem?: (problem: Problem, request: FastifyRequest) => { contentType: string; body: Buffer }
  /** Its value is the answer's body; one that sent or hijacked the reply itself returns the reply. */
  readonly handler: (call: Call<P, Q, H, B>) => Promise<unknown>
}

// biome-ignore lint/suspicious/noExplicitAny: an operation of any shape; the handler's argument cannot be named here.
export type AnyOperation = Operation<any, any, any, any>

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: AnyOperation
  }
  interface FastifyInstance {
    /** Every operation that was added, in order. */
    operations: AnyOperation[]
    /** Where changes are written down. */
    audit: Pick<Audit, 'record'>
    /** Whether answers are checked against their schemas: in tests. */
    checksAnswers: boolean
  }
  interface FastifyRequest {
    caller: Caller | null
    /** When the last byte of the request was handed to us; ms since the epoch. */
    receivedAt: number
  }
}

/** Adds the operation's route. */
export function addOperation<
  P extends Fields | undefined = undefined,
  Q extends Fields | undefined = undefined,
  H extends Fields | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(app: FastifyInstance, operation: Operation<P, Q, H, B>): void {
  app.operations.push(operation)
  const rule = ruleOf(operation)
  const success = Number(Object.keys(operation.answers)[0])
  app.route({
    method: operation.method,
    url: operation.path.replace(/\{(\w+)\}/g, ':$1'),
    config: { operation },
    ...(operation.bodyLimit === undefined ? {} : { bodyLimit: operation.bodyLimit }),
    ...(operation.body ? { preParsing: bodyGate(operation) } : {}),
    handler: async (request, reply) => {
      const call: Call<P, Q, H, B> = {
        params: readParams(operation, request) as Output<P>,
        query: (operation.query &&
          parse(operation.query, fromQuery(operation.query, request.query), 'query')) as Output<Q>,
        headers: (operation.headers &&
          parse(operation.headers, pick(operation.headers, request), 'headers')) as Output<H>,
        body: readBody(operation, request) as Output<B>,
        caller: request.caller as Caller,
        request,
        reply,
      }
      const answer = await (rule ? audited(app, operation, rule, call) : operation.handler(call))
      // A handler that returned the reply was awaited until it ended: the reply can be awaited itself.
      if (reply.sent) return reply
      if (app.checksAnswers) operation.answers[success]?.schema?.parse(answer)
      reply.code(success)
      // Fastify calls an undefined answer of an async handler a mistake.
      return answer === undefined ? reply.send() : answer
    },
  })
}

/** An id that cannot be one is the id of nothing. */
function readParams(operation: AnyOperation, request: FastifyRequest): unknown {
  if (!operation.params) return undefined
  const result = operation.params.safeParse(request.params)
  if (result.success) return result.data
  throw notFound('resource', request.url.split('?', 1)[0] as string)
}

function readBody(operation: AnyOperation, request: FastifyRequest): unknown {
  if (!operation.body || operation.readsBodyItself) return undefined
  const body = request.body === undefined && operation.bodyOptional ? {} : request.body
  return parse(operation.body, body, 'body')
}

/** Only the headers that the schema names: a request has many that are not ours. */
function pick(schema: Fields, request: FastifyRequest): Record<string, unknown> {
  return Object.fromEntries(
    Object.keys(schema.shape).map(name => [name, request.headers[name.toLowerCase()]]),
  )
}
