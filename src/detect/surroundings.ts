import type { Surroundings } from '../decide/decision.ts'
import { maintenanceAt } from '../decide/maintenance.ts'
import { silencesAt } from '../decide/silences.ts'
import { nextOccurrence } from './cron.ts'
import type { ParentsDown } from './parents-down.ts'
import type { WatchedMonitor } from './watched-monitor.ts'
import type { Watchlist } from './watchlist.ts'

/** What is true around a monitor, and until when. */
export interface SurroundingsNow {
  readonly surroundings: Surroundings
  /** When it may have to be asked again, ms since the epoch; null: not before something else changes. */
  readonly changesAt: number | null
}

const CALM: SurroundingsNow = {
  surroundings: { maintenance: null, silences: [], parentsDown: [] },
  changesAt: null,
}

/** @param at ms since the epoch */
export function surroundingsOf(
  monitor: WatchedMonitor,
  watchlist: Watchlist,
  parentsDown: ParentsDown,
  at: number,
): SurroundingsNow {
  const { workspaceId, name, config } = monitor
  const windows = watchlist.windowsOf(workspaceId)
  const silences = watchlist.silencesOf(workspaceId)
  if (windows.length === 0 && silences.length === 0 && config.parents.length === 0) return CALM
  const maintenance = maintenanceAt(windows, name, at, nextOccurrence)
  const silenced = silencesAt(silences, at)
  return {
    surroundings: {
      maintenance: maintenance.active,
      silences: silenced.active,
      parentsDown: config.parents.filter(parent => parentsDown.has(workspaceId, parent)),
    },
    changesAt: earlier(maintenance.changesAt, silenced.changesAt),
  }
}

/** The earlier of two times, of which either may be missing. */
export function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}
