import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from './client.ts'
import { keepFreshSecret } from './fresh-secrets.ts'
import { endpointQuery, incidentQuery, monitorQuery } from './queries.ts'
import type { EndpointInput, EndpointPatch, MonitorInput, TestInput } from './types.ts'

/** Registers an endpoint. Its secret, shown this once, is held for the pages that come next. */
export function useCreateEndpoint() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: EndpointInput) => take(api.POST('/v1/endpoints', { body })),
    onSuccess({ secret, ...endpoint }) {
      if (secret !== null) keepFreshSecret(endpoint.id, secret)
      client.setQueryData(endpointQuery(endpoint.id).queryKey, endpoint)
      return client.invalidateQueries({ queryKey: ['endpoints'], exact: true })
    },
  })
}

/** Changes an endpoint: what is left out stays. */
export function useUpdateEndpoint(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: EndpointPatch) =>
      take(api.PATCH('/v1/endpoints/{id}', { params: { path: { id } }, body })),
    onSuccess(endpoint) {
      client.setQueryData(endpointQuery(id).queryKey, endpoint)
      return client.invalidateQueries({ queryKey: ['endpoints'], exact: true })
    },
  })
}

export function useDeleteEndpoint(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => take(api.DELETE('/v1/endpoints/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['endpoints'], exact: true }),
  })
}

/** Makes a new secret; the old one stays valid for the overlap, in seconds. */
export function useRotateSecret(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (overlap_seconds: number) =>
      take(
        api.POST('/v1/endpoints/{id}/rotate-secret', {
          params: { path: { id } },
          body: { overlap_seconds },
        }),
      ),
    onSuccess({ secret }) {
      keepFreshSecret(id, secret)
      return client.invalidateQueries({ queryKey: endpointQuery(id).queryKey })
    },
  })
}

/** Sends one event at once, marked as a dry run; the attempt is the answer, also when it failed. */
export function useTestSend(id: string) {
  return useMutation({
    mutationFn: (body: TestInput) =>
      take(api.POST('/v1/endpoints/{id}/test', { params: { path: { id } }, body })),
  })
}

export function useReplayDelivery(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => take(api.POST('/v1/deliveries/{id}/replay', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deliveries'] }),
  })
}

/** Begins to send again everything that failed since a time (RFC 3339). */
export function useReplayAll() {
  return useMutation({
    mutationFn: ({ endpointId, since }: { endpointId: string; since: string }) =>
      take(
        api.POST('/v1/endpoints/{id}/replay', {
          params: { path: { id: endpointId } },
          body: { since },
        }),
      ),
  })
}

export function useCreateMonitor() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: MonitorInput) => take(api.POST('/v1/monitors', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['monitors'] }),
  })
}

/** Changes a monitor: what is left out stays. */
export function useUpdateMonitor(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Record<string, unknown>) =>
      take(api.PATCH('/v1/monitors/{id}', { params: { path: { id } }, body })),
    onSuccess(monitor) {
      client.setQueryData(monitorQuery(id).queryKey, monitor)
      return client.invalidateQueries({ queryKey: ['monitors'] })
    },
  })
}

/** Has the check of a monitor made once, as it is described or changed. */
export function useTryMonitor() {
  return useMutation({
    mutationFn: (body: Record<string, unknown>) => take(api.POST('/v1/monitors/try', { body })),
  })
}

export function useDeleteMonitor(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => take(api.DELETE('/v1/monitors/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['monitors'], refetchType: 'none' }),
  })
}

/** What a person does about an incident; each may come with words. */
export type IncidentDeed = 'acknowledge' | 'comment' | 'resolve'

export function useIncidentDeed(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ deed, comment, isPublic }: { deed: IncidentDeed; comment: string; isPublic: boolean }) => {
      const params = { path: { id } }
      if (deed === 'comment')
        return take(api.POST('/v1/incidents/{id}/comment', { params, body: { comment, public: isPublic } }))
      const body = comment === '' ? {} : { comment }
      return deed === 'resolve'
        ? take(api.POST('/v1/incidents/{id}/resolve', { params, body }))
        : take(api.POST('/v1/incidents/{id}/acknowledge', { params, body }))
    },
    onSuccess(incident) {
      client.setQueryData(incidentQuery(id).queryKey, incident)
      return client.invalidateQueries({ queryKey: ['incidents'] })
    },
  })
}
