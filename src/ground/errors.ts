/** One field at fault: `path` as a JSON pointer-like path (`filter.severities[0]`). */
export interface FieldError {
  readonly path: string
  readonly message: string
}

/**
 * An error whose reader can do something about it. It ends up the same in API (RFC 9457
 * problem), CLI and log: `title` names the kind, `message` names the thing and the value.
 */
export class Problem extends Error {
  readonly status: number
  /** Kebab-case kind, stable: the tail of the problem's `type`. */
  readonly code: string
  readonly title: string
  readonly errors: readonly FieldError[]
  /** Seconds after which a repeat may work; sent as Retry-After. */
  readonly retryAfter: number | null

  constructor(
    status: number,
    code: string,
    title: string,
    detail: string,
    more: { errors?: readonly FieldError[]; retryAfter?: number; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause })
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.title = title
    this.errors = more.errors ?? []
    this.retryAfter = more.retryAfter ?? null
  }
}

/** 404 for a thing that does not exist or belongs to another workspace: the two look the same. */
export function notFound(thing: string, id: string): Problem {
  return new Problem(404, 'not-found', 'Not found', `There is no ${thing} ${id}.`)
}

/** 422 for a value that is well-formed but cannot be taken; `path` names the field. */
export function unacceptable(path: string, message: string): Problem {
  return new Problem(422, 'unacceptable', 'Unacceptable value', `${path}: ${message}`, {
    errors: [{ path, message }],
  })
}

/** 409: the thing stands in a state, or under a key, that rules this out. */
export function conflict(detail: string, path?: string): Problem {
  return new Problem(409, 'conflict', 'Conflict', detail, path ? { errors: [{ path, message: detail }] } : {})
}

/** 503: we cannot keep it now, so we do not say that we did. */
export function unavailable(detail: string, cause?: unknown): Problem {
  return new Problem(503, 'unavailable', 'Temporarily unavailable', detail, { retryAfter: 1, cause })
}

/** What any thrown thing says, in one line. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
