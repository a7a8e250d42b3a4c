import type { Clock } from '../../src/ground/clock.ts'
import { systemClock } from '../../src/ground/clock.ts'
import { join, setUp } from '../accounts/person.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'

const HISTORY_MINUTES = 56
/** So often the last event was tried, in vain, before anybody looks. */
const ATTEMPTS = 4
const MONITORS = [
  'checkout-service-redis',
  'checkout-api',
  'payments-gateway',
  'search-index',
  'eu-west-edge',
  'auth-service',
]
const REGIONS = ['us-west-2', 'eu-west-1', 'ap-south-1']

/** A workspace an hour into its life: receivers that work, one that is down, one that refuses. */
export interface Scene {
  readonly app: TestApp
  readonly endpointId: string
  readonly failedDeliveryId: string
  readonly waitingDeliveryId: string
  readonly eventId: string
  readonly monitorId: string
  readonly incidentId: string
  /** The session of the workspace's owner, as a cookie. */
  readonly cookie: string
  /** Where somebody invited goes. */
  readonly joinPath: string
  /** An installation that nobody has set up. */
  readonly fresh: TestApp
  stop(): Promise<void>
}

export async function startScene(): Promise<Scene> {
  const clock = new ShiftedClock(-HISTORY_MINUTES * 60_000)
  const app = await startTestApp({
    clock,
    config: {
      oidcIssuer: 'https://login.example.com',
      oidcClientId: 'statuspulse',
      oidcClientSecret: 'never-used-here',
    },
  })
  const fresh = await startTestApp()
  const receivers = await Promise.all([
    startReceiver({ tls: 'good', http2: true, answer: slowly(25) }),
    startReceiver({ answer: slowly(60) }),
    startReceiver({ answer: slowly(90) }),
    startReceiver({ answer: { status: 404, body: '<h1>No such hook</h1>' } }),
  ])
  const [operations, onCall, ticketing, archive] = receivers as [Receiver, Receiver, Receiver, Receiver]
  const { id: endpointId } = await app.addEndpoint(operations.url, {
    name: 'Operations',
    filter: { severities: ['critical', 'warning'] },
  })
  await app.addEndpoint(onCall.url, {
    name: 'On-call team',
    filter: { monitors: ['checkout-*', 'payments-*'] },
  })
  await app.addEndpoint(ticketing.url, {
    name: 'Ticketing',
    filter: { monitors: ['checkout-*'], severities: ['critical'] },
  })
  const refusing = await app.addEndpoint(archive.url, {
    name: 'Archive',
    filter: { monitors: ['search-*'], event_types: ['incident.opened'] },
  })
  for (let minute = 0; minute < HISTORY_MINUTES; minute++) {
    clock.shift(60_000)
    await app.send(eventsOf(minute))
    await app.eventually('/v1/deliveries?status=pending', ({ data }) => data.length === 0)
  }
  ticketing.answerWith({ status: 503, body: '{"error":"upstream unavailable"}' })
  const [outage] = await app.send({
    monitor_name: 'checkout-api',
    status: 'down',
    event_type: 'incident.opened',
  })
  const deliveries = (query: string) => `/v1/deliveries?${query}`
  const failed = await app.eventually(
    deliveries(`status=failed&endpoint_id=${refusing.id}`),
    ({ data }) => data.length > 0,
  )
  const waiting = await app.eventually(
    deliveries('status=pending'),
    ({ data }) => data[0]?.attempts >= ATTEMPTS,
  )
  const shop = await startReceiver({ answer: { status: 500, delayMs: 140 } })
  receivers.push(shop)
  const watched = await app.call('POST', '/v1/monitors', {
    name: 'storefront',
    kind: 'http',
    spec: { url: shop.url },
    interval_s: 5,
    failures_to_open: 1,
    affected_endpoints: ['/', '/cart'],
  })
  await app.call('POST', '/v1/queues', {
    name: 'ticketing',
    filter: { monitors: ['checkout-*'], outcomes: ['failed', 'retry'] },
  })
  await app.call('GET', '/v1/queues/ops-integrations/messages?consumer=jira-sync')
  const incidents = await app.eventually('/v1/incidents?monitor=storefront', ({ data }) => data.length === 1)
  const owner = await setUp(app.url, app.token)
  await join(app.url, owner, 'ben@example.com', 'responder')
  await join(app.url, owner, 'vera@example.com', 'viewer')
  const invited = await owner.call('POST', '/v1/invitations', { email: 'nia@example.com', role: 'admin' })
  const { pathname, hash } = new URL(invited.body.link)
  return {
    app,
    fresh,
    cookie: owner.cookie,
    joinPath: pathname + hash,
    endpointId,
    failedDeliveryId: failed.data[0].id,
    waitingDeliveryId: waiting.data[0].id,
    eventId: outage!.event_id,
    monitorId: watched.body.id,
    incidentId: incidents.data[0].id,
    async stop() {
      await app.stop()
      await fresh.stop()
      await Promise.all(receivers.map(receiver => receiver.close()))
    },
  }
}

/** The machine's clock, behind it by an amount that can be made smaller. */
class ShiftedClock implements Clock {
  #shift: number

  constructor(shift: number) {
    this.#shift = shift
  }

  now(): number {
    return systemClock.now() + this.#shift
  }

  after(delayMs: number, callback: () => void): () => void {
    return systemClock.after(delayMs, callback)
  }

  shift(ms: number): void {
    this.#shift += ms
  }
}

let answers = 0

/** Answers after about so many ms, always the same ones. */
function slowly(ms: number) {
  return () => ({ status: 200, body: '{"received":true}', delayMs: ms * (1 + (answers++ % 7) / 5) })
}

function eventsOf(minute: number): object[] {
  const monitor = MONITORS[minute % MONITORS.length]
  const isOver = minute % 3 === 2
  const incident = `inc_scene_${Math.floor(minute / 3)}`
  return [
    {
      monitor_name: monitor,
      status: isOver ? 'operational' : minute % 2 === 0 ? 'degraded' : 'down',
      severity: minute % 5 === 0 ? 'critical' : 'warning',
      event_type: isOver ? 'incident.resolved' : 'incident.opened',
      incident_id: incident,
      metadata: {
        region: REGIONS[minute % REGIONS.length],
        affected_endpoints: ['/api/v1/cart', '/api/v1/checkout'],
        response_time_ms: 840 + minute * 20,
        error_rate_pct: 4.2,
      },
    },
    { monitor_name: MONITORS[(minute * 5) % MONITORS.length], status: 'operational', severity: 'info' },
  ]
}
