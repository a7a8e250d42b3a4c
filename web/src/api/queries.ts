import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, take } from './client.ts'
import type { DeliveryStatus, Endpoint, Filter, Incident, Status } from './types.ts'

const PAGE = 50
const HOUR_MS = 3_600_000
/** Checks' samples are there within ten seconds. */
const SAMPLES_MS = 30_000
const LARGEST_PAGE = 200
/** A list that is shown whole stops here. */
const MOST_ENDPOINTS = 1_000

export const endpointsQuery = queryOptions({
  queryKey: ['endpoints'],
  queryFn: async ({ signal }) => {
    const all: Endpoint[] = []
    let cursor: string | undefined
    do {
      const query = { limit: LARGEST_PAGE, cursor }
      const page = await take(api.GET('/v1/endpoints', { params: { query }, signal }))
      all.push(...page.data)
      cursor = page.next_cursor ?? undefined
    } while (cursor && all.length < MOST_ENDPOINTS)
    return all
  },
})

export const endpointQuery = (id: string) =>
  queryOptions({
    queryKey: ['endpoints', id],
    queryFn: ({ signal }) => take(api.GET('/v1/endpoints/{id}', { params: { path: { id } }, signal })),
  })

export const endpointKindsQuery = queryOptions({
  queryKey: ['endpoint-kinds'],
  queryFn: async ({ signal }) => (await take(api.GET('/v1/endpoint-kinds', { signal }))).data,
  staleTime: Number.POSITIVE_INFINITY,
})

/** The attempts of one request: of a digest, as many of them as one page has. */
export const digestQuery = (requestId: string) =>
  queryOptions({
    queryKey: ['attempts', { requestId }],
    queryFn: async ({ signal }) => {
      const query = { request_id: requestId, limit: LARGEST_PAGE }
      return (await take(api.GET('/v1/attempts', { params: { query }, signal }))).data
    },
    staleTime: Number.POSITIVE_INFINITY,
  })

/** What a filter would have matched of the last 100 events. */
export const previewQuery = (id: string, filter: Filter) =>
  queryOptions({
    queryKey: ['preview', id, filter],
    queryFn: ({ signal }) => {
      // Given empty, a list takes the place of the saved one; left out, it would not.
      const given = <T extends string>(list: readonly T[]) => (list.length > 0 ? [...list] : ['' as T])
      const query = {
        events: 100,
        monitors: given(filter.monitors),
        exclude_monitors: given(filter.exclude_monitors),
        severities: given(filter.severities),
        event_types: given(filter.event_types),
        regions: given(filter.regions),
      }
      return take(api.GET('/v1/endpoints/{id}/preview', { params: { path: { id }, query }, signal }))
    },
    placeholderData: keepPreviousData,
  })

/** What the API key that this page is signed in with may; null: it is none any more. */
export const keyScopesQuery = queryOptions({
  queryKey: ['key-scopes'],
  queryFn: async ({ signal }) => (await take(api.GET('/v1/session', { signal }))).key,
  staleTime: Number.POSITIVE_INFINITY,
})

