import { describe, expect, it } from 'vitest'
import { compileSilence, type SilenceMatcher } from '../../src/decide/silences.ts'
import { holdsChildren } from '../../src/decide/suppression.ts'
import { CALM, MINUTE, SECOND, START, thresholdOf, Watched } from './harness.ts'

const MAINTENANCE = { ...CALM, maintenance: { id: 'mnt_1', name: 'release 12' } }
const PARENT_DOWN = { ...CALM, parentsDown: ['database'] }

function silencedBy(...matchers: SilenceMatcher[]) {
  return {
    ...CALM,
    silences: [compileSilence({ id: 'sil_1', comment: 'noisy', startsAt: 0, endsAt: 9e15, matchers })],
  }
}

describe('a silence', () => {
  it('holds an incident from beginning to end, and says so on record', () => {
    const monitor = new Watched()
    monitor.surroundings = silencedBy()
    const { events, suppressed } = monitor.see(1, firing())
    expect(events).toEqual([])
    expect(suppressed).toMatchObject([
      {
        reason: 'silence',
        by: 'sil_1',
        why: 'silenced by sil_1 (noisy)',
        event: { eventType: 'incident.opened', incidentId: 'inc_1' },
      },
    ])
    expect(monitor.tick(2)).toEqual([])
    monitor.surroundings = CALM
    const ended = monitor.see(3, firing('resolved'))
    expect(ended.events).toEqual([])
    expect(ended.suppressed).toMatchObject([
      {
        reason: 'silence',
        by: 'sil_1',
        why: 'its beginning was not told: silenced by sil_1 (noisy)',
        event: { eventType: 'incident.resolved' },
      },
    ])
  })

  it('that ends while the incident is open lets it out, saying since when it is', () => {
    const monitor = new Watched()
    monitor.surroundings = silencedBy()
    monitor.alert(SECOND, {})
    monitor.surroundings = CALM
    const [late] = monitor.see(10 * MINUTE, { kind: 'tick' }).events
    expect(late).toMatchObject({
      eventType: 'incident.opened',
      timestamp: '2024-05-14T00:10:00Z',
      incidentId: 'inc_1',
    })
    expect(late?.metadata).toMatchObject({
      started_at: '2024-05-14T00:00:01Z',
      message:
        'checkout is down: disk full, since 2024-05-14T00:00:01Z and held until now: silenced by sil_1 (noisy)',
    })
    expect(monitor.alert(11 * MINUTE, { state: 'resolved' })).toEqual([
      'incident.resolved critical operational',
    ])
  })

  it('that begins after the opening holds updates, but never the end', () => {
    const monitor = new Watched()
    monitor.alert(1, { severity: 'warning' })
    monitor.surroundings = silencedBy()
    expect(monitor.alert(2, { fingerprint: 'f2' })).toEqual([
      'incident.updated critical down, not sent: silence',
    ])
    // Whoever was told of a warning, and nobody else, is told of its end.
    expect(monitor.alert(3, { state: 'resolved' }, { fingerprint: 'f2', state: 'resolved' })).toEqual([
      'incident.resolved warning operational',
    ])
  })

  it('that ends lets out the update that is still so, and no other', () => {
    const monitor = new Watched()
    monitor.alert(1, { severity: 'warning' })
    monitor.surroundings = silencedBy()
    monitor.alert(2, { fingerprint: 'f2' })
    monitor.surroundings = CALM
    expect(monitor.tick(3)).toEqual(['incident.updated critical down'])
    monitor.surroundings = silencedBy()
    monitor.alert(4, { fingerprint: 'f3' })
    monitor.alert(5, { fingerprint: 'f3', state: 'resolved' })
    monitor.surroundings = CALM
    expect(monitor.tick(6)).toEqual([])
  })

  it('of a severity lets out what gets worse', () => {
    const monitor = new Watched()
    monitor.surroundings = silencedBy({ name: 'severity', operator: '=', value: 'warning' })
    expect(monitor.alert(1, { severity: 'warning' })).toEqual([
      'incident.opened warning degraded, not sent: silence',
    ])
    expect(monitor.alert(2, { fingerprint: 'f2' })).toEqual(['incident.opened critical down'])
  })

  it('matches labels of the monitor and of the alert', () => {
    const monitor = new Watched({ labels: { team: 'shop' } })
    monitor.surroundings = silencedBy(
      { name: 'team', operator: '=', value: 'shop' },
      { name: 'disk', operator: '=~', value: 'sd*' },
    )
    expect(monitor.alert(1, { labels: { disk: 'nvme0' } })).toEqual(['incident.opened critical down'])
    monitor.alert(2, { state: 'resolved' })
    expect(monitor.alert(3, { labels: { disk: 'sda' } })).toEqual([
      'incident.opened critical down, not sent: silence',
    ])
  })

  it('holds breaches in the same way', () => {
    const monitor = new Watched({ check: null, thresholds: [thresholdOf()] })
    monitor.surroundings = silencedBy()
    const held = ['metric.breached warning degraded', 'incident.opened warning degraded'].map(
      text => `${text}, not sent: silence`,
    )
    expect(monitor.sample(1, 200)).toEqual(held)
    monitor.surroundings = CALM
    expect(monitor.tick(2)).toEqual(['metric.breached warning degraded', 'incident.opened warning degraded'])
    monitor.surroundings = silencedBy()
    expect(monitor.sample(3, 1)).toEqual([
      'metric.cleared warning operational',
      'incident.resolved warning operational',
    ])
  })

  it('holds what operators say, and a change of status until it ends', () => {
    const monitor = new Watched({ staleAfterMs: MINUTE })
    monitor.alert(1, {})
    monitor.surroundings = silencedBy()
    expect(monitor.operator(2, 'acknowledge').suppressed).toMatchObject([{ reason: 'silence' }])
    monitor.alert(3, { state: 'resolved' })
    expect(monitor.tick(2 * MINUTE)).toEqual(['status.changed info unknown, not sent: silence'])
    expect(monitor.tick(3 * MINUTE)).toEqual([])
    monitor.surroundings = CALM
    expect(monitor.tick(4 * MINUTE)).toEqual(['status.changed info unknown'])
  })
})

