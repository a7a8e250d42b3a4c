import { queryOptions } from '@tanstack/react-query'
import { api, take } from './client.ts'

/** The settings of the workspace's status page. */
export const statusPageQuery = queryOptions({
  queryKey: ['status-page'],
  queryFn: ({ signal }) => take(api.GET('/v1/status-page', { signal })),
  refetchOnWindowFocus: false,
})
