import { Link } from '@tanstack/react-router'
import type { Attempt } from '../../api/types.ts'
import { Card } from '../../ui/card.tsx'
import { groupBy } from './figures.ts'

const SHOWN = 8

/** Of whom most is sent. */
export function BusiestMonitors({ attempts }: { attempts: readonly Attempt[] }) {
  const first = attempts.filter(({ retry_attempt }) => retry_attempt === 0)
  const groups = groupBy(first, ({ monitor_name }) => monitor_name).slice(0, SHOWN)
  const most = groups[0]?.[1].length ?? 1
  return (
    <Card title="Busiest monitors">
      {groups.length === 0 && <p className="text-sm text-muted">Nothing was sent in this time.</p>}
      <ol className="space-y-2.5">
        {groups.map(([name, its]) => (
          <li key={name}>
            <Link to="/deliveries" search={{ monitor: name }} className="group block text-sm">
              <span className="flex justify-between gap-3">
                <span className="truncate group-hover:underline">{name}</span>
                <span className="tabular text-muted">{its.length}</span>
              </span>
              <span aria-hidden="true" className="mt-1 block h-1 rounded-full bg-idle-soft">
                <span
                  className="block h-full rounded-full bg-ink"
                  style={{ width: `${(its.length / most) * 100}%` }}
                />
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  )
}
