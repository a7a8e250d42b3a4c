import type { FastifyInstance } from 'fastify'
import { isCheckKind } from '../../detect/checks/index.ts'
import { monitorSchema } from '../../detect/monitor-settings.ts'
import { notFound, unacceptable } from '../../ground/errors.ts'
import { findMonitor } from '../../store/monitors.ts'
import { newMonitor, patchedMonitor } from '../monitor-input.ts'
import { addOperation } from '../operation.ts'
import { lastCheck, monitorTrial } from '../schemas/monitor.ts'
import type { Services } from '../services.ts'

/** `POST /v1/monitors/try`: what a check would find, before there is a monitor. */
export function monitorTrialRoutes(app: FastifyInstance, services: Services): void {
  const { database, sealer, policy, trials } = services
  addOperation(app, {
    id: 'tryMonitor',
    method: 'POST',
    path: '/v1/monitors/try',
    tag: 'Monitors',
    summary: 'Try a check now',
    description:
      'Makes the check of a monitor once and answers with what it found; nothing is kept, and no status changes. With ' +
      '`monitor_id` the rest is a change of that monitor, so that its secrets need not be given again.',
    access: 'admin',
    audit: { exempt: 'nothing is changed or kept by it' },
    body: monitorTrial,
    bodyExamples: {
      http: {
        summary: 'A page',
        value: { kind: 'http', spec: { url: 'https://shop.example.com/health' }, timeout_ms: 5000 },
      },
      change: {
        summary: 'A monitor that there is, with another expectation',
        value: { monitor_id: 'mon_01jz8m4x5c00k3v9q2w7d1a0b3', spec: { expected_statuses: ['200'] } },
      },
    },
    answers: { 200: { description: 'What the check found, good or bad.', schema: lastCheck } },
    problems: [404, 415, 422],
    handler: async ({ caller, body }) => {
      const { monitor_id: id, ...given } = body
      const before = id ? await findMonitor(database, sealer, caller.workspaceId, id) : null
      if (id && !before) throw notFound('monitor', id)
      const { kind, settings, secrets } = before
        ? patchedMonitor(before, given, policy)
        : newMonitor({ name: 'trial', ...given }, policy)
      if (!isCheckKind(kind))
        throw unacceptable('kind', 'must be one that is checked from here: http, tcp, tls or dns')
      const { timeout_ms: timeoutMs = 0, region } = monitorSchema(kind).parse({
        ...settings,
        name: 'trial',
        kind,
        spec: secrets.spec,
      })
      return trials.run(kind, secrets.spec, { timeoutMs, region })
    },
  })
}
