import type { UptimeDay } from '../../decide/uptime.ts'
import { dayOf } from '../../ground/ids.ts'
import type { Status } from '../../ground/vocabulary.ts'
import type { Facts, Incident, Maintenance } from './facts.ts'

/** How everything together stands, and in words. */
export function overall({ groups }: Facts): { status: Status; words: string } {
  const statuses = groups.flatMap(({ services }) => services.map(({ status }) => status))
  const count = (status: Status) => statuses.filter(one => one === status).length
  const down = count('down')
  if (down > 0 && down === statuses.length && down > 1) return { status: 'down', words: 'Everything is down' }
  if (down > 0) return { status: 'down', words: `${services(down)} down` }
  const degraded = count('degraded')
  if (degraded > 0) return { status: 'degraded', words: `${services(degraded)} degraded` }
  const maintained = count('maintenance')
  if (maintained > 0) return { status: 'maintenance', words: `${services(maintained)} in maintenance` }
  if (count('operational') === 0) return { status: 'unknown', words: 'Nothing is known yet' }
  if (count('unknown') > 0)
    return { status: 'operational', words: 'Everything that is known of is operational' }
  return { status: 'operational', words: 'All services are operational' }
}

function services(count: number): string {
  return count === 1 ? '1 service is' : `${count} services are`
}

export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  operational: 'Operational',
  degraded: 'Degraded',
  down: 'Down',
  maintenance: 'Maintenance',
  unknown: 'Unknown',
}

/** The status that a day's bar has: the worst of any length, and unknown only when there was nothing else. */
export function statusOfDay({ spent }: UptimeDay): Status {
  for (const status of ['down', 'degraded', 'maintenance', 'operational'] as const)
    if (spent[status] > 0) return status
  return 'unknown'
}

/** `99.98 %`: rounded down, so that 100 % means that nothing was wrong. */
export function percent(value: number | null): string {
  return value === null ? 'no data' : `${Math.floor(value * 100) / 100} %`
}

/** `2024-05-14: down for 12 min, degraded for 1 h 5 min` */
export function dayInWords(day: UptimeDay): string {
  const troubles = (['down', 'degraded', 'maintenance'] as const)
    .filter(status => day.spent[status] > 0)
    .map(
      status =>
        `${status === 'maintenance' ? 'in maintenance' : status} for ${lengthInWords(day.spent[status])}`,
    )
  const otherwise = day.spent.operational > 0 ? 'operational' : 'no data'
  return `${dayOf(day.day)}: ${troubles.length > 0 ? troubles.join(', ') : otherwise}`
}

/** `1 h 5 min`; `ms` long. */
export function lengthInWords(ms: number): string {
  const minutes = Math.round(ms / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** What happened, without any detail of how it was seen. */
export function headline({ service, status, resolvedAt }: Incident): string {
  if (resolvedAt !== null) return `${service} had a problem`
  return status === 'degraded' ? `${service} is degraded` : `${service} is down`
}

export function stateOf({ resolvedAt, acknowledgedAt }: Incident): 'Resolved' | 'Being worked on' | 'Open' {
  return resolvedAt !== null ? 'Resolved' : acknowledgedAt !== null ? 'Being worked on' : 'Open'
}

export function maintenanceHeadline({ services, startsAt }: Maintenance, now: number): string {
  return `${startsAt <= now ? 'Maintenance under way' : 'Scheduled maintenance'}: ${services.join(', ')}`
}

const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** `14 May 2024, 09:23 UTC` */
export function timeInWords(at: number): string {
  return `${TIME.format(at)} UTC`
}
