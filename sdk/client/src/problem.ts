/** One field at fault: `filter.severities[0]` and what is wrong with it. */
export interface FieldError {
  readonly path: string
  readonly message: string
}

const PREFIX = 'urn:statuspulse:problem:'

/**
 * Why a call did not do what it was to do: the API's own problem document (RFC 9457), or that no answer came.
 * `message` is the problem's `detail`: what is wrong with which value, and what to do.
 */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  /** The HTTP status; 0: no answer came. */
  readonly status: number
  /** The problem's type, a URN that stays the same; null: somebody else answered (a proxy, say). */
  readonly type: string | null
  readonly title: string
  /** The fields at fault; empty where none is. */
  readonly errors: readonly FieldError[]
  /** The request's id, under which the server's log has more. */
  readonly requestId: string | null
  /** Seconds after which a repeat may work; null: not said. */
  readonly retryAfter: number | null

  constructor(
    init: Partial<Omit<ApiProblem, keyof Error>> & { status: number; title: string },
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options)
    this.status = init.status
    this.type = init.type ?? null
    this.title = init.title
    this.errors = init.errors ?? []
    this.requestId = init.requestId ?? null
    this.retryAfter = init.retryAfter ?? null
  }

  /** The last part of the type: `not-found`, `invalid-request`, …; null where there is none. */
  get code(): string | null {
    return this.type?.startsWith(PREFIX) ? this.type.slice(PREFIX.length) : null
  }

  /** What is wrong with each field, by its path. */
  get fields(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.errors.map(({ path, message }) => [path, message]))
  }
}

/** The problem that a response is. Reads its body. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const text = await response.text().catch(() => '')
  const body = objectIn(text)
  const string = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : null)
  return new ApiProblem(
    {
      status: response.status,
      type: string('type'),
      title: string('title') ?? `Unexpected answer ${response.status}`,
      errors: Array.isArray(body.errors) ? (body.errors as FieldError[]) : [],
      requestId: string('instance'),
      retryAfter: secondsOf(response.headers.get('retry-after'), Date.now()),
    },
    string('detail') ?? `${response.url} answered ${response.status}: ${text.slice(0, 200)}`,
  )
}

/** That no answer came. @param reason in words */
export function unreachable(url: string, reason: string, cause: unknown): ApiProblem {
  return new ApiProblem(
    { status: 0, type: `${PREFIX}unreachable`, title: 'Not reachable' },
    `There is no answer from ${new URL(url).origin}: ${reason}.`,
    { cause },
  )
}

/** `Retry-After`, RFC 9110 section 10.2.3: seconds, or a date. @returns seconds; null: absent or unreadable */
export function secondsOf(header: string | null, now: number): number | null {
  if (header === null) return null
  if (/^\d+$/.test(header)) return Number(header)
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, (at - now) / 1_000)
}

function objectIn(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
