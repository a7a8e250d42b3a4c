import type { FastifyInstance } from 'fastify'
import { uptimeOf, uptimePercent } from '../../decide/uptime.ts'
import { dayOf } from '../../ground/ids.ts'
import { findMonitors, type Monitor } from '../../store/monitors.ts'
import { loadHistories, loadLatencies } from '../../store/status-history.ts'
import { addOperation } from '../operation.ts'
import { uptime, uptimeQuery, uptimes, uptimesQuery } from '../schemas/uptime.ts'
import type { Services } from '../services.ts'
import { MONITOR_ID, monitorOr404 } from './monitors.ts'

const DAY_MS = 86_400_000

/** `/v1/uptime` and `/v1/monitors/{id}/uptime`: how long monitors had each status, by day. */
export function uptimeRoutes(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'getUptime',
    method: 'GET',
    path: '/v1/monitors/{id}/uptime',
    tag: 'Monitors',
    summary: 'Show the uptime of a monitor',
    description:
      'How long a monitor was operational, degraded, down, in maintenance or unknown, day by day (UTC).',
    access: 'read',
    params: MONITOR_ID,
    query: uptimeQuery,
    answers: { 200: { description: 'Its days.', schema: uptime } },
    problems: [404],
    handler: async ({ caller, params, query }) => {
      const monitor = await monitorOr404(services, caller.workspaceId, params.id)
      const [shown] = await show(services, [monitor], query.days)
      return shown
    },
  })
  addOperation(app, {
    id: 'listUptimes',
    method: 'GET',
    path: '/v1/uptime',
    tag: 'Monitors',
    summary: 'Show the uptime of many monitors',
    description: 'The same of up to 200 monitors at once, by name.',
    access: 'read',
    query: uptimesQuery,
    answers: { 200: { description: 'Those that there are.', schema: uptimes } },
    handler: async ({ caller, query }) => {
      const { database, sealer } = services
      const monitors = await findMonitors(database, sealer, caller.workspaceId, query.monitor_ids)
      return { data: await show(services, monitors, query.days) }
    },
  })
}

async function show({ database, clock }: Services, monitors: readonly Monitor[], days: number) {
  const now = clock.now()
  const [histories, latencies] = await Promise.all([
    loadHistories(database, monitors, { from: now - days * DAY_MS, now }),
    loadLatencies(database, monitors, now),
  ])
  return monitors.map(({ id }) => {
    const spans = uptimeOf(histories.get(id) ?? { changes: [], unwatched: [] }, days, now)
    return {
      monitor_id: id,
      uptime_pct: uptimePercent(spans),
      days: spans.map(({ day, spent }) => ({
        day: dayOf(day),
        operational_s: spent.operational / 1_000,
        degraded_s: spent.degraded / 1_000,
        down_s: spent.down / 1_000,
        maintenance_s: spent.maintenance / 1_000,
        unknown_s: spent.unknown / 1_000,
      })),
      latency_ms: latencies.get(id) ?? [],
    }
  })
}
