import { useSyncExternalStore } from 'react'

const STORED_AS = 'statuspulse.key'

const listeners = new Set<() => void>()
let key = sessionStorage.getItem(STORED_AS)

/**
 * Who is signed in. All else asks only this, so another way to sign in (a cookie of the server, say)
 * is a change of this file and of the sign-in page.
 */
export const session = {
  get isOpen(): boolean {
    return key !== null
  },
  /** Puts what proves who asks on a request of ours. */
  authorize(headers: Headers): void {
    if (key !== null) headers.set('authorization', `Bearer ${key}`)
  },
  /** Opens a session with an API key, kept until the tab is closed. */
  open(apiKey: string): void {
    key = apiKey
    sessionStorage.setItem(STORED_AS, apiKey)
    tell()
  },
  close(): void {
    key = null
    sessionStorage.removeItem(STORED_AS)
    tell()
  },
  /** @returns a function that ends it */
  onChange(listener: () => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

/** Whether somebody is signed in. */
export function useSession(): boolean {
  return useSyncExternalStore(session.onChange, () => session.isOpen)
}

function tell(): void {
  for (const listener of listeners) listener()
}
