import { type ReactNode, useEffect } from 'react'

/** A page: its title, also in the tab, and what can be done here. */
export function Page({
  title,
  about,
  actions,
  above,
  children,
}: {
  title: string
  about?: ReactNode
  actions?: ReactNode
  /** Where this page belongs: a way back. */
  above?: ReactNode
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · StatusPulse`
  }, [title])
  return (
    <div className="mx-auto w-full max-w-6xl px-4 pt-6 pb-12 sm:px-8 sm:pt-9">
      {above && <div className="mb-2 text-sm text-muted">{above}</div>}
      <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <div className="min-w-0">
          <h1 className="text-[1.65rem] leading-tight font-semibold break-words">{title}</h1>
          {about && <div className="mt-1.5 max-w-prose text-muted">{about}</div>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}
