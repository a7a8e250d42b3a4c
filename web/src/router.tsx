import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import type { DeliveryFilters, IncidentFilters } from './api/queries.ts'
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

const settings = createRoute({
  getParentRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/layout.tsx'), 'SettingsLayout'),
})
const inSettings = () => settings

const settingsHome = createRoute({
  getParentRoute: inSettings,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/status-page', replace: true })
  },
})

const settingsStatusPage = createRoute({
  getParentRoute: inSettings,
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
    settings.addChildren([settingsHome, settingsStatusPage]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
