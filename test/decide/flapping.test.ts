import { describe, expect, it } from 'vitest'
import { CALM, MINUTE, Watched } from './harness.ts'

const flapping = { changes: 4, windowMs: 10 * MINUTE, calmMs: 5 * MINUTE }

/** Down at minute 0, up at minute 1, and so on: flapping at minute 3. */
function flapped() {
  const monitor = new Watched({ flapping })
  const told = [0, 1, 2, 3].flatMap(minute =>
    monitor.alert(minute * MINUTE, { state: minute % 2 === 0 ? 'firing' : 'resolved' }),
  )
  return { monitor, told }
}

describe('a flapping monitor', () => {
  it('says so in one event, in place of the change that made it so', () => {
    const { monitor, told } = flapped()
    expect(told).toEqual([
      'incident.opened critical down',
      'incident.resolved critical operational',
      'incident.opened critical down',
      'incident.updated critical degraded',
    ])
    expect(monitor.state.incident?.summary).toBe('flapping: 4 changes within 10 min')
    expect(monitor.operator(3 * MINUTE, 'acknowledge').events[0]?.metadata.message).toBe(
      'ana acknowledged: checkout is degraded: flapping: 4 changes within 10 min; nothing more is sent until it is calm for 5 min',
    )
  })

  it('is quiet then, and what it does not say is on record', () => {
    const { monitor } = flapped()
    expect(monitor.alert(4 * MINUTE, {})).toEqual(['incident.updated critical down, not sent: flapping'])
    expect(monitor.alert(5 * MINUTE, { state: 'resolved' })).toEqual([])
    expect(monitor.state.status).toBe('degraded')
  })

  it('is told to be well when it was calm for long enough', () => {
    const { monitor } = flapped()
    monitor.alert(4 * MINUTE, {})
    monitor.alert(5 * MINUTE, { state: 'resolved' })
    expect(monitor.nextTick).toBe(10 * MINUTE)
    expect(monitor.tick(10 * MINUTE)).toEqual(['incident.resolved critical operational'])
  })

  it('is told to be in trouble if that is how it calms down', () => {
    const { monitor } = flapped()
    monitor.alert(4 * MINUTE, {})
    const { events } = monitor.see(9 * MINUTE, { kind: 'tick' })
    expect(events).toMatchObject([
      {
        eventType: 'incident.updated',
        status: 'down',
        metadata: { message: 'calm again: checkout is down: disk full' },
      },
    ])
    expect(monitor.alert(10 * MINUTE, { state: 'resolved' })).toEqual([
      'incident.resolved critical operational',
    ])
  })

  it('is not quiet when it gets worse than it was ever told to be', () => {
    const monitor = new Watched({ flapping })
    for (const minute of [0, 1, 2, 3]) {
      monitor.alert(minute * MINUTE, { severity: 'warning', state: minute % 2 === 0 ? 'firing' : 'resolved' })
    }
    expect(monitor.alert(4 * MINUTE, { severity: 'warning' })).toEqual([
      'incident.updated warning degraded, not sent: flapping',
    ])
    expect(monitor.alert(5 * MINUTE, { severity: 'critical' })).toEqual(['incident.updated critical down'])
  })

  it('begins with its incident if the last change opened it', () => {
    const monitor = new Watched({ flapping: { ...flapping, changes: 3 } })
    monitor.alert(0, {})
    monitor.alert(MINUTE, { state: 'resolved' })
    const { events } = monitor.see(2 * MINUTE, {
      kind: 'report',
      time: 0,
      status: 'down',
      summary: 'again',
      region: null,
      affectedEndpoints: [],
    })
    expect(events).toMatchObject([{ eventType: 'incident.opened', metadata: { flapping: true } }])
    expect(events[0]?.metadata.message).toMatch(
      /it is flapping, so nothing more is sent until it is calm for 5 min$/,
    )
  })

  it('is one whose changes come close together', () => {
    const monitor = new Watched({ flapping })
    for (const turn of [0, 1, 2, 3, 4, 5]) {
      monitor.alert(turn * 4 * MINUTE, { state: turn % 2 === 0 ? 'firing' : 'resolved' })
    }
    expect(monitor.state.incident).toBe(null)
  })

  it('is not made of changes in maintenance, which are expected', () => {
    const monitor = new Watched({ flapping })
    monitor.surroundings = { ...CALM, maintenance: { id: 'mnt_1', name: 'release 12' } }
    for (const minute of [0, 1, 2, 3]) {
      monitor.alert(minute * MINUTE, { state: minute % 2 === 0 ? 'firing' : 'resolved' })
    }
    monitor.surroundings = CALM
    expect(monitor.tick(4 * MINUTE)).toEqual(['status.changed info operational'])
  })
})
