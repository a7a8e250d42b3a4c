import { Link } from '@tanstack/react-router'
import type { DeliveryStats } from '../../api/types.ts'
import { Card } from '../../ui/card.tsx'

const SHOWN = 8

/** Of whom most is sent. */
export function BusiestMonitors({ monitors }: { monitors: DeliveryStats['monitors'] }) {
  const shown = monitors.slice(0, SHOWN)
  const most = shown[0]?.sent ?? 1
  return (
    <Card title="Busiest monitors">
      {shown.length === 0 && <p className="text-sm text-muted">Nothing was sent in this time.</p>}
      <ol className="space-y-2.5">
        {shown.map(({ monitor_name: name, sent }) => (
          <li key={name}>
            <Link to="/deliveries" search={{ monitor: name }} className="group block text-sm">
              <span className="flex justify-between gap-3">
                <span className="truncate group-hover:underline">{name}</span>
                <span className="tabular text-muted">{sent.toLocaleString('en')}</span>
              </span>
              <span aria-hidden="true" className="mt-1 block h-1 rounded-full bg-idle-soft">
                <span
                  className="block h-full rounded-full bg-ink"
                  style={{ width: `${(sent / most) * 100}%` }}
                />
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  )
}
