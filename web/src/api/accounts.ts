import { type QueryClient, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, take } from './client.ts'
import { session } from './session.ts'
import type { Role, Who } from './types.ts'

/** A list that is shown whole stops here. */
const MOST = 200

const query = { limit: MOST }

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await take(api.GET('/v1/sessions', { signal }))).data,
})

export const membersQuery = queryOptions({
  queryKey: ['members'],
  queryFn: async ({ signal }) => (await take(api.GET('/v1/members', { params: { query }, signal }))).data,
})

export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: async ({ signal }) => (await take(api.GET('/v1/invitations', { params: { query }, signal }))).data,
})

/** What a link is for; it is not used up by that. */
export const linkQuery = (token: string) =>
  queryOptions({
    queryKey: ['link', token],
    queryFn: ({ signal }) => take(api.POST('/v1/links/look-up', { body: { token }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Signs in, by whichever of these calls; each answers who it is now. */
function useSigningIn<T>(call: (input: T) => Promise<Who>) {
  return useMutation({ mutationFn: call, onSuccess: who => session.open(who) })
}

export const useSignIn = () =>
  useSigningIn((body: { email: string; password: string }) => take(api.POST('/v1/session', { body })))

export const useSetUp = () =>
  useSigningIn((body: { token: string; email: string; name: string; password: string }) =>
    take(api.POST('/v1/setup', { body })),
  )

export const useRedeemLink = () =>
  useSigningIn((body: { token: string; name?: string; password?: string }) =>
    take(api.POST('/v1/links/redeem', { body })),
  )

export const useRename = () => useSigningIn((name: string) => take(api.PATCH('/v1/user', { body: { name } })))

/** Ends every session of the user; this page goes on with a new one. */
export function useChangePassword() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      take(api.POST('/v1/user/password', { body })),
    onSuccess(who) {
      session.open(who)
      return client.invalidateQueries({ queryKey: ['sessions'] })
    },
  })
}

export const useMove = () =>
  useSigningIn((workspace_id: string) => take(api.PATCH('/v1/session', { body: { workspace_id } })))

export function useEndSession() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => take(api.DELETE('/v1/sessions/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  })
}

export function useInvite() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: { email: string; role: Role }) => take(api.POST('/v1/invitations', { body })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  })
}

export function useTakeBack() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => take(api.DELETE('/v1/invitations/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['invitations'] }),
  })
}

export function useChangeRole() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) =>
      take(api.PATCH('/v1/members/{id}', { params: { path: { id } }, body: { role } })),
    onSettled: () => client.invalidateQueries({ queryKey: ['members'] }),
  })
}

export function useRemoveMember() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => take(api.DELETE('/v1/members/{id}', { params: { path: { id } } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['members'] }),
  })
}

/** Who may everything of the whole installation. */
export const operatorsQuery = queryOptions({
  queryKey: ['operators'],
  queryFn: async ({ signal }) => (await take(api.GET('/v1/operators', { params: { query }, signal }))).data,
})

export function useMakeOperator() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (email: string) => take(api.POST('/v1/operators', { body: { email } })),
    onSuccess: () => peopleChanged(client),
  })
}

export function useEndOperator() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => take(api.DELETE('/v1/operators/{id}', { params: { path: { id } } })),
    onSuccess: () => peopleChanged(client),
  })
}

/** Also of whoever is signed in: they may have made themselves a user like others. */
async function peopleChanged(client: QueryClient): Promise<void> {
  await session.renew()
  await Promise.all(['operators', 'members'].map(name => client.invalidateQueries({ queryKey: [name] })))
}

/** A link by which a member sets another password. */
export function useMakeReset() {
  return useMutation({
    mutationFn: (email: string) => take(api.POST('/v1/password-resets', { body: { email } })),
  })
}
