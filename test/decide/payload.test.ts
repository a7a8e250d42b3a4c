import { describe, expect, it } from 'vitest'
import { buildPayload } from '../../src/keep/payload.ts'
import { MINUTE, START, Watched } from './harness.ts'

describe('an event that was decided', () => {
  it('is what the keeper takes, and becomes the payload of the contract', () => {
    const monitor = new Watched({ affectedEndpoints: ['/cart'] })
    const alert = {
      fingerprint: 'f1',
      severity: 'critical',
      summary: 'disk full',
      labels: {},
      region: 'eu-1',
    } as const
    const rest = { affectedEndpoints: [], startedAt: START, expiresAt: null }
    monitor.see(0, { kind: 'alerts', time: START, alerts: [{ ...alert, ...rest, state: 'firing' }] })
    const over = {
      kind: 'alerts',
      time: START + MINUTE,
      alerts: [{ ...alert, ...rest, state: 'resolved' }],
    } as const
    const [event] = monitor.see(MINUTE, over).events
    const built = buildPayload(event!, 'evt_1', START)
    expect(built).toMatchObject({
      eventType: 'incident.resolved',
      severity: 'critical',
      region: 'eu-1',
      incidentId: 'inc_1',
    })
    expect(built.payload).toBe(
      JSON.stringify({
        event_id: 'evt_1',
        monitor_name: 'checkout',
        status: 'operational',
        timestamp: '2024-05-14T00:01:00Z',
        metadata: {
          region: 'eu-1',
          affected_endpoints: ['/cart'],
          response_time_ms: null,
          error_rate_pct: null,
          event_type: 'incident.resolved',
          severity: 'critical',
          incident_id: 'inc_1',
          message: 'checkout is well again after 1 min: disk full',
          started_at: '2024-05-14T00:00:00Z',
          duration_s: 60,
          causes: [],
        },
      }),
    )
  })
})
