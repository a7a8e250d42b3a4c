import { describe, expect, it } from 'vitest'
import { HOUR, MINUTE, SECOND, START, Watched } from './harness.ts'

describe('an incident', () => {
  it('is there from the first cause to the last, and its worst cause decides the status', () => {
    const monitor = new Watched()
    monitor.check(0, true)
    expect(monitor.alert(1, { severity: 'warning' })).toEqual(['incident.opened warning degraded'])
    monitor.check(2, false)
    expect(monitor.check(3, false)).toEqual(['incident.updated critical down'])
    expect(monitor.check(4, true)).toEqual(['incident.updated warning degraded'])
    expect(monitor.alert(5, { state: 'resolved' })).toEqual(['incident.resolved critical operational'])
    expect(monitor.state.incident).toBe(null)
  })

  it('is another one each time', () => {
    const monitor = new Watched()
    monitor.alert(1, {})
    monitor.alert(2, { state: 'resolved' })
    expect(monitor.see(3, { kind: 'alerts', time: START, alerts: [] }).events).toEqual([])
    monitor.alert(4, {})
    expect(monitor.state.incident?.id).toBe('inc_2')
  })

  it('says once that an alert fires, however often that is repeated', () => {
    const monitor = new Watched()
    expect(monitor.alert(1, {}, { fingerprint: 'f2', severity: 'warning' })).toEqual([
      'incident.opened critical down',
    ])
    expect(monitor.alert(2, {})).toEqual(['incident.opened critical down, not sent: duplicate'])
    expect(monitor.alert(3, { state: 'resolved' })).toEqual(['incident.updated warning degraded'])
    expect(monitor.alert(4, { state: 'resolved' })).toEqual([
      'incident.resolved critical degraded, not sent: duplicate',
    ])
    expect(monitor.alert(5, { fingerprint: 'f2', state: 'resolved' })).toEqual([
      'incident.resolved critical operational',
    ])
  })

  it('is not opened again by what another way brings late: that alert is known to be over', () => {
    const monitor = new Watched()
    const alert = { startedAt: START }
    monitor.alert(1, { ...alert, way: 'prometheus' })
    monitor.alert(2, { ...alert, way: 'prometheus', state: 'resolved' })
    expect(monitor.alert(3, { ...alert, way: 'alertmanager' })).toEqual([
      'incident.opened critical operational, not sent: duplicate',
    ])
    // The same way again, another occurrence, or much later: it fires.
    for (const again of [
      { ...alert, way: 'prometheus' },
      { startedAt: START + 4, way: 'alertmanager' },
    ]) {
      expect(monitor.alert(5, again)).toEqual(['incident.opened critical down'])
      monitor.alert(6, { ...again, state: 'resolved' })
    }
    monitor.alert(7, { ...alert, way: 'prometheus' })
    monitor.alert(8, { ...alert, way: 'prometheus', state: 'resolved' })
    expect(monitor.see(HOUR, { kind: 'tick' }).state.incident).toBe(null)
    expect(monitor.alert(HOUR, { ...alert, way: 'alertmanager' })).toEqual([
      expect.stringContaining('incident'),
    ])
  })

  it('that an operator resolved opens again, whichever way the alert comes', () => {
    const monitor = new Watched()
    monitor.alert(1, { startedAt: START, way: 'prometheus' })
    monitor.operator(2, 'resolve')
    expect(monitor.alert(3, { startedAt: START, way: 'alertmanager' })).toEqual([
      'incident.opened critical down',
    ])
  })

  it('that would have run out while we were blind is waited for that much longer', () => {
    const monitor = new Watched({ check: null })
    monitor.alert(1, { expiresAt: START + 4 * MINUTE })
    const blind = { kind: 'blind', from: START + MINUTE, until: START + HOUR } as const
    expect(monitor.tell(HOUR, blind)).toEqual([])
    expect(monitor.nextTick).toBe(HOUR + 3 * MINUTE)
    expect(monitor.tick(HOUR + 3 * MINUTE)).toEqual(['incident.resolved critical operational'])
  })

  it('ends when its alert runs out without being heard of again', () => {
    const monitor = new Watched()
    monitor.alert(1, { expiresAt: START + MINUTE })
    monitor.alert(30 * SECOND, { expiresAt: START + 2 * MINUTE })
    expect(monitor.nextTick).toBe(2 * MINUTE)
    expect(monitor.tick(MINUTE)).toEqual([])
    expect(monitor.tick(2 * MINUTE)).toEqual(['incident.resolved critical operational'])
  })

  it('is opened and resolved by reports of the status', () => {
    const monitor = new Watched()
    const report = {
      kind: 'report',
      time: START,
      summary: 'by hand',
      region: null,
      affectedEndpoints: [],
    } as const
    expect(monitor.tell(1, { ...report, status: 'degraded' })).toEqual(['incident.opened warning degraded'])
    expect(monitor.tell(2, { ...report, status: 'degraded' })).toEqual([
      'status.changed warning degraded, not sent: duplicate',
    ])
    expect(monitor.tell(3, { ...report, status: 'down' })).toEqual(['incident.updated critical down'])
    expect(monitor.tell(4, { ...report, status: 'operational' })).toEqual([
      'incident.resolved critical operational',
    ])
    expect(monitor.tell(5, { ...report, status: 'unknown' })).toEqual(['status.changed info unknown'])
    expect(monitor.tell(6, { ...report, status: 'maintenance' })).toEqual(['status.changed info maintenance'])
    expect(monitor.tell(7, { ...report, status: 'operational' })).toEqual(['status.changed info operational'])
  })

  it('keeps the region it began in, and gathers what it affects', () => {
    const monitor = new Watched()
    monitor.alert(1, { severity: 'warning', region: 'eu-1', affectedEndpoints: ['/a'] })
    const alerts = [{ fingerprint: 'f2', region: 'us-1', affectedEndpoints: ['/b'] }]
    expect(monitor.alert(2, ...alerts)).toEqual(['incident.updated critical down'])
    expect(monitor.state.incident).toMatchObject({ region: 'eu-1', affectedEndpoints: ['/a', '/b'] })
  })

  it('lists its worst causes and counts the others', () => {
    const monitor = new Watched()
    const many = Array.from(
      { length: 30 },
      (_, n) => ({ fingerprint: `f${n}`, severity: n === 29 ? 'critical' : 'warning' }) as const,
    )
    const decision = monitor.see(1, {
      kind: 'alerts',
      time: START,
      alerts: many.map(one => ({
        ...one,
        state: 'firing',
        summary: one.fingerprint,
        labels: {},
        region: null,
        affectedEndpoints: [],
        startedAt: START,
        expiresAt: null,
      })),
    })
    const { causes, causes_total, message } = decision.events[0]!.metadata as {
      causes: { key: string }[]
      causes_total: number
      message: string
    }
    expect(causes).toHaveLength(20)
    expect(causes[0]?.key).toBe('alert:f29')
    expect(causes_total).toBe(30)
    expect(message).toBe('checkout is down: f29 (and 29 more)')
  })
})

