import { type EgressPolicy, readTarget, type Target } from '../../../deliver/egress/index.ts'
import { CheckFailure } from '../base/result.ts'
import type { HttpSpec } from '../http.ts'

/** One request of a check. */
export interface HttpRequest {
  readonly url: string
  readonly target: Target
  readonly method: HttpSpec['method']
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | null
  /** Whether it carries a password, token or cookie of the spec's. */
  readonly hasCredentials: boolean
}

/** A request that nobody has judged yet. */
export type Draft = Omit<HttpRequest, 'target'>

const CREDENTIALS = /^(?:authorization|proxy-authorization|cookie)$|token|secret|api-?key|auth/
/** What goes along to another origin: nothing that could be a secret. */
const HARMLESS = new Set(['accept', 'accept-encoding', 'accept-language', 'content-type', 'user-agent'])
const REDIRECTS = new Set([301, 302, 303, 307, 308])

/** The first request of a check. */
export function draftOf(spec: HttpSpec, userAgent: string): Draft {
  const headers: Record<string, string> = { 'user-agent': userAgent, 'accept-encoding': 'identity' }
  for (const [name, value] of Object.entries(spec.headers)) headers[name.toLowerCase()] = value
  if (spec.auth) headers.authorization = authorization(spec.auth)
  return {
    url: spec.url,
    method: spec.method,
    headers,
    body: spec.body === undefined ? null : Buffer.from(spec.body),
    hasCredentials: Object.keys(headers).some(name => CREDENTIALS.test(name)),
  }
}

/**
 * The request that an answer leads to; null: it leads nowhere. As browsers do it (Fetch, section 4.4):
 * 303, and 301 or 302 after a POST, become a GET without a body. Another origin gets no header that
 * could be a secret.
 * @throws CheckFailure when the policy refuses where it leads
 */
export function redirected(
  from: HttpRequest,
  status: number,
  location: string | string[] | undefined,
  policy: EgressPolicy,
): HttpRequest | null {
  if (!REDIRECTS.has(status) || typeof location !== 'string') return null
  if (!URL.canParse(location, from.url))
    throw new CheckFailure('protocol', `${from.target.label} redirects to something that is no URL`)
  const to = new URL(location, from.url)
  to.hash = ''
  const becomesGet = status === 303 ? from.method !== 'HEAD' : status < 303 && from.method === 'POST'
  const sameOrigin = to.origin === new URL(from.url).origin
  const headers = Object.entries(from.headers).filter(
    ([name]) => (sameOrigin || HARMLESS.has(name)) && !(becomesGet && name === 'content-type'),
  )
  return aimed(
    {
      url: to.href,
      method: becomesGet ? 'GET' : from.method,
      headers: Object.fromEntries(headers),
      body: becomesGet ? null : from.body,
      hasCredentials: from.hasCredentials && sameOrigin,
    },
    policy,
    `${from.target.label} redirects to a URL that`,
  )
}

/**
 * Where a request goes, or why it cannot, as far as that shows without DNS. Checks carry no events, so plain
 * `http:` is fine; credentials over it need the operator's leave. Any port may be asked with a bare GET or
 * HEAD, which no other protocol takes for a command.
 */
export function aim(draft: Draft, policy: EgressPolicy): ReturnType<typeof readTarget> {
  const isBare = (draft.method === 'GET' || draft.method === 'HEAD') && draft.body === null
  const read = readTarget(draft.url, { ...policy, allowHttp: true, anyPort: isBare })
  if ('refused' in read || read.target.secure || !draft.hasCredentials || policy.allowHttp) return read
  return {
    refused: 'must start with https: because credentials are sent; the operator does not allow http:',
    errorClass: 'address_refused',
  }
}

/** The draft as a request. @throws CheckFailure when the policy refuses it */
export function aimed(draft: Draft, policy: EgressPolicy, subject = 'The URL'): HttpRequest {
  const read = aim(draft, policy)
  if ('refused' in read) throw new CheckFailure(read.errorClass, `${subject} ${read.refused}`)
  return { ...draft, target: read.target }
}

function authorization(auth: NonNullable<HttpSpec['auth']>): string {
  if (auth.type === 'bearer') return `Bearer ${auth.token}`
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`
}
