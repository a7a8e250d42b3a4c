import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { childrenQuery, namedMonitorsQuery } from '../../api/queries.ts'
import type { Monitor } from '../../api/types.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'

/** What the monitor depends on, and what depends on it. Nothing, where nothing does. */
export function DependenciesCard({ monitor }: { monitor: Monitor }) {
  const { data: parents = [] } = useQuery(namedMonitorsQuery(monitor.parents))
  const { data: children = [] } = useQuery(childrenQuery(monitor.name))
  const unknown = monitor.parents.filter(name => !parents.some(parent => parent.name === name))
  if (monitor.parents.length + children.length === 0) return null
  return (
    <Card title="Dependencies" about="A monitor’s alerts are held while one that it depends on is down.">
      <div className="space-y-4">
        {monitor.parents.length > 0 && (
          <Monitors title="It depends on" monitors={parents}>
            {unknown.map(name => (
              <li key={name} className="py-2 text-sm text-muted">
                {name}: there is no such monitor
              </li>
            ))}
          </Monitors>
        )}
        {children.length > 0 && <Monitors title="On it depend" monitors={children} />}
      </div>
    </Card>
  )
}

function Monitors({
  title,
  monitors,
  children,
}: {
  title: string
  monitors: readonly Monitor[]
  children?: React.ReactNode
}) {
  return (
    <section>
      <h3 className="text-sm font-medium">{title}</h3>
      <ul className="mt-1 divide-y divide-line">
        {monitors.map(({ id, name, status }) => (
          <li key={id}>
            <Link
              to="/monitors/$id"
              params={{ id }}
              className="flex min-h-10 items-center justify-between gap-4 py-1.5 text-sm hover:bg-sunken"
            >
              <span className="truncate">{name}</span>
              <Badge>{status}</Badge>
            </Link>
          </li>
        ))}
        {children}
      </ul>
    </section>
  )
}
