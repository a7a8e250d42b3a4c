import { useSyncExternalStore } from 'react'
import { session } from './session.ts'

const secrets = new Map<string, string>()
const listeners = new Set<() => void>()

session.onChange(() => secrets.clear())

/** Holds a secret that was just made, in this page's memory only: nobody can ask for it again. */
export function keepFreshSecret(endpointId: string, secret: string): void {
  secrets.set(endpointId, secret)
  tell()
}

export function forgetFreshSecret(endpointId: string): void {
  secrets.delete(endpointId)
  tell()
}

/** The endpoint's secret, if it was made since this page was loaded and is not put away. */
export function useFreshSecret(endpointId: string): string | null {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => secrets.get(endpointId) ?? null,
  )
}

function tell(): void {
  for (const listener of listeners) listener()
}
