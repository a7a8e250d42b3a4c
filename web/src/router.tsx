import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  redirect,
} from '@tanstack/react-router'
import type { DeliveryFilters, IncidentFilters } from './api/queries.ts'
import type { AuditFilters } from './api/settings.ts'
import {
  DELIVERY_STATUSES,
  type EventType,
  INCIDENT_STATES,
  type Severity,
  STATUSES,
  type Status,
} from './api/types.ts'
import { NotFound, Root, RouteFailure } from './layout/root.tsx'

const root = createRootRoute({ component: Root, notFoundComponent: NotFound, errorComponent: RouteFailure })
const getParentRoute = () => root

const home = createRoute({
  getParentRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/overview', replace: true })
  },
})

const overview = createRoute({
  getParentRoute,
  path: '/overview',
  component: lazyRouteComponent(() => import('./pages/overview/page.tsx'), 'OverviewPage'),
  validateSearch: (search): { minutes?: number } => {
    const minutes = Number(search.minutes)
    return minutes > 0 ? { minutes } : {}
  },
})

const webhooks = createRoute({
  getParentRoute,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('./pages/webhooks/list.tsx'), 'WebhooksPage'),
})

const newWebhook = createRoute({
  getParentRoute,
  path: '/webhooks/new',
  component: lazyRouteComponent(() => import('./pages/webhooks/new.tsx'), 'NewWebhookPage'),
})

const setUpWebhook = createRoute({
  getParentRoute,
  path: '/webhooks/$id/set-up',
  component: lazyRouteComponent(() => import('./pages/webhooks/set-up.tsx'), 'SetUpPage'),
  validateSearch: (search): { step?: number } => {
    const step = Number(search.step)
    return Number.isInteger(step) && step >= 1 && step <= 6 ? { step } : {}
  },
})

const webhook = createRoute({
  getParentRoute,
  path: '/webhooks/$id',
  component: lazyRouteComponent(() => import('./pages/webhooks/detail.tsx'), 'WebhookPage'),
})

const deliveries = createRoute({
  getParentRoute,
  path: '/deliveries',
  component: lazyRouteComponent(() => import('./pages/deliveries/list.tsx'), 'DeliveriesPage'),
  validateSearch: deliveryFilters,
})

const delivery = createRoute({
  getParentRoute,
  path: '/deliveries/$id',
  component: lazyRouteComponent(() => import('./pages/deliveries/detail.tsx'), 'DeliveryPage'),
})

const event = createRoute({
  getParentRoute,
  path: '/events/$id',
  component: lazyRouteComponent(() => import('./pages/events/detail.tsx'), 'EventPage'),
})

/** What the live page shows; left out: everything. */
export interface LiveFilters {
  types?: ('event' | 'delivery' | 'attempt')[]
  endpoint_id?: string
  monitor?: string
  severity?: Severity[]
  event_type?: EventType[]
}

const live = createRoute({
  getParentRoute,
  path: '/live',
  component: lazyRouteComponent(() => import('./pages/live/page.tsx'), 'LivePage'),
  validateSearch: (search): LiveFilters => search as LiveFilters,
})

const monitors = createRoute({
  getParentRoute,
  path: '/monitors',
  component: lazyRouteComponent(() => import('./pages/monitors/list.tsx'), 'MonitorsPage'),
  validateSearch: (search): { search?: string; status?: Status } => {
    const status = STATUSES.find(one => one === search.status)
    return { ...(search.search ? { search: String(search.search) } : {}), ...(status && { status }) }
  },
})

const monitor = createRoute({
  getParentRoute,
  path: '/monitors/$id',
  component: lazyRouteComponent(() => import('./pages/monitors/detail.tsx'), 'MonitorPage'),
})

const incidents = createRoute({
  getParentRoute,
  path: '/incidents',
  component: lazyRouteComponent(() => import('./pages/incidents/list.tsx'), 'IncidentsPage'),
  validateSearch: (search): IncidentFilters => {
    const state = INCIDENT_STATES.find(one => one === search.state)
    return { ...(state && { state }), ...(search.monitor ? { monitor: String(search.monitor) } : {}) }
  },
})

const incident = createRoute({
  getParentRoute,
  path: '/incidents/$id',
  component: lazyRouteComponent(() => import('./pages/incidents/detail.tsx'), 'IncidentPage'),
})

