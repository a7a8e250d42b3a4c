import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query'
import type { components, operations } from '../../../sdk/client/src/index.ts'
import { api, take } from './client.ts'

type Schemas = components['schemas']
type BodyOf<O extends keyof operations> =
  NonNullable<operations[O] extends { requestBody?: infer R } ? R : never> extends {
    content: { 'application/json': infer B }
  }
    ? B
    : never

export type Key = Schemas['Key']
export type Workspace = Schemas['Workspace']
export type Queue = Schemas['QueueDetail']
export type Forwarder = Schemas['Forwarder']
export type ForwarderInput = BodyOf<'createForwarder'>
export type ForwarderPatch = BodyOf<'updateForwarder'>
export type QueueInput = BodyOf<'createQueue'>
export type Node = Schemas['Node']
export type AuditEntry = Schemas['AuditEntry']

const LARGEST_PAGE = 200
/** A list that is shown whole stops here. */
const MOST = 1_000
const PAGE = 50
const REFRESH_MS = 5_000

/** Every page of a list, up to a thousand entries. */
async function whole<T>(
  page: (query: { limit: number; cursor: string | undefined }) => Promise<{
    data: T[]
    next_cursor: string | null
  }>,
): Promise<T[]> {
  const all: T[] = []
  let cursor: string | undefined
  do {
    const { data, next_cursor } = await page({ limit: LARGEST_PAGE, cursor })
    all.push(...data)
    cursor = next_cursor ?? undefined
  } while (cursor && all.length < MOST)
  return all
}

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal }) => whole(query => take(api.GET('/v1/keys', { params: { query }, signal }))),
})

export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: ({ signal }) => take(api.GET('/v1/workspace', { signal })),
})

export const workspacesQuery = queryOptions({
  queryKey: ['workspaces'],
  queryFn: ({ signal }) => whole(query => take(api.GET('/v1/workspaces', { params: { query }, signal }))),
  retry: false,
})

export const queuesQuery = queryOptions({
  queryKey: ['queues'],
  queryFn: ({ signal }) => whole(query => take(api.GET('/v1/queues', { params: { query }, signal }))),
})

/** A queue, and how far its consumers are. */
export const queueQuery = (name: string) =>
  queryOptions({
    queryKey: ['queues', name],
    queryFn: ({ signal }) => take(api.GET('/v1/queues/{name}', { params: { path: { name } }, signal })),
    refetchInterval: REFRESH_MS,
  })

export const forwardersQuery = (name: string) =>
  queryOptions({
    queryKey: ['queues', name, 'forwarders'],
    queryFn: ({ signal }) =>
      whole(query =>
        take(api.GET('/v1/queues/{name}/forwarders', { params: { path: { name }, query }, signal })),
      ),
    refetchInterval: REFRESH_MS,
    retry: false,
  })

export const nodesQuery = queryOptions({
  queryKey: ['nodes'],
  queryFn: ({ signal }) => whole(query => take(api.GET('/v1/nodes', { params: { query }, signal }))),
  refetchInterval: REFRESH_MS,
  retry: false,
})

export const retentionQuery = queryOptions({
  queryKey: ['retention'],
  queryFn: ({ signal }) => take(api.GET('/v1/retention', { signal })),
})

export interface AuditFilters {
  actor?: string
  operation?: string
  target?: string
  since?: string
  until?: string
}

export const auditQuery = (filters: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: ['audit', filters],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filters, limit: PAGE, cursor: pageParam ?? undefined }
      return take(api.GET('/v1/audit', { params: { query }, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: page => page.next_cursor,
    placeholderData: keepPreviousData,
  })

/** A change, after which what `keys` name is asked for again. */
function useChange<V, T>(change: (value: V) => Promise<T>, ...keys: string[]) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () =>
      Promise.all([...keys, 'audit'].map(key => client.invalidateQueries({ queryKey: [key] }))),
  })
}

export const useCreateKey = () =>
  useChange((body: BodyOf<'createKey'>) => take(api.POST('/v1/keys', { body })), 'keys')

export const useRevokeKey = () =>
  useChange((id: string) => take(api.DELETE('/v1/keys/{id}', { params: { path: { id } } })), 'keys')

export const useUpdateWorkspace = () =>
  useChange(
    (body: BodyOf<'updateWorkspace'>) => take(api.PATCH('/v1/workspace', { body })),
    'workspace',
    'workspaces',
  )

/** Any workspace, by the operator. */
export const useUpdateWorkspaceById = (id: string) =>
  useChange(
    (body: BodyOf<'updateWorkspaceById'>) =>
      take(api.PATCH('/v1/workspaces/{id}', { params: { path: { id } }, body })),
    'workspace',
    'workspaces',
  )

export const useCreateWorkspace = () =>
  useChange((body: BodyOf<'createWorkspace'>) => take(api.POST('/v1/workspaces', { body })), 'workspaces')

export const useCreateQueue = () =>
  useChange((body: QueueInput) => take(api.POST('/v1/queues', { body })), 'queues')

export const useDeleteQueue = () =>
  useChange((name: string) => take(api.DELETE('/v1/queues/{name}', { params: { path: { name } } })), 'queues')

export const useDeleteConsumer = (name: string) =>
  useChange(
    (consumer: string) =>
      take(api.DELETE('/v1/queues/{name}/consumers/{consumer}', { params: { path: { name, consumer } } })),
    'queues',
  )

const FORWARDER = '/v1/queues/{name}/forwarders/{forwarder}'

export const useCreateForwarder = (name: string) =>
  useChange(
    (body: ForwarderInput) =>
      take(api.POST('/v1/queues/{name}/forwarders', { params: { path: { name } }, body })),
    'queues',
  )

export const useUpdateForwarder = (name: string, forwarder: string) =>
  useChange(
    (body: ForwarderPatch) => take(api.PATCH(FORWARDER, { params: { path: { name, forwarder } }, body })),
    'queues',
  )

export const useDeleteForwarder = (name: string) =>
  useChange(
    (forwarder: string) => take(api.DELETE(FORWARDER, { params: { path: { name, forwarder } } })),
    'queues',
  )
