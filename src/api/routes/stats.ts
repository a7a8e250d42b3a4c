import type { FastifyInstance } from 'fastify'
import { unacceptable } from '../../ground/errors.ts'
import { deliveryStats, type Latencies, type Outcomes } from '../../store/delivery-stats.ts'
import { addOperation } from '../operation.ts'
import { timeOf } from '../schemas/common.ts'
import { deliveryStats as schema, statsQuery } from '../schemas/stats.ts'
import type { Services } from '../services.ts'

const HOUR_MS = 3_600_000
const MAX_SPAN_MS = 31 * 24 * HOUR_MS
/** Attempts that a step is judged by at most. */
const PER_STEP = 2_000
const MONITORS = 20

/** `/v1/stats/deliveries`: how deliveries went over time. */
export function statsRoutes(app: FastifyInstance, { database, clock }: Services): void {
  addOperation(app, {
    id: 'getDeliveryStats',
    method: 'GET',
    path: '/v1/stats/deliveries',
    tag: 'Deliveries',
    summary: 'Show how deliveries went over time',
    description:
      'Attempts by outcome, and percentiles of latency, over a span of at most 31 days: in all, step by step, by endpoint.',
    access: 'read',
    query: statsQuery,
    answers: { 200: { description: 'The figures.', schema } },
    problems: [422],
    handler: async ({ caller, query }) => {
      const until = query.until ?? clock.now()
      const since = query.since ?? until - HOUR_MS
      if (since >= until) throw unacceptable('since', 'must be before until')
      if (until - since > MAX_SPAN_MS) throw unacceptable('since', 'must be at most 31 days before until')
      const stepMs = (until - since) / query.steps
      const stats = await deliveryStats(
        database,
        caller.workspaceId,
        { since, stepMs, steps: query.steps },
        PER_STEP,
      )
      return {
        since: timeOf(since),
        until: timeOf(until),
        step_s: stepMs / 1000,
        total: show(stats.total),
        steps: stats.steps.map(show),
        endpoints: stats.endpoints.map(({ endpointId, steps, ...figures }) => ({
          endpoint_id: endpointId,
          ...show(figures),
          steps,
        })),
        monitors: stats.monitors
          .slice(0, MONITORS)
          .map(({ monitorName, sent }) => ({ monitor_name: monitorName, sent })),
        is_sampled: stats.isSampled,
      }
    },
  })
}

function show({ ours, theirs, delivered, retry, failed }: Outcomes & Latencies) {
  return { delivered, retry, failed, ours_ms: ours, theirs_ms: theirs }
}
