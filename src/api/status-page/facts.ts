import { spanFrom } from '../../decide/maintenance.ts'
import { DAY_MS, type UptimeDay, uptimeOf, uptimePercent } from '../../decide/uptime.ts'
import { nextOccurrence } from '../../detect/cron.ts'
import { isGlob, parseGlob } from '../../ground/glob.ts'
import type { Status } from '../../ground/vocabulary.ts'
import type { Database } from '../../store/database.ts'
import { loadWindowsOf, type StoredWindow } from '../../store/maintenance-windows.ts'
import { findStandings } from '../../store/monitors-list.ts'
import { loadHistories } from '../../store/status-history.ts'
import {
  listPublicIncidents,
  listPublicUpdates,
  type PublicIncident,
  type StatusPage,
} from '../../store/status-pages.ts'
import { pseudonym } from './pseudonym.ts'

export const SHOWN_DAYS = 90
/** Incidents that ended are shown so long, maintenance so long before. */
const INCIDENT_DAYS = 14

/** Everything that a page tells; there is nothing else for those who write it. Times are ms since the epoch. */
export interface Facts {
  readonly slug: string
  readonly title: string
  readonly description: string
  readonly at: number
  readonly groups: readonly { readonly name: string; readonly services: readonly Service[] }[]
  /** null: they are not to be shown. */
  readonly incidents: readonly Incident[] | null
  readonly maintenance: readonly Maintenance[]
}

export interface Service {
  readonly name: string
  readonly status: Status
  /** Percent; null: nothing is known. */
  readonly uptime: number | null
  /** The oldest first. */
  readonly days: readonly UptimeDay[]
}

export interface Incident {
  /** Not the incident's own id. */
  readonly id: string
  readonly service: string
  readonly status: Status
  readonly startedAt: number
  readonly acknowledgedAt: number | null
  readonly resolvedAt: number | null
  /** The latest first. */
  readonly updates: readonly { readonly at: number; readonly text: string }[]
}

export interface Maintenance {
  readonly services: readonly string[]
  readonly startsAt: number
  readonly endsAt: number
}

/** Looks up what a page tells; `now`: ms since the epoch. */
export async function gatherFacts(
  database: Database,
  workspaceId: string,
  page: StatusPage,
  now: number,
): Promise<Facts> {
  const chosen = page.groups.flatMap(({ monitors }) => monitors)
  const ids = chosen.map(({ monitor_id }) => monitor_id)
  const monitors = await findStandings(database, workspaceId, ids)
  const known = new Map(monitors.map(monitor => [monitor.id, monitor]))
  const displayNames = new Map(chosen.map(({ monitor_id, display_name }) => [monitor_id, display_name]))
  const [histories, incidents, windows] = await Promise.all([
    loadHistories(
      database,
      monitors.map(({ id, name }) => ({ id, name, workspaceId })),
      { from: now - SHOWN_DAYS * DAY_MS, now },
    ),
    page.showIncidents ? listPublicIncidents(database, workspaceId, ids, now - INCIDENT_DAYS * DAY_MS) : null,
    loadWindowsOf(database, workspaceId, now),
  ])
  return {
    slug: page.slug,
    title: page.title,
    description: page.description,
    at: now,
    groups: page.groups.map(group => ({
      name: group.name,
      services: group.monitors.flatMap(({ monitor_id, display_name }) => {
        const monitor = known.get(monitor_id)
        // It was deleted since it was chosen.
        if (!monitor) return []
        const history = histories.get(monitor_id) ?? { changes: [], unwatched: [] }
        const days = uptimeOf(history, SHOWN_DAYS, now)
        return [{ name: display_name, status: monitor.standing.status, uptime: uptimePercent(days), days }]
      }),
    })),
    incidents: incidents && (await tell(database, workspaceId, incidents, displayNames)),
    maintenance: windows
      .flatMap(window => maintenanceOf(window, monitors, displayNames, now))
      .sort((a, b) => a.startsAt - b.startsAt),
  }
}

async function tell(
  database: Database,
  workspaceId: string,
  incidents: readonly PublicIncident[],
  displayNames: ReadonlyMap<string, string>,
): Promise<Incident[]> {
  const updates = await listPublicUpdates(
    database,
    workspaceId,
    incidents.map(({ id }) => id),
  )
  return incidents.map(({ id, monitorId, status, startedAt, acknowledgedAt, resolvedAt }) => ({
    id: pseudonym(id),
    service: displayNames.get(monitorId) ?? '',
    status,
    startedAt,
    acknowledgedAt,
    resolvedAt,
    updates: updates.filter(({ incidentId }) => incidentId === id).map(({ at, text }) => ({ at, text })),
  }))
}

/** The present or next time of a window, if it comes soon and is for any that is shown. */
function maintenanceOf(
  window: StoredWindow,
  monitors: readonly { id: string; name: string }[],
  displayNames: ReadonlyMap<string, string>,
  now: number,
): Maintenance[] {
  const span = spanFrom(window.when, now, nextOccurrence)
  if (!span || span.startsAt > now + INCIDENT_DAYS * DAY_MS) return []
  const services = monitors
    .filter(({ name }) => isFor(window, name))
    .map(({ id }) => displayNames.get(id) as string)
  return services.length === 0 ? [] : [{ services, startsAt: span.startsAt, endsAt: span.endsAt }]
}

function isFor({ monitors }: StoredWindow, name: string): boolean {
  return (
    monitors.length === 0 ||
    monitors.some(text => (isGlob(text) ? parseGlob(text).matches(name) : text === name))
  )
}
