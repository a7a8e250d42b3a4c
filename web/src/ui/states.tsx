import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { ProblemError } from '../api/client.ts'
import { Button } from './button.tsx'
import { Time } from './time.tsx'

/** Nothing is here yet: what would be, and how it comes to be. */
export function Empty({
  icon: Icon,
  title,
  children,
  action,
}: {
  icon: LucideIcon
  title: string
  children: ReactNode
  action?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center rounded-2xl border border-dashed border-line-strong px-6 py-14 text-center">
      <Icon aria-hidden="true" className="size-7 text-muted" strokeWidth={1.5} />
      <h2 className="mt-4 text-base font-semibold">{title}</h2>
      <div className="mt-1 max-w-md text-sm text-muted">{children}</div>
      {action && <div className="mt-5">{action}</div>}
    </div>
  )
}

/** What went wrong, and what can be done about it. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const requestId = error instanceof ProblemError ? error.requestId : null
  return (
    <div role="alert" className="rounded-2xl border border-line bg-surface p-5">
      <p className="flex items-start gap-2 text-sm font-medium text-bad">
        <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
        <span>{error.message}</span>
      </p>
      <p className="mt-1 pl-6 text-sm text-muted">{advice(error)}</p>
      {requestId && (
        <p className="mt-1 pl-6 text-xs text-muted">
          In the log under <span className="font-mono">{requestId}</span>
        </p>
      )}
      {retry && (
        <Button className="mt-3 ml-6" onClick={retry}>
          Try again
        </Button>
      )}
    </div>
  )
}

function advice(error: Error): string {
  if (!(error instanceof ProblemError))
    return 'Reload the page; if it comes back, the program’s log has more.'
  if (error.status === 403)
    return 'Ask an admin of this workspace, or sign in with a key that has this scope.'
  if (error.status === 404) return 'It may have been deleted, or be past retention.'
  if (error.status === 429) return 'Wait a moment, then try again.'
  if (error.status === 0 || error.status >= 500) return 'Nothing was lost. Try again in a moment.'
  return 'Correct it and try again.'
}

/** What is shown is old, since it could not be read again. @param props.at when it was read; ms since the epoch */
export function Stale({ error, at }: { error: Error | null; at: number }) {
  if (!error) return null
  return (
    <div role="alert" className="mb-4 rounded-xl bg-warn-soft px-4 py-2.5 text-sm text-warn">
      This is how it was <Time at={new Date(at).toISOString()} />: it could not be read again. {error.message}
    </div>
  )
}

/** The shape of what is being loaded, as large as it will be. */
export function Skeleton({ rows = 5, className = 'h-14' }: { rows?: number; className?: string }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-2">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same.
        <div key={row} className={`skeleton ${className}`} />
      ))}
    </div>
  )
}
