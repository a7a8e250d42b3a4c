/** Ids of the first workspace's things, which the second one has got hold of. */
export interface Things {
  readonly workspaceId: string
  readonly endpointId: string
  readonly eventId: string
  readonly deliveryId: string
  readonly monitorId: string
  readonly incidentId: string
  readonly silenceId: string
  readonly windowId: string
  readonly keyId: string
  readonly replayId: string
  readonly forwarderId: string
  readonly userId: string
  readonly sessionId: string
  readonly invitationId: string
}

/** What the second workspace's admin tries, and the status that it must get. */
interface Attack {
  readonly path: string
  readonly body?: unknown
  readonly headers?: Record<string, string>
  readonly expected: number
  /** What a user gets, where that is something else. */
  readonly expectedOfUser?: number
}

const since = '2024-01-01T00:00:00Z'

/**
 * Every operation of the OpenAPI document, by id, with the first workspace's ids wherever it takes
 * one. 200 is for lists, which must come back without a trace of the first.
 */
export const ATTACKS: Readonly<Record<string, 'public' | ((things: Things) => Attack)>> = {
  acceptEvents: () => ({
    path: '/v1/events',
    // The first has an event of that id as well: each workspace has its own.
    body: { event_id: 'in-both', monitor_name: 'mine', status: 'down' },
    expected: 202,
  }),
  listEvents: () => ({ path: '/v1/events?limit=200&monitor=other', expected: 200 }),
  getEvent: things => ({ path: `/v1/events/${things.eventId}`, expected: 404 }),
  createEndpoint: () => ({ path: '/v1/endpoints', body: { url: 'http://127.0.0.1:18080/' }, expected: 201 }),
  listEndpoints: () => ({ path: '/v1/endpoints?limit=200', expected: 200 }),
  listEndpointKinds: () => ({ path: '/v1/endpoint-kinds', expected: 200 }),
  getEndpoint: things => ({ path: `/v1/endpoints/${things.endpointId}`, expected: 404 }),
  updateEndpoint: things => ({
    path: `/v1/endpoints/${things.endpointId}`,
    body: { url: 'http://127.0.0.1:18081/' },
    expected: 404,
  }),
  deleteEndpoint: things => ({ path: `/v1/endpoints/${things.endpointId}`, expected: 404 }),
  testEndpoint: things => ({ path: `/v1/endpoints/${things.endpointId}/test`, expected: 404 }),
  rotateEndpointSecret: things => ({
    path: `/v1/endpoints/${things.endpointId}/rotate-secret`,
    expected: 404,
  }),
  replayEndpoint: things => ({
    path: `/v1/endpoints/${things.endpointId}/replay`,
    body: { since },
    expected: 404,
  }),
  getReplay: things => ({ path: `/v1/replays/${things.replayId}`, expected: 404 }),
  previewEndpointTemplate: things => ({
    path: `/v1/endpoints/${things.endpointId}/template/preview`,
    body: { template: 'monitor_name', event_id: things.eventId },
    expected: 404,
  }),
  previewEndpointFilter: things => ({ path: `/v1/endpoints/${things.endpointId}/preview`, expected: 404 }),
  listDeliveries: things => ({
    path: `/v1/deliveries?limit=200&endpoint_id=${things.endpointId}&event_id=${things.eventId}`,
    expected: 200,
  }),
  getDelivery: things => ({ path: `/v1/deliveries/${things.deliveryId}`, expected: 404 }),
  replayDelivery: things => ({ path: `/v1/deliveries/${things.deliveryId}/replay`, expected: 404 }),
  listAttempts: things => ({
    path: `/v1/attempts?limit=200&delivery_id=${things.deliveryId}`,
    expected: 200,
  }),
  // A place that is none, so that the stream ends; what it shows is in test/api/stream.test.ts.
  openStream: things => ({ path: `/v1/stream?last_event_id=${things.eventId}`, expected: 400 }),
  createQueue: () => ({ path: '/v1/queues', body: { name: 'second-own' }, expected: 201 }),
  listQueues: () => ({ path: '/v1/queues?limit=200', expected: 200 }),
  getQueue: () => ({ path: '/v1/queues/firsts', expected: 404 }),
  deleteQueue: () => ({ path: '/v1/queues/firsts', expected: 404 }),
  readQueue: () => ({ path: '/v1/queues/firsts/messages?consumer=firsts', expected: 404 }),
  acknowledgeQueue: () => ({
    path: '/v1/queues/firsts/ack',
    body: { consumer: 'firsts', cursor: 'x' },
    expected: 404,
  }),
  deleteQueueConsumer: () => ({ path: '/v1/queues/firsts/consumers/firsts', expected: 404 }),
  createForwarder: () => ({
    path: '/v1/queues/firsts/forwarders',
    body: { broker: 'nats', url: 'nats://127.0.0.1:18080', subject: 'mine' },
    expected: 404,
  }),
  listForwarders: () => ({ path: '/v1/queues/firsts/forwarders', expected: 404 }),
  getForwarder: things => ({ path: `/v1/queues/firsts/forwarders/${things.forwarderId}`, expected: 404 }),
  updateForwarder: things => ({
    // A queue of that name, of its own.
    path: `/v1/queues/ops-integrations/forwarders/${things.forwarderId}`,
    body: { enabled: false },
    expected: 404,
  }),
  deleteForwarder: things => ({
    path: `/v1/queues/ops-integrations/forwarders/${things.forwarderId}`,
    expected: 404,
  }),
  createMonitor: () => ({ path: '/v1/monitors', body: { name: 'second-own' }, expected: 201 }),
  listMonitors: () => ({ path: '/v1/monitors?search=first', expected: 200 }),
  getMonitor: things => ({ path: `/v1/monitors/${things.monitorId}`, expected: 404 }),
  updateMonitor: things => ({
    path: `/v1/monitors/${things.monitorId}`,
    body: { severity: 'info' },
    expected: 404,
  }),
  // With the secrets of another's monitor.
  tryMonitor: things => ({
    path: '/v1/monitors/try',
    body: { monitor_id: things.monitorId, spec: { url: 'https://203.0.113.7/' } },
    expected: 404,
  }),
  getDeliveryStats: () => ({ path: '/v1/stats/deliveries', expected: 200 }),
  deleteMonitor: things => ({ path: `/v1/monitors/${things.monitorId}`, expected: 404 }),
  // By its token, which is nobody's business but the job's; by slug in one's own workspace only.
  pingHeartbeat: 'public',
  pingHeartbeatHead: 'public',
  pingHeartbeatPost: 'public',
  signalHeartbeat: 'public',
  signalHeartbeatHead: 'public',
  signalHeartbeatPost: 'public',
  acceptSamples: () => ({
    path: '/v1/metrics',
    body: { samples: [{ monitor_name: 'second-own', metric: 'queue_length', value: 1 }] },
    expected: 202,
  }),
  listSamples: things => ({
    path: `/v1/monitors/${things.monitorId}/samples?metric=queue_length`,
    expected: 404,
  }),
  getUptime: things => ({ path: `/v1/monitors/${things.monitorId}/uptime`, expected: 404 }),
  listUptimes: things => ({ path: `/v1/uptime?monitor_ids=${things.monitorId}`, expected: 200 }),
  getStatusPage: () => ({ path: '/v1/status-page', expected: 200 }),
  replaceStatusPage: things => ({
    path: '/v1/status-page',
    body: {
      enabled: true,
      slug: 'mine',
      title: 'Mine',
      groups: [{ monitors: [{ monitor_id: things.monitorId, display_name: 'theirs' }] }],
    },
    expected: 422,
  }),
  listMetrics: things => ({ path: `/v1/monitors/${things.monitorId}/metrics`, expected: 404 }),
  listIncidents: () => ({ path: '/v1/incidents?limit=200', expected: 200 }),
  getIncident: things => ({ path: `/v1/incidents/${things.incidentId}`, expected: 404 }),
  acknowledgeIncident: things => ({ path: `/v1/incidents/${things.incidentId}/acknowledge`, expected: 404 }),
  commentIncident: things => ({
    path: `/v1/incidents/${things.incidentId}/comment`,
    body: { comment: 'mine now' },
    expected: 404,
  }),
  resolveIncident: things => ({ path: `/v1/incidents/${things.incidentId}/resolve`, expected: 404 }),
  listSuppressed: things => ({
    path: `/v1/suppressed?limit=200&incident_id=${things.incidentId}`,
    expected: 200,
  }),
  createSilence: () => ({
    path: '/v1/silences',
    body: { matchers: [{ name: 'monitor', value: 'mine' }], ends_at: '2124-01-01T00:00:00Z' },
    expected: 201,
  }),
  listSilences: () => ({ path: '/v1/silences?limit=200', expected: 200 }),
  getSilence: things => ({ path: `/v1/silences/${things.silenceId}`, expected: 404 }),
  updateSilence: things => ({
    path: `/v1/silences/${things.silenceId}`,
    body: { comment: 'mine now' },
    expected: 404,
  }),
  deleteSilence: things => ({ path: `/v1/silences/${things.silenceId}`, expected: 404 }),
  createMaintenanceWindow: () => ({
    path: '/v1/maintenance-windows',
    body: { name: 'mine', cron: '0 3 * * 0', duration_s: 3600 },
    expected: 201,
  }),
  listMaintenanceWindows: () => ({ path: '/v1/maintenance-windows?limit=200', expected: 200 }),
  getMaintenanceWindow: things => ({ path: `/v1/maintenance-windows/${things.windowId}`, expected: 404 }),
  updateMaintenanceWindow: things => ({
    path: `/v1/maintenance-windows/${things.windowId}`,
    body: { name: 'mine now' },
    expected: 404,
  }),
  deleteMaintenanceWindow: things => ({ path: `/v1/maintenance-windows/${things.windowId}`, expected: 404 }),
  takeAlertmanager: () => ({
    path: '/v1/intake/alertmanager',
    body: { version: '4', alerts: [{ status: 'firing', labels: { monitor: 'mine' } }] },
    expected: 200,
  }),
  takePrometheusAlerts: () => ({
    path: '/api/v2/alerts',
    body: [{ labels: { monitor: 'mine' } }],
    expected: 200,
  }),
  takeGrafana: () => ({
    path: '/v1/intake/grafana',
    body: { alerts: [{ status: 'resolved', labels: { monitor: 'mine' } }] },
    expected: 200,
  }),
  takeCloudEvents: () => ({
    path: '/v1/intake/cloudevents',
    headers: { 'content-type': 'application/cloudevents+json' },
    body: { specversion: '1.0', id: 'x', source: 'mine', type: 'com.example.alerting' },
    expected: 202,
  }),
  takeOtlpMetrics: () => ({ path: '/v1/otlp/v1/metrics', body: { resourceMetrics: [] }, expected: 200 }),
  takeRemoteWrite: () => ({ path: '/api/v1/write', body: {}, expected: 415 }),
  getMappingRules: () => ({ path: '/v1/intake/rules', expected: 200 }),
  putMappingRules: () => ({
    path: '/v1/intake/rules',
    body: { rules: [{ match: {}, ignore: true }] },
    expected: 200,
  }),
  putGrafanaSecret: () => ({ path: '/v1/intake/grafana/secret', body: { secret: null }, expected: 204 }),
  previewIntake: () => ({
    path: '/v1/intake/preview',
    body: { source: 'prometheus', body: [{ labels: { monitor: 'mine' } }] },
    expected: 200,
  }),
  createKey: () => ({ path: '/v1/keys', body: { name: 'mine', scopes: ['read'] }, expected: 201 }),
  listKeys: () => ({ path: '/v1/keys?limit=200', expected: 200 }),
  getKey: things => ({ path: `/v1/keys/${things.keyId}`, expected: 404 }),
  revokeKey: things => ({ path: `/v1/keys/${things.keyId}`, expected: 404 }),
  getWorkspace: () => ({ path: '/v1/workspace', expected: 200 }),
  updateWorkspace: () => ({ path: '/v1/workspace', body: { name: 'second, renamed' }, expected: 200 }),
  createWorkspace: () => ({ path: '/v1/workspaces', body: { name: 'mine' }, expected: 403 }),
  listWorkspaces: () => ({ path: '/v1/workspaces', expected: 403 }),
  getWorkspaceById: things => ({ path: `/v1/workspaces/${things.workspaceId}`, expected: 403 }),
  updateWorkspaceById: things => ({
    path: `/v1/workspaces/${things.workspaceId}`,
    body: { name: 'mine now' },
    expected: 403,
  }),
  listAudit: things => ({ path: `/v1/audit?limit=200&target=${things.endpointId}`, expected: 200 }),
  listOperators: () => ({ path: '/v1/operators', expected: 403 }),
  createOperator: () => ({ path: '/v1/operators', body: { email: 'second@example.com' }, expected: 403 }),
  deleteOperator: things => ({ path: `/v1/operators/${things.userId}`, expected: 403 }),
  listNodes: () => ({ path: '/v1/nodes', expected: 403 }),
  getRetention: () => ({ path: '/v1/retention', expected: 200 }),
  getMetrics: () => ({ path: '/metrics', expected: 403 }),
  getSession: 'public',
  signIn: 'public',
  beginSingleSignOn: 'public',
  finishSingleSignOn: 'public',
  setUp: 'public',
  // By their token, which is nobody's business but the invited one's.
  lookUpLink: 'public',
  redeemLink: 'public',
  moveSession: things => ({
    path: '/v1/session',
    body: { workspace_id: things.workspaceId },
    expected: 403,
    expectedOfUser: 404,
  }),
  signOut: () => ({ path: '/v1/session', expected: 403, expectedOfUser: 200 }),
  listSessions: () => ({ path: '/v1/sessions', expected: 403, expectedOfUser: 200 }),
  endSession: things => ({ path: `/v1/sessions/${things.sessionId}`, expected: 403, expectedOfUser: 404 }),
  updateUser: () => ({ path: '/v1/user', body: { name: 'mine' }, expected: 403, expectedOfUser: 200 }),
  changePassword: () => ({
    path: '/v1/user/password',
    body: { current_password: 'not this one', new_password: 'another one of mine' },
    expected: 403,
    expectedOfUser: 422,
  }),
  listMembers: () => ({ path: '/v1/members?limit=200', expected: 200 }),
  updateMember: things => ({ path: `/v1/members/${things.userId}`, body: { role: 'viewer' }, expected: 404 }),
  removeMember: things => ({ path: `/v1/members/${things.userId}`, expected: 404 }),
  createInvitation: () => ({
    path: '/v1/invitations',
    // The first invited the same address.
    body: { email: 'invited@example.com', role: 'viewer' },
    expected: 201,
  }),
  listInvitations: () => ({ path: '/v1/invitations?limit=200', expected: 200 }),
  deleteInvitation: things => ({ path: `/v1/invitations/${things.invitationId}`, expected: 404 }),
  createPasswordReset: () => ({
    path: '/v1/password-resets',
    body: { email: 'first@example.com' },
    expected: 404,
  }),
  applyCode: () => ({ path: '/v1/code?prune=true', body: {}, expected: 200 }),
  exportCode: () => ({ path: '/v1/code', expected: 200 }),
  getLiveness: 'public',
  getReadiness: 'public',
  getOpenApi: 'public',
  getPayloadSchema: 'public',
  getCodeSchema: 'public',
}
