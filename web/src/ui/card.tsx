import type { ReactNode } from 'react'

/** A card with its heading: the console's one container. */
export function Card({
  title,
  about,
  action,
  id,
  children,
}: {
  title: string
  about?: ReactNode
  action?: ReactNode
  id?: string
  children: ReactNode
}) {
  const headingId = `${id ?? title.toLowerCase().replaceAll(/\W+/g, '-')}-heading`
  return (
    <section
      id={id}
      aria-labelledby={headingId}
      className="min-w-0 rounded-2xl border border-line bg-surface shadow-card"
    >
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-5 pt-5 sm:px-6">
        <div className="min-w-0">
          <h2 id={headingId} className="text-base font-semibold">
            {title}
          </h2>
          {about && <p className="mt-0.5 max-w-prose text-sm text-muted">{about}</p>}
        </div>
        {action}
      </header>
      <div className="px-5 pt-4 pb-5 sm:px-6 sm:pb-6">{children}</div>
    </section>
  )
}

/** Names and values, side by side. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[repeat(auto-fit,minmax(9rem,1fr))] gap-x-6 gap-y-4">{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="mt-0.5 text-sm break-words">{children}</dd>
    </div>
  )
}
