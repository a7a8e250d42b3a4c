import { describe, expect, it } from 'vitest'
import { destinationFor } from '../../src/deliver/destinations/index.ts'
import { bodyOf, endpointOf, eventOf, NOW, ROUTING_KEY, SAMPLE, shipmentOf, verdictOf } from './shipments.ts'

describe('an event to PagerDuty', () => {
  it('triggers, with all that is known', () => {
    expect(
      bodyOf('pagerduty', { ...SAMPLE, metadata: { ...SAMPLE.metadata, runbook: 'https://wiki.example/' } }),
    ).toEqual({
      routing_key: ROUTING_KEY,
      dedup_key: 'inc_1',
      event_action: 'trigger',
      payload: {
        summary:
          'Incident opened: checkout-service-redis is degraded · us-west-2 · Response time 1,840 ms · Error rate 12.4 %',
        source: 'checkout-service-redis',
        severity: 'warning',
        timestamp: '2024-05-14T09:23:11Z',
        class: 'incident.opened',
        group: 'us-west-2',
        custom_details: {
          status: 'degraded',
          region: 'us-west-2',
          affected_endpoints: ['/api/v1/cart', '/api/v1/checkout'],
          response_time_ms: 1840,
          error_rate_pct: 12.4,
          event_type: 'incident.opened',
          severity: 'warning',
          incident_id: 'inc_1',
          runbook: 'https://wiki.example/',
        },
      },
      client: 'StatusPulse',
      client_url: 'https://status.example.com',
      links: [
        { href: 'https://status.example.com/events/evt_7f3a9c2b1d', text: 'Open in StatusPulse' },
        { href: 'https://wiki.example/', text: 'runbook' },
      ],
    })
  })

  it.each([
    ['incident.opened', 'down', 'trigger'],
    ['incident.updated', 'degraded', 'trigger'],
    ['incident.acknowledged', 'down', 'acknowledge'],
    ['incident.resolved', 'operational', 'resolve'],
    ['metric.breached', 'degraded', 'trigger'],
    ['metric.cleared', 'operational', 'resolve'],
    ['status.changed', 'down', 'trigger'],
    ['status.changed', 'degraded', 'trigger'],
    ['status.changed', 'unknown', 'trigger'],
    ['status.changed', 'operational', 'resolve'],
    ['status.changed', 'maintenance', 'resolve'],
  ] as const)('of %s while %s: %s', (eventType, status, action) => {
    expect(bodyOf('pagerduty', { ...SAMPLE, eventType, status }).event_action).toBe(action)
  })

  it('of an incident goes to the one alert of that incident, from its opening to its end', () => {
    const keys = (['incident.opened', 'incident.acknowledged', 'incident.resolved'] as const).map(
      eventType => bodyOf('pagerduty', { ...SAMPLE, eventType }).dedup_key,
    )
    expect(keys).toEqual(['inc_1', 'inc_1', 'inc_1'])
  })

  it('without an incident goes to the alert of its monitor, and of its metric', () => {
    const status = { monitorName: 'api', status: 'down' } as const
    expect(bodyOf('pagerduty', status).dedup_key).toBe('ws_1/api')
    const breach = { ...status, eventType: 'metric.breached', metadata: { metric: 'p99_ms' } } as const
    expect(bodyOf('pagerduty', breach).dedup_key).toBe('ws_1/api/p99_ms')
  })

  it('has a key of its own however long the names are', () => {
    const keyOf = (incidentId: string) => bodyOf('pagerduty', { ...SAMPLE, incidentId }).dedup_key
    expect(keyOf(`${'x'.repeat(300)}1`)).toMatch(/^[0-9a-f]{64}$/)
    expect(keyOf(`${'x'.repeat(300)}1`)).not.toBe(keyOf(`${'x'.repeat(300)}2`))
  })

  it('that acknowledges triggers when the opening may never have arrived', () => {
    const acknowledged = { ...SAMPLE, eventType: 'incident.acknowledged' } as const
    expect(bodyOf('pagerduty', acknowledged, { superseded: 1 }).event_action).toBe('trigger')
  })

  it('of a test never touches the alert of a real incident', () => {
    const { dedup_key, payload } = bodyOf('pagerduty', SAMPLE, { dryRun: true })
    expect(dedup_key).toBe('test/inc_1')
    expect(payload.summary).toMatch(/^\[TEST\] /)
  })

  it('that is too large loses the details that there is no room for, and names them', () => {
    const metadata = { ...SAMPLE.metadata, log: 'x'.repeat(600_000), host: 'a1' }
    const { payload, dedup_key } = bodyOf('pagerduty', { ...SAMPLE, metadata })
    expect(payload.custom_details).toMatchObject({ region: 'us-west-2', host: 'a1', left_out: ['log'] })
    expect(payload.custom_details).not.toHaveProperty('log')
    expect(dedup_key).toBe('inc_1')
  })

  it('cannot be made without a routing key, and says so', () => {
    const shipment = shipmentOf('pagerduty', eventOf(SAMPLE), {
      endpoint: endpointOf('pagerduty', { options: {} }),
    })
    expect(() => destinationFor('pagerduty').buildRequest(shipment)).toThrow('routing_key')
  })
})

describe('the region of a PagerDuty endpoint', () => {
  it('says where events go', () => {
    const urlOf = (region: string) => destinationFor('pagerduty').defaultUrl?.({ region })
    expect(urlOf('us')).toBe('https://events.pagerduty.com/v2/enqueue')
    expect(urlOf('eu')).toBe('https://events.eu.pagerduty.com/v2/enqueue')
  })
})

describe("PagerDuty's answer", () => {
  it('202 is delivered', () => {
    const body = '{"status":"success","message":"Event processed","dedup_key":"inc_1"}'
    expect(verdictOf('pagerduty', 202, body)).toEqual({ outcome: 'delivered' })
  })

  it('400 stops at once, with the reasons', () => {
    const body = JSON.stringify({
      status: 'invalid event',
      message: 'Event object is invalid',
      errors: ["Length of 'routing_key' is incorrect (should be 32 characters)"],
    })
    expect(verdictOf('pagerduty', 400, body)).toEqual({
      outcome: 'failed',
      why: "PagerDuty answered 400: Event object is invalid: Length of 'routing_key' is incorrect (should be 32 characters)",
      disable: false,
    })
  })

  it('429 and 5xx are tried again, after Retry-After where it is given', () => {
    expect(verdictOf('pagerduty', 429, '', { 'retry-after': '7' })).toEqual({
      outcome: 'retry',
      why: 'PagerDuty answered 429',
      notBefore: NOW + 7_000,
    })
    expect(verdictOf('pagerduty', 500, 'oops')).toMatchObject({ outcome: 'retry' })
  })
})
