import { isGlob, parseGlob } from '../ground/glob.ts'
import type { NextOccurrence, Surroundings } from './decision.ts'

/** A time in which trouble is expected. */
export interface MaintenanceWindow {
  readonly id: string
  readonly name: string
  /** Names and globs; empty: all monitors. */
  readonly monitors: readonly string[]
  readonly when: OneOffWindow | RecurringWindow
}

export interface OneOffWindow {
  readonly kind: 'once'
  readonly startsAt: number
  /** Not part of the window any more. */
  readonly endsAt: number
}

/** From every time that a cron expression names in a time zone (IANA name), for `durationMs`. */
export interface RecurringWindow {
  readonly kind: 'recurring'
  readonly cron: string
  readonly timeZone: string
  readonly durationMs: number
}

export interface MaintenanceNow {
  readonly active: Surroundings['maintenance']
  /** When this may have to be asked again; null: never. */
  readonly changesAt: number | null
}

/** The maintenance that a monitor is in at a time, if any, and until when that is certain. */
export function maintenanceAt(
  windows: readonly MaintenanceWindow[],
  monitorName: string,
  at: number,
  nextOccurrence: NextOccurrence,
): MaintenanceNow {
  let active: Surroundings['maintenance'] = null
  let changesAt: number | null = null
  for (const window of windows) {
    if (!appliesTo(window, monitorName)) continue
    const span = spanFrom(window.when, at, nextOccurrence)
    if (span === null) continue
    const isActive = span.startsAt <= at
    if (isActive) active ??= { id: window.id, name: window.name }
    const change = isActive ? span.endsAt : span.startsAt
    changesAt = changesAt === null ? change : Math.min(changesAt, change)
  }
  return { active, changesAt }
}

/** Whether a window is for a monitor, whenever it is. */
function appliesTo({ monitors }: MaintenanceWindow, monitorName: string): boolean {
  return monitors.length === 0 || monitors.some(text => matcherOf(text)(monitorName))
}

/** The span of a window that a time lies in, or else the next one; null: there is none any more. */
export function spanFrom(
  when: MaintenanceWindow['when'],
  at: number,
  nextOccurrence: NextOccurrence,
): { readonly startsAt: number; readonly endsAt: number } | null {
  if (when.kind === 'once') return when.endsAt > at ? when : null
  // The first start after this is one whose span is not over.
  const startsAt = nextOccurrence(when.cron, when.timeZone, at - when.durationMs)
  return startsAt === null ? null : { startsAt, endsAt: startsAt + when.durationMs }
}

function matcherOf(text: string): (name: string) => boolean {
  return isGlob(text) ? parseGlob(text).matches : name => name === text
}
