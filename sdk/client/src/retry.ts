import { type ApiProblem, secondsOf, unreachable } from './problem.ts'

export interface RetryOptions {
  /** How often a call is made again at most; 0: never. */
  readonly retries: number
  /** How long one attempt may take, ms, until its answer has been read whole. A stream may take for ever. */
  readonly timeoutMs: number
}

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 5_000
/** What says "later" for longer than this is told to the caller instead of being waited for. */
const LONGEST_RETRY_AFTER_S = 30

const IDEMPOTENT = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
/** RFC 9110: what may be different the next time. */
const TRANSIENT = new Set([408, 429, 502, 503, 504])

/**
 * A `fetch` that makes a call again where that can do no harm: GET, HEAD, PUT and DELETE, and whatever carries an
 * `Idempotency-Key`, after no answer, 408, 429, 502, 503 and 504; any call after 429, which says that nothing was
 * done. It waits as `Retry-After` says, or else 0.2 s, 0.4 s, … up to 5 s, less a random half.
 * @throws ApiProblem of status 0 when no answer came; the caller's own reason when it was aborted
 */
export function retrying(fetch: typeof globalThis.fetch, options: RetryOptions) {
  return async (request: Request): Promise<Response> => {
    const isStream = request.headers.get('accept') === 'text/event-stream'
    const attempts = isStream ? 1 : options.retries + 1
    const mayRepeat = IDEMPOTENT.has(request.method) || request.headers.has('idempotency-key')
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= attempts
      const response = await once(fetch, request, isLast, isStream ? null : options.timeoutMs).catch(
        (error: ApiProblem) => {
          if (isLast || !mayRepeat || error.status !== 0) throw error
          return null
        },
      )
      const wait = pauseAfter(response, attempt)
      const isFinal =
        response !== null &&
        (isLast ||
          !TRANSIENT.has(response.status) ||
          !(mayRepeat || response.status === 429) ||
          wait === null)
      if (isFinal) return response
      await response?.body?.cancel()
      await pause(wait ?? 0, request.signal)
    }
  }
}

async function once(
  fetch: typeof globalThis.fetch,
  request: Request,
  isLast: boolean,
  timeoutMs: number | null,
): Promise<Response> {
  const timeout = timeoutMs === null ? null : AbortSignal.timeout(timeoutMs)
  const signal = timeout === null ? request.signal : AbortSignal.any([request.signal, timeout])
  try {
    // A body can be sent once: the next attempt needs one of its own.
    return await fetch(isLast ? request : request.clone(), { signal })
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason
    throw unreachable(
      request.url,
      timeout?.aborted ? `nothing in ${Number(timeoutMs) / 1_000} s` : reasonOf(error),
      error,
    )
  }
}

/** @returns ms; null: longer than anybody wants to wait */
function pauseAfter(response: Response | null, attempt: number): number | null {
  const asked = secondsOf(response?.headers.get('retry-after') ?? null, Date.now())
  if (asked !== null) return asked > LONGEST_RETRY_AFTER_S ? null : asked * 1_000
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempt - 1), LONGEST_PAUSE_MS) * (1 - Math.random() / 2)
}

/** @throws the signal's reason when it is aborted */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}

/** Node says `fetch failed`, and why in the cause. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const { message = '', code = '' } = cause as { message?: string; code?: string }
  return message || code || String(cause)
}