export const monitorsQuery = (search: string, limit = PAGE, status?: Status) =>
  queryOptions({
    queryKey: ['monitors', { search, limit, status }],
    queryFn: ({ signal }) =>
      take(
        api.GET('/v1/monitors', {
          params: { query: { search: search || undefined, limit, status } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  })

/** Monitors by their whole names. */
export const namedMonitorsQuery = (name: readonly string[]) =>
  queryOptions({
    queryKey: ['monitors', { name }],
    queryFn: async ({ signal }) => {
      const query = { name: [...name], limit: name.length }
      return (await take(api.GET('/v1/monitors', { params: { query }, signal }))).data
    },
    enabled: name.length > 0,
  })

/** Monitors that depend on the one of that name. */
export const childrenQuery = (parent: string) =>
  queryOptions({
    queryKey: ['monitors', { parent }],
    queryFn: async ({ signal }) =>
      (await take(api.GET('/v1/monitors', { params: { query: { parent, limit: PAGE } }, signal }))).data,
  })

export const monitorQuery = (id: string) =>
  queryOptions({
    queryKey: ['monitors', id],
    queryFn: ({ signal }) => take(api.GET('/v1/monitors/{id}', { params: { path: { id } }, signal })),
  })

/** Names of the metrics that there are samples of. */
export const metricsQuery = (id: string) =>
  queryOptions({
    queryKey: ['monitors', id, 'metrics'],
    queryFn: async ({ signal }) =>
      (await take(api.GET('/v1/monitors/{id}/metrics', { params: { path: { id } }, signal }))).data,
  })

/** A metric of a monitor over the last hours, in at most 300 points. */
export const samplesQuery = (id: string, metric: string, hours: number) =>
  queryOptions({
    queryKey: ['monitors', id, 'samples', metric, hours],
    queryFn: async ({ signal }) => {
      const from = new Date(Date.now() - hours * HOUR_MS).toISOString()
      const query = { metric, from, points: 300 }
      return (await take(api.GET('/v1/monitors/{id}/samples', { params: { path: { id }, query }, signal })))
        .data
    },
    placeholderData: keepPreviousData,
    refetchInterval: SAMPLES_MS,
  })

export interface IncidentFilters {
  state?: Incident['state']
  monitor?: string
}

export const incidentsQuery = (filters: IncidentFilters) =>
  infiniteQueryOptions({
    queryKey: ['incidents', filters],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filters, limit: PAGE, cursor: pageParam ?? undefined }
      return take(api.GET('/v1/incidents', { params: { query }, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: page => page.next_cursor,
    placeholderData: keepPreviousData,
  })

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident', id],
    queryFn: ({ signal }) => take(api.GET('/v1/incidents/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === 'resolved' ? false : 5_000),
  })

export interface DeliveryFilters {
  status?: DeliveryStatus
  endpoint_id?: string
  monitor?: string
  event_id?: string
  status_code?: number
  since?: string
  until?: string
}

export const deliveriesQuery = (filters: DeliveryFilters) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', filters],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filters, limit: PAGE, cursor: pageParam ?? undefined }
      return take(api.GET('/v1/deliveries', { params: { query }, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: page => page.next_cursor,
    placeholderData: keepPreviousData,
  })

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => take(api.GET('/v1/deliveries/{id}', { params: { path: { id } }, signal })),
    // Until it is over there is more to come.
    refetchInterval: ({ state }) => (state.data?.status === 'pending' ? 2_000 : false),
  })

export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: ['event', id],
    queryFn: ({ signal }) => take(api.GET('/v1/events/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) =>
      state.data?.endpoints.some(({ outcome }) => outcome === 'waiting') ? 2_000 : false,
  })

export const eventsQuery = (filters: { monitor?: string; limit?: number; dry_run?: boolean }) =>
  queryOptions({
    queryKey: ['events', filters],
    queryFn: ({ signal }) =>
      take(api.GET('/v1/events', { params: { query: { limit: PAGE, ...filters } }, signal })),
  })

export const replayQuery = (id: string) =>
  queryOptions({
    queryKey: ['replay', id],
    queryFn: ({ signal }) => take(api.GET('/v1/replays/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data && state.data.status !== 'running' ? false : 500),
  })

/** How deliveries went in the last `minutes`. */
export const deliveryStatsQuery = (minutes: number) =>
  queryOptions({
    queryKey: ['delivery-stats', { minutes }],
    queryFn: ({ signal }) => {
      const since = new Date(Date.now() - minutes * 60_000).toISOString()
      return take(api.GET('/v1/stats/deliveries', { params: { query: { since } }, signal }))
    },
    placeholderData: keepPreviousData,
  })

/** Deliveries that wait for their next attempt: the latest 200. */
export const waitingQuery = queryOptions({
  queryKey: ['deliveries', 'waiting'],
  queryFn: ({ signal }) =>
    take(
      api.GET('/v1/deliveries', { params: { query: { status: 'pending', limit: LARGEST_PAGE } }, signal }),
    ),
})
