import { shownSpec } from '../detect/spec-secrets.ts'
import { describedAs } from '../detect/watched-monitor.ts'
import type { Monitor } from '../store/monitors.ts'
import type { Standing } from '../store/monitors-list.ts'
import { allows, type Caller } from './caller.ts'
import { timeOf, timeOrNull } from './schemas/common.ts'

/** A monitor as the API shows it, defaults filled in. */
export function showMonitor(monitor: Monitor, standing: Standing, caller: Caller) {
  const { name, kind, slug: _, spec, ...settings } = describedAs(monitor)
  const { ping_token } = monitor.secrets
  return {
    id: monitor.id,
    name,
    kind,
    slug: monitor.slug,
    status: standing.status,
    since: timeOrNull(standing.since),
    seen_at: timeOrNull(standing.seenAt),
    incident_id: standing.incidentId,
    last_check: standing.lastCheck,
    last_event: standing.lastEvent && {
      ...standing.lastEvent,
      accepted_at: timeOf(standing.lastEvent.accepted_at),
    },
    ping_path: ping_token !== undefined && allows(caller, 'admin') ? `/ping/${ping_token}` : null,
    spec: shownSpec(spec),
    ...settings,
    created_at: timeOf(monitor.createdAt),
  }
}
