import type { FastifyInstance } from 'fastify'
import { unacceptable } from '../../ground/errors.ts'
import { listMetrics, readPoints } from '../../store/samples.ts'
import { addOperation } from '../operation.ts'
import { timeOf } from '../schemas/common.ts'
import {
  MAX_SAMPLES,
  metricNames,
  points,
  samplesAccepted,
  samplesInput,
  samplesQuery,
} from '../schemas/metric.ts'
import type { Services } from '../services.ts'
import { MONITOR_ID, monitorOr404 } from './monitors.ts'

const DAY_MS = 86_400_000
const MAX_SPAN_MS = 366 * DAY_MS
const BODY_LIMIT = 4 * 1024 * 1024

/** `/v1/metrics` and `/v1/monitors/{id}/samples`: samples in and out. */
export function metricRoutes(app: FastifyInstance, services: Services): void {
  addAccept(app, services)
  addSamples(app, services)
  addMetrics(app, services)
}

function addAccept(app: FastifyInstance, { detector }: Services): void {
  addOperation(app, {
    id: 'acceptSamples',
    method: 'POST',
    path: '/v1/metrics',
    tag: 'Metrics',
    summary: 'Send samples of metrics',
    description:
      `Accepts up to ${MAX_SAMPLES} samples, and holds them against the thresholds of their monitors. An unknown monitor is made, ` +
      'of kind `metric`, unless the workspace forbids that. The answer comes once they are committed, with what was decided. For ' +
      'graphs, one sample a second of each metric is kept.',
    access: 'ingest',
    audit: { exempt: 'intake: the record of events has it' },
    body: samplesInput,
    bodyExamples: {
      two: {
        summary: 'Two samples',
        value: {
          samples: [
            {
              monitor_name: 'checkout-service-redis',
              metric: 'error_rate_pct',
              value: 12.4,
              region: 'us-west-2',
            },
            { monitor_name: 'orders', metric: 'queue_length', value: 17, time: '2024-05-14T09:23:11Z' },
          ],
        },
      },
    },
    bodyLimit: BODY_LIMIT,
    answers: { 202: { description: 'Committed.', schema: samplesAccepted } },
    problems: [413, 415, 422],
    handler: async ({ caller, body, request }) => {
      const sightings = body.samples.map(({ monitor_name, metric, value, time, region }) => ({
        monitorName: monitor_name,
        observation: {
          kind: 'sample' as const,
          time: time ?? request.receivedAt,
          metric,
          value,
          region: region ?? null,
        },
      }))
      const { unknown } = await detector.observe(caller.workspaceId, sightings)
      const refused = new Set(unknown)
      return {
        accepted: sightings.filter(({ monitorName }) => !refused.has(monitorName)).length,
        unknown_monitors: [...unknown],
      }
    },
  })
}

function addSamples(app: FastifyInstance, services: Services): void {
  const { database, clock } = services
  addOperation(app, {
    id: 'listSamples',
    method: 'GET',
    path: '/v1/monitors/{id}/samples',
    tag: 'Metrics',
    summary: 'Show a metric of a monitor over time',
    description:
      'Samples of a metric, summed up to points of a graph. Those of checks are there within ten seconds. `response_time_ms` and ' +
      '`error_rate_pct` come of checks, `tls_days_left` of those with TLS, `run_time_ms` of heartbeats.',
    access: 'read',
    params: MONITOR_ID,
    query: samplesQuery,
    answers: { 200: { description: 'The points.', schema: points } },
    problems: [404],
    handler: async ({ caller, params, query }) => {
      const to = query.to ?? clock.now()
      const from = query.from ?? to - DAY_MS
      if (from >= to) throw unacceptable('from', 'must be before to')
      if (to - from > MAX_SPAN_MS) throw unacceptable('from', 'must be at most 366 days before to')
      const stepMs = Math.max(1_000, Math.ceil((to - from) / query.points / 1_000) * 1_000)
      const monitor = await monitorOr404(services, caller.workspaceId, params.id)
      const found = await readPoints(database, monitor, query.metric, { from, to, stepMs })
      return {
        metric: query.metric,
        from: timeOf(from),
        to: timeOf(to),
        step_s: stepMs / 1_000,
        data: found.map(({ at, ...figures }) => ({ time: timeOf(at), ...figures })),
      }
    },
  })
}

function addMetrics(app: FastifyInstance, services: Services): void {
  addOperation(app, {
    id: 'listMetrics',
    method: 'GET',
    path: '/v1/monitors/{id}/metrics',
    tag: 'Metrics',
    summary: 'List the metrics of a monitor',
    description: 'Names of the metrics that there are samples of.',
    access: 'read',
    params: MONITOR_ID,
    answers: { 200: { description: 'Their names.', schema: metricNames } },
    problems: [404],
    handler: async ({ caller, params }) => {
      const monitor = await monitorOr404(services, caller.workspaceId, params.id)
      return { data: await listMetrics(services.database, monitor) }
    },
  })
}
