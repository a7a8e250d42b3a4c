import { useSyncExternalStore } from 'react'
import type { SessionState, SignedOut, Who } from './types.ts'

const STORED_AS = 'statuspulse.key'

/** How this page stands to the server. */
export type Standing =
  /** It has not said yet. */
  | { readonly kind: 'asking' }
  /** Nobody is signed in; null: it does not answer. */
  | { readonly kind: 'out'; readonly state: SessionState | null }
  /** With an API key, kept until the tab is closed. */
  | { readonly kind: 'key'; readonly key: string }
  /** By a cookie that scripts cannot read. */
  | { readonly kind: 'user'; readonly who: Who }

const stored = sessionStorage.getItem(STORED_AS)
let standing: Standing = stored === null ? { kind: 'asking' } : { kind: 'key', key: stored }
const viewers = new Set<() => void>()
const changes = new Set<() => void>()

/** Who is signed in, and how. All else asks only this. */
export const session = {
  get isOpen(): boolean {
    return standing.kind === 'key' || standing.kind === 'user'
  },
  /** Puts what proves who asks on a request of ours; the cookie comes by itself, with a word that no form can send. */
  authorize(headers: Headers): void {
    if (standing.kind === 'key') headers.set('authorization', `Bearer ${standing.key}`)
    else headers.set('x-requested-with', 'console')
  },
  /** Opens a session with an API key. */
  openWithKey(key: string): void {
    sessionStorage.setItem(STORED_AS, key)
    become({ kind: 'key', key })
  },
  /** Somebody signed in, or what is known of them changed. */
  open(who: Who): void {
    sessionStorage.removeItem(STORED_AS)
    become({ kind: 'user', who })
  },
  /** It is over: the server said so, or somebody wants it. */
  close(): void {
    sessionStorage.removeItem(STORED_AS)
    become({ kind: 'asking' })
    void session.ask()
  },
  /** Ends it here and, for a user, on the server and where they signed in by single sign-on. */
  async signOut(): Promise<void> {
    if (standing.kind === 'user') {
      const headers = new Headers()
      session.authorize(headers)
      const continueAt = await fetch('/v1/session', { method: 'DELETE', headers })
        .then(async response => (response.ok ? ((await response.json()) as SignedOut).continue_at : null))
        .catch(() => null)
      if (continueAt) {
        location.assign(continueAt)
        return
      }
    }
    session.close()
  },
  /** Asks the server who is signed in, unless a key is. */
  async ask(): Promise<void> {
    if (standing.kind === 'key') return
    const state = await stateOnServer()
    if (session.isOpen) return
    become(state?.who ? { kind: 'user', who: state.who } : { kind: 'out', state })
  },
  /** Asks anew what the user who is signed in may: somebody changed that. */
  async renew(): Promise<void> {
    if (standing.kind !== 'user') return
    const state = await stateOnServer()
    if (state?.who && standing.kind === 'user') become({ kind: 'user', who: state.who })
  },
  /** Calls `listener` when somebody else, or another workspace, is looked at from now on. @returns ends that */
  onChange(listener: () => void): () => void {
    changes.add(listener)
    return () => changes.delete(listener)
  },
}

/** How this page stands to the server. */
export function useStanding(): Standing {
  return useSyncExternalStore(
    listener => {
      viewers.add(listener)
      return () => viewers.delete(listener)
    },
    () => standing,
  )
}

/** Whose data is looked at: what was fetched for one is not for another. */
export function viewOf(one: Standing): string {
  if (one.kind === 'key') return one.key
  return one.kind === 'user' ? `${one.who.user.id} ${one.who.workspace.id}` : ''
}

/** What the server says of the session that the cookie carries; null: it does not answer. */
function stateOnServer(): Promise<SessionState | null> {
  return fetch('/v1/session')
    .then(response => (response.ok ? (response.json() as Promise<SessionState>) : null))
    .catch(() => null)
}

function become(next: Standing): void {
  const isAnother = viewOf(next) !== viewOf(standing)
  standing = next
  if (isAnother) for (const listener of changes) listener()
  for (const listener of viewers) listener()
}
