import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { keyScopesQuery } from '../api/queries.ts'
import { useStanding } from '../api/session.ts'

/** What an operation needs: a scope of the API, or to be the operator of the whole installation. */
export type Need = 'read' | 'respond' | 'admin' | 'operator'

const REASONS: Record<Need, string> = {
  read: 'Your API key may not read.',
  respond: 'Only responders and admins of this workspace may do this.',
  admin: 'Only admins of this workspace may do this.',
  operator: 'Only operators of the whole installation may do this.',
}

/** Whether whoever is signed in may. While that is not known yet: yes, as the server decides in the end. */
export function useMay(need: Need): boolean {
  const standing = useStanding()
  const { data: ofKey } = useQuery({ ...keyScopesQuery, enabled: standing.kind === 'key' })
  const granted =
    standing.kind === 'user'
      ? { scopes: standing.who.scopes, operator: standing.who.user.operator }
      : standing.kind === 'key'
        ? ofKey
        : undefined
  if (!granted) return true
  if (need === 'operator') return granted.operator
  return granted.scopes.includes(need) || granted.scopes.includes('admin')
}

/** Switches off every control in it for whoever may not use them, and says who may. */
export function May({ need, children }: { need: Need; children: ReactNode }) {
  if (useMay(need)) return children
  return (
    <fieldset disabled title={REASONS[need]} className="contents">
      <legend className="sr-only">{REASONS[need]}</legend>
      {children}
    </fieldset>
  )
}

/** Shows what is of use only to those who may; to others, where that is given, something else. */
export function IfMay({
  need,
  children,
  otherwise = null,
}: {
  need: Need
  children: ReactNode
  otherwise?: ReactNode
}) {
  return useMay(need) ? children : otherwise
}

/** In place of a form for those who may not. */
export function MayNot({ need }: { need: Need }) {
  return (
    <p role="status" className="rounded-2xl border border-line bg-surface p-6 text-sm text-muted">
      {REASONS[need]}
    </p>
  )
}
