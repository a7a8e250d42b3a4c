import createFetchClient, { type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch'
import { problemOf } from './problem.ts'
import { retrying } from './retry.ts'
import type { paths } from './schema.ts'

export interface ClientOptions {
  /** Where StatusPulse is: `https://status.example.com`. Left out: where the page came from, in a browser. */
  readonly url?: string
  /** An API key, `sp_…`; a function is asked before every call. */
  readonly token?: string | (() => string | null)
  /** How often a call that may be repeated is made again at most. Default 3; 0: never. */
  readonly retries?: number
  /** How long one attempt may take, ms. Default 30,000. Streams have no such limit. */
  readonly timeoutMs?: number
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type MediaType = `${string}/${string}`

/** The paths that have the method. */
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { readonly [K in M]: object } ? P : never
}[keyof paths]

type Init<P extends keyof paths, M extends Method> = MaybeOptionalInit<paths[P], M>

type Operation<P extends keyof paths, M extends Method> =
  paths[P] extends Record<M, infer O extends object> ? O : never

/** What an answer of success holds. */
type Answer<P extends keyof paths, M extends Method> =
  FetchResponse<Operation<P, M>, object, MediaType> extends infer R
    ? R extends { data: infer D }
      ? D
      : never
    : never

/**
 * Makes a call: `api.GET('/v1/events/{id}', { params: { path: { id } } })`.
 * @returns what the API answered, typed by its document
 * @throws ApiProblem when it refused, or no answer came
 */
export type Call<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...init: undefined extends Init<P, M> ? [init?: Init<P, M>] : [init: Init<P, M>]
) => Promise<Answer<P, M>>

/** The API of one StatusPulse. Made by {@link createClient}. */
export interface Client {
  readonly GET: Call<'get'>
  readonly POST: Call<'post'>
  readonly PUT: Call<'put'>
  readonly PATCH: Call<'patch'>
  readonly DELETE: Call<'delete'>
}

/**
 * A client of the API, typed by its document. It repeats what may be repeated, and gives every `POST /v1/events` an
 * `Idempotency-Key` unless it has one, so that an event is taken once however often it had to be sent.
 */
export function createClient(options: ClientOptions = {}): Client {
  const { url, token, retries = 3, timeoutMs = 30_000, headers = {}, fetch = globalThis.fetch } = options
  const inner = createFetchClient<paths>({
    ...(url !== undefined && { baseUrl: url }),
    headers,
    redirect: 'error',
    fetch: retrying(fetch.bind(globalThis), { retries, timeoutMs }),
  })
  inner.use({
    onRequest({ request, schemaPath }) {
      const key = typeof token === 'function' ? token() : token
      if (key) request.headers.set('authorization', `Bearer ${key}`)
      if (request.method === 'POST' && schemaPath === '/v1/events' && !request.headers.has('idempotency-key'))
        request.headers.set('idempotency-key', newKey())
    },
    async onResponse({ response }) {
      if (!response.ok) throw await problemOf(response)
    },
  })
  const call = (method: (path: never, init: never) => Promise<{ data?: unknown }>) =>
    (async (path: never, init: never) => (await method(path, init)).data) as never
  return {
    GET: call(inner.GET),
    POST: call(inner.POST),
    PUT: call(inner.PUT),
    PATCH: call(inner.PATCH),
    DELETE: call(inner.DELETE),
  }
}

/** `randomUUID` is only there where a page came over TLS. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