const quiet = createRoute({
  getParentRoute,
  path: '/quiet',
  component: lazyRouteComponent(() => import('./pages/quiet/page.tsx'), 'QuietPage'),
  validateSearch: (search): { monitor?: string } =>
    search.monitor ? { monitor: String(search.monitor) } : {},
})

/** Where single sign-on leads back to when it failed; who is in has nothing to do there. */
const signIn = createRoute({
  getParentRoute,
  path: '/sign-in',
  component: () => <Navigate to="/overview" replace />,
  validateSearch: (search): { refused?: string } =>
    search.refused ? { refused: String(search.refused) } : {},
})

const join = createRoute({
  getParentRoute,
  path: '/join',
  component: lazyRouteComponent(() => import('./pages/accounts/join.tsx'), 'JoinPage'),
})

const settings = createRoute({
  getParentRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/layout.tsx'), 'SettingsLayout'),
})
const underSettings = () => settings

const settingsHome = createRoute({
  getParentRoute: underSettings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/account', replace: true })
  },
})

const accountSettings = createRoute({
  getParentRoute: underSettings,
  path: '/account',
  component: lazyRouteComponent(() => import('./pages/settings/account.tsx'), 'AccountPage'),
})

const memberSettings = createRoute({
  getParentRoute: underSettings,
  path: '/members',
  component: lazyRouteComponent(() => import('./pages/settings/members.tsx'), 'MembersPage'),
})

const settingsKeys = createRoute({
  getParentRoute: underSettings,
  path: '/keys',
  component: lazyRouteComponent(() => import('./pages/settings/keys.tsx'), 'KeysPage'),
})

const settingsWorkspaces = createRoute({
  getParentRoute: underSettings,
  path: '/workspaces',
  component: lazyRouteComponent(() => import('./pages/settings/workspaces.tsx'), 'WorkspacesPage'),
})

const settingsQueues = createRoute({
  getParentRoute: underSettings,
  path: '/queues',
  component: lazyRouteComponent(() => import('./pages/settings/queues.tsx'), 'QueuesPage'),
})

const settingsNodes = createRoute({
  getParentRoute: underSettings,
  path: '/nodes',
  component: lazyRouteComponent(() => import('./pages/settings/nodes.tsx'), 'NodesPage'),
})

const settingsRetention = createRoute({
  getParentRoute: underSettings,
  path: '/retention',
  component: lazyRouteComponent(() => import('./pages/settings/retention.tsx'), 'RetentionPage'),
})

const settingsAudit = createRoute({
  getParentRoute: underSettings,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/settings/audit.tsx'), 'AuditPage'),
  validateSearch: (search): AuditFilters => {
    const filters: AuditFilters = {}
    for (const name of ['actor', 'operation', 'target'] as const)
      if (search[name]) filters[name] = String(search[name])
    for (const name of ['since', 'until'] as const) {
      const at = Date.parse(String(search[name]))
      if (!Number.isNaN(at)) filters[name] = new Date(at).toISOString()
    }
    return filters
  },
})

const settingsStatusPage = createRoute({
  getParentRoute: underSettings,
  path: '/status-page',
  component: lazyRouteComponent(() => import('./pages/settings/status-page.tsx'), 'StatusPagePage'),
})

/** Of a URL that somebody may have written: what cannot be is left out. */
function deliveryFilters(search: Record<string, unknown>): DeliveryFilters {
  const filters: DeliveryFilters = {}
  const status = DELIVERY_STATUSES.find(one => one === search.status)
  if (status) filters.status = status
  const code = Number(search.status_code)
  if (Number.isInteger(code) && code >= 100 && code <= 999) filters.status_code = code
  for (const name of ['endpoint_id', 'monitor', 'event_id'] as const) {
    if (search[name]) filters[name] = String(search[name])
  }
  for (const name of ['since', 'until'] as const) {
    const at = Date.parse(String(search[name]))
    if (!Number.isNaN(at)) filters[name] = new Date(at).toISOString()
  }
  return filters
}

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    overview,
    webhooks,
    newWebhook,
    setUpWebhook,
    webhook,
    deliveries,
    delivery,
    event,
    live,
    monitors,
    monitor,
    incidents,
    incident,
    quiet,
    signIn,
    join,
    settings.addChildren([
      settingsHome,
      accountSettings,
      memberSettings,
      settingsKeys,
      settingsWorkspaces,
      settingsStatusPage,
      settingsQueues,
      settingsNodes,
      settingsRetention,
      settingsAudit,
    ]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
