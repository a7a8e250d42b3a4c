import { type ReactNode, useEffect } from 'react'
import { ProblemError } from '../api/client.ts'
import { Mark } from './mark.tsx'

/** A page for who is not in yet: one thing to do. */
export function FrontDoor({
  title,
  about,
  children,
}: {
  title: string
  about: ReactNode
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · StatusPulse`
  }, [title])
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-sm">
        <Mark large />
        <h1 className="mt-8 text-2xl font-semibold">{title}</h1>
        <p className="mt-1.5 text-muted">{about}</p>
        {children}
      </div>
    </main>
  )
}

/** What a refused form says of one of its fields. */
export function fieldError(error: Error | null, field: string): string | undefined {
  if (!(error instanceof ProblemError)) return undefined
  const said = error.fields[field]
  return said && `${said.charAt(0).toUpperCase()}${said.slice(1)}.`
}

/** What a refused form says that is about none of its fields. */
export function FormError({ error, fields }: { error: Error | null; fields: readonly string[] }) {
  if (!error || fields.some(field => fieldError(error, field))) return null
  return (
    <p role="alert" className="text-sm font-medium text-bad">
      {error.message}
    </p>
  )
}
