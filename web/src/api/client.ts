import createClient from 'openapi-fetch'
import type { paths } from './schema.d.ts'
import { session } from './session.ts'

/** An answer that is not what was asked for, with what the API says to do about it. */
export class ProblemError extends Error {
  /** HTTP status; 0: no answer came at all. */
  readonly status: number
  /** The fields at fault, by path. */
  readonly fields: Readonly<Record<string, string>>
  /** The request's id, for whoever looks into the log. */
  readonly requestId: string | null

  constructor(options: {
    status: number
    message: string
    fields?: Record<string, string>
    requestId?: string | null
  }) {
    super(options.message)
    this.status = options.status
    this.fields = options.fields ?? {}
    this.requestId = options.requestId ?? null
  }
}

/** The public API, typed by its own document. */
export const api = createClient<paths>()

api.use({
  onRequest({ request }) {
    session.authorize(request.headers)
  },
  onResponse({ response }) {
    // A key that was revoked; one that is just being tried has no session yet.
    if (response.status === 401 && session.isOpen) session.close()
  },
})

interface ProblemBody {
  detail?: string
  instance?: string
  errors?: { path: string; message: string }[]
}

/**
 * What a call answers.
 * @throws ProblemError
 */
export async function take<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call.catch(() => {
    throw new ProblemError({
      status: 0,
      message: 'StatusPulse does not answer. Check that it runs and that this computer can reach it.',
    })
  })
  if (response.ok) return data as T
  throw problemOf(response.status, error)
}

/** @param body what came with the status, parsed or not */
export function problemOf(status: number, body: unknown): ProblemError {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as ProblemBody
  return new ProblemError({
    status,
    message: problem.detail ?? `StatusPulse answered ${status}.`,
    fields: Object.fromEntries((problem.errors ?? []).map(({ path, message }) => [path, message])),
    requestId: problem.instance ?? null,
  })
}
