import { describe, expect, it } from 'vitest'
import { DEFAULTS } from '../../src/decide/monitor-config.ts'
import { checkAt, HOUR, MINUTE, SECOND, START, Watched } from './harness.ts'

const check = { ...DEFAULTS.check, failuresToOpen: 3, successesToClose: 2 }

describe('a checked monitor', () => {
  it('is unknown until it was seen, and that it is well is no news', () => {
    const monitor = new Watched()
    expect(monitor.state.status).toBe('unknown')
    expect(monitor.check(0, true)).toEqual([])
    expect(monitor.state.status).toBe('operational')
  })

  it('opens an incident after N failures in a row, and resolves it after M successes in a row', () => {
    const monitor = new Watched({ check })
    expect(monitor.check(0, false)).toEqual([])
    expect(monitor.check(5, false)).toEqual([])
    expect(monitor.check(10, true)).toEqual([])
    expect(monitor.check(15, false)).toEqual([])
    expect(monitor.check(20, false)).toEqual([])
    expect(monitor.check(25, false)).toEqual(['incident.opened critical down'])
    expect(monitor.check(30, true)).toEqual([])
    expect(monitor.check(35, false)).toEqual([])
    expect(monitor.check(40, true)).toEqual([])
    expect(monitor.check(45, true)).toEqual(['incident.resolved critical operational'])
    expect(monitor.check(50, true)).toEqual([])
  })

  it('says in its events what was seen', () => {
    const monitor = new Watched({ affectedEndpoints: ['/cart'], check: { ...check, failuresToOpen: 2 } })
    monitor.check(0, true, { region: 'eu-1' })
    monitor.check(10 * SECOND, true)
    monitor.check(20 * SECOND, false)
    const failing = { error: 'status 503, not 200', latencyMs: 81, region: 'eu-1' } as const
    const opened = monitor.see(30 * SECOND, {
      kind: 'check',
      time: START + 30 * SECOND,
      ok: false,
      ...failing,
    })
    expect(opened.events).toEqual([
      {
        monitorName: 'checkout',
        status: 'down',
        severity: 'critical',
        eventType: 'incident.opened',
        incidentId: 'inc_1',
        timestamp: '2024-05-14T00:00:30Z',
        metadata: {
          region: 'eu-1',
          affected_endpoints: ['/cart'],
          response_time_ms: 81,
          error_rate_pct: 50,
          message: 'checkout is down: status 503, not 200',
          started_at: '2024-05-14T00:00:20Z',
          duration_s: null,
          causes: [
            {
              key: 'check',
              kind: 'check',
              status: 'down',
              severity: 'critical',
              summary: 'status 503, not 200',
              since: '2024-05-14T00:00:20Z',
              region: 'eu-1',
            },
          ],
        },
      },
    ])
    expect(opened.samples).toEqual([
      { metric: 'response_time_ms', value: 81, time: START + 30 * SECOND, region: 'eu-1' },
      { metric: 'error_rate_pct', value: 50, time: START + 30 * SECOND, region: 'eu-1' },
    ])
    monitor.check(40 * SECOND, true)
    const [resolved] = monitor.see(2 * MINUTE, {
      kind: 'check',
      time: START + 2 * MINUTE,
      ok: true,
      error: null,
      latencyMs: 40,
      region: 'eu-2',
    }).events
    expect(resolved).toMatchObject({ eventType: 'incident.resolved', incidentId: 'inc_1' })
    // The region of the incident, so that a filter by region gets both or neither.
    expect(resolved?.metadata).toMatchObject({
      region: 'eu-1',
      affected_endpoints: ['/cart'],
      duration_s: 100,
    })
    expect(resolved?.metadata.message).toBe('checkout is well again after 1 min 40 s: status 503, not 200')
  })

  it('ignores a result that is not newer than the last one', () => {
    const monitor = new Watched({ check: { ...check, failuresToOpen: 2 } })
    monitor.check(10, false)
    expect(monitor.check(10, false)).toEqual([])
    expect(
      monitor.tell(20, {
        kind: 'check',
        time: START + 5,
        ok: false,
        error: 'late',
        latencyMs: null,
        region: null,
      }),
    ).toEqual([])
    expect(monitor.check(30, false)).toEqual(['incident.opened critical down'])
  })

  it('is judged in a time that never goes back, whatever the clock does', () => {
    const monitor = new Watched({ check: { ...check, failuresToOpen: 1, successesToClose: 1 } })
    monitor.check(10 * SECOND, false)
    monitor.tick(20 * SECOND)
    const [resolved] = monitor.see(15 * SECOND, checkAt(15 * SECOND, true)).events
    expect(resolved).toMatchObject({ timestamp: '2024-05-14T00:00:20Z', metadata: { duration_s: 10 } })
    expect(monitor.state.decidedAt).toBe(START + 20 * SECOND)
  })

  it('turns unknown when nothing was heard of it for too long, and says when it is heard of again', () => {
    const monitor = new Watched({ staleAfterMs: 5 * MINUTE })
    monitor.check(0, true)
    expect(monitor.nextTick).toBe(5 * MINUTE)
    expect(monitor.tick(5 * MINUTE)).toEqual(['status.changed info unknown'])
    expect(monitor.nextTick).toBe(null)
    expect(monitor.check(HOUR, true)).toEqual(['status.changed info operational'])
  })

  it('is not unknown for the time in which we were blind', () => {
    const monitor = new Watched({ staleAfterMs: 5 * MINUTE })
    monitor.check(0, true)
    expect(monitor.tell(HOUR, { kind: 'blind', from: START + 1, until: START + HOUR })).toEqual([])
    expect(monitor.nextTick).toBe(HOUR + 5 * MINUTE)
  })
})
