import type { FastifyInstance } from 'fastify'
import { Intake } from '../intake.ts'
import type { Services } from '../services.ts'
import { intakeAlertRoutes } from './intake-alerts.ts'
import { intakeCloudEventRoutes } from './intake-cloudevents.ts'
import { intakeMetricRoutes } from './intake-metrics.ts'
import { intakeRuleRoutes } from './intake-rules.ts'

/** What other systems say: alerts, events and metrics in their own forms. */
export function intakeRoutes(app: FastifyInstance, services: Services): void {
  const intake = new Intake(services)
  intakeAlertRoutes(app, intake)
  intakeCloudEventRoutes(app, intake)
  intakeMetricRoutes(app, intake)
  intakeRuleRoutes(app, intake)
}
