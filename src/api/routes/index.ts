import type { FastifyInstance } from 'fastify'
import type { Accounts } from '../accounts/accounts.ts'
import { referencePage } from '../reference-page.ts'
import type { Services } from '../services.ts'
import { keyRoutes, workspaceRoutes } from './account.ts'
import { accountLinkRoutes } from './account-links.ts'
import { auditRoutes } from './audit.ts'
import { codeRoutes } from './code.ts'
import { deliveryRoutes } from './deliveries.ts'
import { endpointActionRoutes } from './endpoint-actions.ts'
import { endpointKindRoutes } from './endpoint-kinds.ts'
import { endpointRoutes } from './endpoints.ts'
import { eventRoutes } from './events.ts'
import { forwarderRoutes } from './forwarders.ts'
import { heartbeatRoutes } from './heartbeats.ts'
import { incidentRoutes } from './incidents.ts'
import { installationRoutes } from './installation.ts'
import { intakeRoutes } from './intake.ts'
import { maintenanceRoutes } from './maintenance.ts'
import { memberRoutes } from './members.ts'
import { metricRoutes } from './metrics.ts'
import { monitorTrialRoutes } from './monitor-trial.ts'
import { monitorRoutes } from './monitors.ts'
import { operatorRoutes } from './operators.ts'
import { queueRoutes } from './queues.ts'
import { serviceRoutes } from './service.ts'
import { sessionRoutes } from './session.ts'
import { silenceRoutes } from './silences.ts'
import { singleSignOnRoutes } from './single-sign-on.ts'
import { statsRoutes } from './stats.ts'
import { statusPageRoutes } from './status-page.ts'
import { streamRoutes } from './stream.ts'
import { templateRoutes } from './templates.ts'
import { uptimeRoutes } from './uptime.ts'
import { userRoutes } from './users.ts'

/** Every route of the API, in the order of the document. */
export function addRoutes(app: FastifyInstance, services: Services, accounts: Accounts): void {
  eventRoutes(app, services)
  endpointKindRoutes(app)
  endpointRoutes(app, services)
  endpointActionRoutes(app, services)
  templateRoutes(app, services)
  deliveryRoutes(app, services)
  statsRoutes(app, services)
  streamRoutes(app, services)
  queueRoutes(app, services)
  forwarderRoutes(app, services)
  monitorRoutes(app, services)
  monitorTrialRoutes(app, services)
  heartbeatRoutes(app, services)
  metricRoutes(app, services)
  uptimeRoutes(app, services)
  incidentRoutes(app, services)
  silenceRoutes(app, services)
  maintenanceRoutes(app, services)
  statusPageRoutes(app, services)
  intakeRoutes(app, services)
  codeRoutes(app, services)
  keyRoutes(app, services)
  workspaceRoutes(app, services)
  sessionRoutes(app, services, accounts)
  singleSignOnRoutes(app, services, accounts)
  userRoutes(app, services, accounts)
  memberRoutes(app, services, accounts)
  accountLinkRoutes(app, services, accounts)
  operatorRoutes(app, services)
  auditRoutes(app, services)
  installationRoutes(app, services)
  serviceRoutes(app, services)
  referencePage(app)
}
