import type { Client } from './client.ts'
import type { paths } from './schema.ts'

/** A page of a list: its entries, and where the next one begins (null: it is the last). */
interface PageOf<T> {
  readonly data: readonly T[]
  readonly next_cursor: string | null
}

type AnswerOf<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { 'application/json': infer A } } } }
}
  ? A
  : never

/** The lists that come in pages. */
export type ListPath = {
  [P in keyof paths]: AnswerOf<P> extends never ? never : AnswerOf<P> extends PageOf<unknown> ? P : never
}[keyof paths]

/** One page of a list, as the API answers it. */
export type PageAt<P extends ListPath> = AnswerOf<P>
/** One entry of a list. */
export type ItemAt<P extends ListPath> = AnswerOf<P> extends PageOf<infer T> ? T : never

type QueryOf<P extends ListPath> = paths[P] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never
type PlaceOf<P extends ListPath> = paths[P] extends { get: { parameters: { path: infer I } } }
  ? { readonly path: I }
  : { readonly path?: never }

/** What of a list is wanted: its filters, and `limit`, the entries in one page (1 to 200). */
export type ListInit<P extends ListPath> = PlaceOf<P> & {
  readonly query?: QueryOf<P>
  readonly signal?: AbortSignal
}

/**
 * Every page of a list, one after the other; the next one is asked for when it is wanted.
 * @throws ApiProblem
 */
export async function* pages<P extends ListPath>(
  client: Client,
  path: P,
  init?: ListInit<P>,
): AsyncGenerator<PageAt<P>, void> {
  // What holds for every list cannot be said of a path that is not known yet.
  const get = client.GET as unknown as (path: P, init: object) => Promise<PageOf<unknown>>
  const { query, ...rest }: { query?: object; path?: unknown; signal?: AbortSignal } = init ?? {}
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const params = {
      query: { ...query, ...(cursor && { cursor }) },
      ...(rest.path !== undefined && { path: rest.path }),
    }
    const page = await get(path, { params, ...(rest.signal && { signal: rest.signal }) })
    yield page as PageAt<P>
    cursor = page.next_cursor
  }
}

/**
 * Every entry of a list, across its pages: `for await (const one of items(api, '/v1/deliveries', { query: { status:
 * 'failed' } }))`. Entries that come while it is read make none appear twice and none go missing.
 * @throws ApiProblem
 */
export async function* items<P extends ListPath>(
  client: Client,
  path: P,
  init?: ListInit<P>,
): AsyncGenerator<ItemAt<P>, void> {
  for await (const page of pages(client, path, init)) yield* (page as PageOf<ItemAt<P>>).data
}