describe('maintenance', () => {
  it('is told, holds what happens in it, and tells at its end what is still so', () => {
    const monitor = new Watched()
    monitor.check(0, true)
    monitor.surroundings = MAINTENANCE
    expect(monitor.tick(1)).toEqual(['status.changed info maintenance'])
    expect(monitor.alert(2, {})).toEqual(['incident.opened critical maintenance, not sent: maintenance'])
    expect(monitor.state.status).toBe('maintenance')
    monitor.surroundings = CALM
    expect(monitor.tick(3)).toEqual(['incident.opened critical down'])
  })

  it('leaves nothing to tell of what was over before its end', () => {
    const monitor = new Watched()
    monitor.check(0, true)
    monitor.surroundings = MAINTENANCE
    monitor.alert(2, {})
    expect(monitor.alert(3, { state: 'resolved' })).toEqual([
      'incident.resolved critical maintenance, not sent: maintenance',
    ])
    monitor.surroundings = CALM
    expect(monitor.tick(4)).toEqual(['status.changed info operational'])
  })

  it('that begins and ends in an incident leaves receivers with its status', () => {
    const monitor = new Watched()
    monitor.alert(1, {})
    monitor.surroundings = MAINTENANCE
    expect(monitor.tick(2)).toEqual(['status.changed info maintenance'])
    monitor.surroundings = CALM
    expect(monitor.tick(3)).toEqual(['incident.updated critical down'])
  })

  it('does not hold the end of what was told', () => {
    const monitor = new Watched()
    monitor.alert(1, {})
    monitor.surroundings = MAINTENANCE
    expect(monitor.alert(2, { state: 'resolved' })).toEqual(['incident.resolved critical maintenance'])
  })
})

describe('a monitor that depends on another', () => {
  const settings = { parents: ['database'] }

  it('is held while its parent is down, and nothing is told if it recovers with it', () => {
    const monitor = new Watched(settings)
    monitor.surroundings = PARENT_DOWN
    const { suppressed } = monitor.see(1, firing())
    expect(suppressed).toMatchObject([
      { reason: 'dependency', by: 'database', why: 'it depends on database, which is down' },
    ])
    expect(monitor.alert(2, { state: 'resolved' })).toEqual([
      'incident.resolved critical operational, not sent: dependency',
    ])
    monitor.surroundings = CALM
    expect(monitor.tick(3)).toEqual([])
  })

  it('is told of if it is still down when its parent has recovered', () => {
    const monitor = new Watched(settings)
    monitor.surroundings = PARENT_DOWN
    monitor.alert(1, {})
    monitor.surroundings = CALM
    expect(monitor.tick(2)).toEqual(['incident.opened critical down'])
  })

  it('can wait for the verdict on its parent, after it fails and after its parent recovers', () => {
    const monitor = new Watched({ ...settings, parentWaitMs: 30 * SECOND })
    expect(monitor.alert(1, {})).toEqual(['incident.opened critical down, not sent: dependency'])
    expect(monitor.nextTick).toBe(30 * SECOND + 1)
    monitor.surroundings = PARENT_DOWN
    expect(monitor.tick(30 * SECOND + 1)).toEqual([])
    monitor.surroundings = CALM
    expect(monitor.tick(10 * MINUTE)).toEqual([])
    expect(monitor.nextTick).toBe(10 * MINUTE + 30 * SECOND)
    expect(monitor.tick(10 * MINUTE + 30 * SECOND)).toEqual(['incident.opened critical down'])
    expect(monitor.nextTick).toBe(null)
  })

  it('is held by a parent that is down, in maintenance too', () => {
    const parent = new Watched()
    parent.surroundings = MAINTENANCE
    expect(holdsChildren(parent.state)).toBe(false)
    parent.alert(1, { severity: 'warning' })
    expect(holdsChildren(parent.state)).toBe(false)
    parent.alert(2, {})
    expect(holdsChildren(parent.state)).toBe(true)
  })
})

function firing(state: 'firing' | 'resolved' = 'firing') {
  const alert = {
    fingerprint: 'f1',
    severity: 'critical',
    summary: 'disk full',
    labels: {},
    region: null,
  } as const
  return {
    kind: 'alerts',
    time: START,
    alerts: [{ ...alert, state, affectedEndpoints: [], startedAt: START, expiresAt: null }],
  } as const
}
