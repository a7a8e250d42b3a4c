import { Link } from '@tanstack/react-router'
import type { IncidentSummary } from '../api/types.ts'
import { duration } from '../lib/time.ts'
import { Badge } from '../ui/badge.tsx'
import { Time } from '../ui/time.tsx'

/** An incident in a list. */
export function IncidentRow({ incident }: { incident: IncidentSummary }) {
  return (
    <li>
      <Link
        to="/incidents/$id"
        params={{ id: incident.id }}
        className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-1 px-1 py-2.5 hover:bg-sunken"
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{incident.monitor_name}</span>
          <span className="block truncate text-xs text-muted">{incident.summary}</span>
        </span>
        <Badge>{incident.highest_severity}</Badge>
        <Badge>{incident.state}</Badge>
        <span className="w-full text-xs text-muted sm:w-40 sm:text-right">
          <Time at={incident.opened_at} />
          {incident.duration_s !== null && `, for ${duration(incident.duration_s * 1000)}`}
        </span>
      </Link>
    </li>
  )
}
