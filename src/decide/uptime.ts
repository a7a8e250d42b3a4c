import { STATUSES, type Status } from '../ground/vocabulary.ts'

export const DAY_MS = 86_400_000

/** What is kept of a monitor's statuses. Times are ms since the epoch. */
export interface StatusHistory {
  /** In order; each holds until the next, the last until now. Before the first, nothing is known. */
  readonly changes: readonly { readonly since: number; readonly status: Status }[]
  /** When nobody watched: unknown, whatever the status was. In order of `since`. */
  readonly unwatched: readonly { readonly since: number; readonly until: number }[]
}

/** How long a monitor had each status in one day (UTC), ms. */
export interface UptimeDay {
  /** Its start, ms since the epoch. */
  readonly day: number
  readonly spent: Readonly<Record<Status, number>>
}

/**
 * The last `days` days, today's last and up to `now` only: a day's times add up to its length so far, to the millisecond.
 * @param now ms since the epoch
 */
export function uptimeOf({ changes, unwatched }: StatusHistory, days: number, now: number): UptimeDay[] {
  const first = startOfDay(now) - (days - 1) * DAY_MS
  const all = Array.from({ length: days }, (_, index) => ({ day: first + index * DAY_MS, spent: nothing() }))
  let at = first
  let change = 0
  let gap = 0
  while (at < now) {
    while (change < changes.length && changes[change]!.since <= at) change++
    while (gap < unwatched.length && unwatched[gap]!.until <= at) gap++
    const { since = now, until = now } = unwatched[gap] ?? {}
    const isWatched = since > at
    const day = Math.floor((at - first) / DAY_MS)
    const end = Math.min(
      now,
      first + (day + 1) * DAY_MS,
      changes[change]?.since ?? now,
      isWatched ? since : until,
    )
    all[day]!.spent[isWatched ? (changes[change - 1]?.status ?? 'unknown') : 'unknown'] += end - at
    at = end
  }
  return all
}

/**
 * The share of time in which a monitor could be used, in percent: not down, of the time that is known of and was no
 * maintenance. null: there is no such time.
 */
export function uptimePercent(days: readonly UptimeDay[]): number | null {
  let usable = 0
  let down = 0
  for (const { spent } of days) {
    usable += spent.operational + spent.degraded
    down += spent.down
  }
  return usable + down === 0 ? null : (100 * usable) / (usable + down)
}

/** Midnight in UTC, ms since the epoch. */
export function startOfDay(at: number): number {
  return at - (at % DAY_MS)
}

function nothing(): Record<Status, number> {
  return Object.fromEntries(STATUSES.map(status => [status, 0])) as Record<Status, number>
}
