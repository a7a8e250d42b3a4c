import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { api, take } from './client.ts'
import type { Monitor } from './types.ts'

const MINUTE_MS = 60_000

/** The last 90 days of a monitor. */
export const uptimeQuery = (id: string) =>
  queryOptions({
    queryKey: ['monitors', id, 'uptime'],
    queryFn: ({ signal }) => take(api.GET('/v1/monitors/{id}/uptime', { params: { path: { id } }, signal })),
    refetchInterval: MINUTE_MS,
  })

/** The last 90 days of many monitors, by their ids. */
export const uptimesQuery = (monitors: readonly Monitor[]) =>
  queryOptions({
    queryKey: ['uptimes', monitors.map(({ id }) => id)],
    queryFn: async ({ signal }) => {
      const monitor_ids = monitors.map(({ id }) => id)
      const { data } = await take(api.GET('/v1/uptime', { params: { query: { monitor_ids } }, signal }))
      return new Map(data.map(uptime => [uptime.monitor_id, uptime]))
    },
    placeholderData: keepPreviousData,
    enabled: monitors.length > 0,
    refetchInterval: MINUTE_MS,
  })
