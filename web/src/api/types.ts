import type { components, operations } from '../../../sdk/client/src/index.ts'

export type { StreamQuery } from '../../../sdk/client/src/index.ts'

type Schemas = components['schemas']

export type Endpoint = Schemas['Endpoint']
export type EndpointInput = operations['createEndpoint']['requestBody']['content']['application/json']
export type EndpointPatch = NonNullable<
  operations['updateEndpoint']['requestBody']
>['content']['application/json']
export type EndpointKind = Schemas['EndpointKinds']['data'][number]
export type TestInput = NonNullable<operations['testEndpoint']['requestBody']>['content']['application/json']
export type Filter = Schemas['Filter']
export type TlsReport = Schemas['TlsReport']
export type Attempt = Schemas['Attempt']
export type Delivery = Schemas['Delivery']
export type DeliveryStats = Schemas['DeliveryStats']
export type DeliveryDetail = Schemas['DeliveryDetail']
export type DeliveryChange = Schemas['DeliveryChange']
export type EventSummary = Schemas['EventSummary']
export type Event = Schemas['Event']
export type Monitor = Schemas['Monitor']
export type Threshold = Monitor['thresholds'][number]
export type MonitorInput = operations['createMonitor']['requestBody']['content']['application/json']
export type Uptime = Schemas['Uptime']
export type StatusPage = Schemas['StatusPage']
export type StatusPageInput = Schemas['StatusPageInput']
export type Incident = Schemas['Incident']
export type IncidentSummary = Schemas['IncidentSummary']

export type Severity = EventSummary['severity']
export type EventType = EventSummary['event_type']
export type Status = EventSummary['status']
export type DeliveryStatus = Delivery['status']

export const SEVERITIES: readonly Severity[] = ['critical', 'warning', 'info']
export const EVENT_TYPES: readonly EventType[] = [
  'incident.opened',
  'incident.updated',
  'incident.acknowledged',
  'incident.resolved',
  'status.changed',
  'metric.breached',
  'metric.cleared',
]
export const STATUSES: readonly Status[] = ['operational', 'degraded', 'down', 'maintenance', 'unknown']
export const DELIVERY_STATUSES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'cancelled']
export const INCIDENT_STATES: readonly Incident['state'][] = ['open', 'acknowledged', 'resolved']

export type SessionState = Schemas['SessionState']
export type SignedOut = Schemas['SignedOut']
export type Who = Schemas['Who']
export type Role = Who['workspace']['role']
export type Session = Schemas['Session']
export type Member = Schemas['Member']
export type Operator = Schemas['Operator']
export type Invitation = Schemas['Invitation']
export type AccountLink = Schemas['Link']

export const ROLES: readonly Role[] = ['owner', 'admin', 'responder', 'viewer']