describe('an operator', () => {
  it('acknowledges an incident once', () => {
    const monitor = new Watched()
    monitor.alert(1, {})
    const [event] = monitor.operator(2, 'acknowledge', 'looking').events
    expect(event).toMatchObject({
      eventType: 'incident.acknowledged',
      severity: 'critical',
      incidentId: 'inc_1',
    })
    expect(event?.metadata).toMatchObject({
      acknowledged_by: 'ana',
      comment: 'looking',
      message: 'ana acknowledged: checkout is down: disk full',
    })
    const again = monitor.operator(3, 'acknowledge')
    expect(again.events).toEqual([])
    expect(again.suppressed).toMatchObject([{ reason: 'duplicate', why: 'ana acknowledged it before' }])
    expect(monitor.state.incident?.acknowledged).toEqual({ at: START + 2, by: 'ana' })
  })

  it('comments on an incident as often as need be', () => {
    const monitor = new Watched()
    monitor.alert(1, {})
    for (const at of [2, 3]) {
      expect(monitor.operator(at, 'comment', 'disk ordered').events).toMatchObject([
        {
          eventType: 'incident.updated',
          metadata: { message: 'ana: disk ordered', comment: 'disk ordered' },
        },
      ])
    }
  })

  it('resolves an incident, and what is still wrong opens another one', () => {
    const monitor = new Watched()
    monitor.check(1, false)
    monitor.check(2, false)
    monitor.alert(3, {})
    const { events, incident } = monitor.operator(4, 'resolve', 'known')
    expect(events).toMatchObject([
      { eventType: 'incident.resolved', status: 'operational', metadata: { resolved_by: 'ana' } },
    ])
    expect(incident?.resolvedAt).toBe(START + 4)
    expect(monitor.check(5, false)).toEqual([])
    expect(monitor.check(6, false)).toEqual(['incident.opened critical down'])
    expect(monitor.state.incident?.id).toBe('inc_2')
  })

  it('is refused where no such incident is open', () => {
    const monitor = new Watched()
    expect(monitor.operator(1, 'acknowledge').refused).toBe('no incident is open')
    monitor.alert(2, {})
    const { refused, events } = monitor.operator(3, 'resolve', null, 'inc_9')
    expect(refused).toBe('incident inc_9 is not open; inc_1 is')
    expect(events).toEqual([])
    expect(monitor.state.incident?.id).toBe('inc_1')
  })
})
