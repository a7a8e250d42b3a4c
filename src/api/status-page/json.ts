import { dayOf } from '../../ground/ids.ts'
import { timeOf, timeOrNull } from '../schemas/common.ts'
import type { Facts } from './facts.ts'
import { overall, statusOfDay } from './words.ts'

/** What the page tells, for programs. */
export function writeJson(facts: Facts): string {
  const { status, words } = overall(facts)
  return JSON.stringify({
    title: facts.title,
    description: facts.description,
    status,
    summary: words,
    updated_at: timeOf(facts.at),
    groups: facts.groups.map(({ name, services }) => ({
      name,
      services: services.map(service => ({
        name: service.name,
        status: service.status,
        uptime_pct: service.uptime,
        days: service.days.map(day => ({
          day: dayOf(day.day),
          status: statusOfDay(day),
          down_s: day.spent.down / 1_000,
          degraded_s: day.spent.degraded / 1_000,
        })),
      })),
    })),
    incidents: (facts.incidents ?? []).map(incident => ({
      id: incident.id,
      service: incident.service,
      status: incident.resolvedAt === null ? incident.status : 'operational',
      started_at: timeOf(incident.startedAt),
      acknowledged_at: timeOrNull(incident.acknowledgedAt),
      resolved_at: timeOrNull(incident.resolvedAt),
      updates: incident.updates.map(({ at, text }) => ({ at: timeOf(at), text })),
    })),
    maintenance: facts.maintenance.map(({ services, startsAt, endsAt }) => ({
      services,
      starts_at: timeOf(startsAt),
      ends_at: timeOf(endsAt),
    })),
  })
}
