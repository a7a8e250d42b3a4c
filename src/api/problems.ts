import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { messageOf, Problem } from '../ground/errors.ts'
import { sqlState } from '../store/database.ts'

/** RFC 9457. */
export const problemSchema = z
  .object({
    type: z.string().meta({
      description: 'Names the kind of problem; stable.',
      examples: ['urn:statuspulse:problem:not-found'],
    }),
    title: z.string().meta({ description: 'The kind of problem in words.' }),
    status: z.int().meta({ description: 'The HTTP status.' }),
    detail: z.string().meta({ description: 'What is wrong here, naming the thing and the value.' }),
    instance: z
      .string()
      .meta({ description: "The request's id; also in the `X-Request-Id` header and in our log." }),
    errors: z
      .array(
        z.object({
          path: z
            .string()
            .meta({ description: 'The field: `filter.severities[0]`, in a batch `[3].severity`.' }),
          message: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'The fields at fault, where fields are.' }),
  })
  .meta({ id: 'Problem', description: 'What went wrong, as RFC 9457 problem details.' })

/** Answers with whatever was thrown: as it is if its reader can act on it, else as a 500 that tells only its id. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error)
  // That there is too much at once is answered on purpose: a line for each would be too much again.
  if (problem.status === 500 || (problem.status > 500 && problem.cause !== undefined)) {
    request.log.error(
      { err: problem.cause ?? error, requestId: request.id },
      `${request.method} ${request.routeOptions.url ?? ''}: ${problem.message}`,
    )
  }
  sendProblem(problem, request, reply)
}

/** Writes a problem as the answer. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (problem.retryAfter !== null) reply.header('retry-after', String(problem.retryAfter))
  reply.code(problem.status)
  const shown = request.routeOptions.config?.operation?.showProblem?.(problem, request)
  if (shown) {
    reply.header('content-type', shown.contentType).send(shown.body)
    return
  }
  const body = {
    type: `urn:statuspulse:problem:${problem.code}`,
    title: problem.title,
    status: problem.status,
    detail: problem.message,
    instance: request.id,
    ...(problem.errors.length > 0 ? { errors: problem.errors } : {}),
  }
  reply.header('content-type', 'application/problem+json').send(JSON.stringify(body))
}

/** The framework's own errors, by its codes; their texts are not ours. */
const FRAMEWORK: Readonly<Record<string, () => Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () =>
    new Problem(413, 'too-large', 'Too large', 'The body is larger than this operation takes.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new Problem(
      415,
      'unsupported-media-type',
      'Unsupported media type',
      'Send the body as application/json.',
    ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new Problem(400, 'invalid-request', 'Invalid request', 'The body is not as long as Content-Length says.'),
  FST_ERR_BAD_URL: () =>
    new Problem(400, 'invalid-request', 'Invalid request', 'The path is not a valid URL path.'),
  FST_ERR_ROUTE_MISSING: () => new Problem(404, 'not-found', 'Not found', 'There is nothing at this path.'),
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const known = FRAMEWORK[(error as FastifyError | null)?.code ?? '']
  if (known) return known()
  switch (sqlState(error)) {
    case '22021': // a character that Postgres cannot keep
    case '22P05':
      return new Problem(
        422,
        'unacceptable',
        'Unacceptable value',
        'A text holds a character that cannot be kept (NUL).',
      )
    case '57014': // the statement timeout of lists
      return new Problem(
        503,
        'query-too-slow',
        'Query too slow',
        'The look-up took too long and was given up. Narrow it down, by endpoint_id, monitor, since or until.',
        { retryAfter: 5, cause: error },
      )
  }
  if (isDatabaseAway(error)) {
    return new Problem(503, 'unavailable', 'Temporarily unavailable', 'The database does not answer now.', {
      retryAfter: 1,
      cause: error,
    })
  }
  const status = (error as FastifyError | null)?.statusCode
  if (status !== undefined && status >= 400 && status < 500) {
    return new Problem(status, 'invalid-request', 'Invalid request', messageOf(error))
  }
  return new Problem(
    500,
    'internal',
    'Internal error',
    'Something went wrong on our side; the log has more under this request id.',
    {
      cause: error,
    },
  )
}

/** SQLSTATE classes 08 (connection), 57P (shutting down), 53 (out of resources), and the driver's own network errors. */
function isDatabaseAway(error: unknown): boolean {
  const state = sqlState(error)
  if (state) return /^(08|57P|53)/.test(state)
  const text = messageOf(error)
  return /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT.*\.s\.PGSQL|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client was closed|not queryable/i.test(
    text,
  )
}
