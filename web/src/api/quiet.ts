import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import type { components, operations } from '../../../sdk/client/src/index.ts'
import { api, take } from './client.ts'

export type Silence = components['schemas']['Silence']
export type SilenceMatcher = components['schemas']['SilenceMatcher']
export type MaintenanceWindow = components['schemas']['MaintenanceWindow']
type SilenceInput = operations['createSilence']['requestBody']['content']['application/json']
type WindowPatch = NonNullable<
  operations['updateMaintenanceWindow']['requestBody']
>['content']['application/json']
type WindowInput = operations['createMaintenanceWindow']['requestBody']['content']['application/json']

const LARGEST_PAGE = 200

export const silencesQuery = queryOptions({
  queryKey: ['silences'],
  queryFn: async ({ signal }) =>
    (await take(api.GET('/v1/silences', { params: { query: { limit: LARGEST_PAGE } }, signal }))).data,
})

export const windowsQuery = queryOptions({
  queryKey: ['maintenance-windows'],
  queryFn: async ({ signal }) =>
    (await take(api.GET('/v1/maintenance-windows', { params: { query: { limit: LARGEST_PAGE } }, signal })))
      .data,
})

export function useCreateSilence() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: SilenceInput) => take(api.POST('/v1/silences', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: silencesQuery.queryKey }),
  })
}

/** Moves the end of a silence; one that has passed ends it. */
export function useEndSilence(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (ends_at: string) =>
      take(api.PATCH('/v1/silences/{id}', { params: { path: { id } }, body: { ends_at } })),
    onSuccess: () => client.invalidateQueries({ queryKey: silencesQuery.queryKey }),
  })
}

export function useCreateWindow() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: WindowInput) => take(api.POST('/v1/maintenance-windows', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: windowsQuery.queryKey }),
  })
}

export function useUpdateWindow(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: WindowPatch) =>
      take(api.PATCH('/v1/maintenance-windows/{id}', { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: windowsQuery.queryKey }),
  })
}

export function useDeleteWindow(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => take(api.DELETE('/v1/maintenance-windows/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: windowsQuery.queryKey }),
  })
}
