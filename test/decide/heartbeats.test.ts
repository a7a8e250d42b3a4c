import { describe, expect, it } from 'vitest'
import type { HeartbeatRule } from '../../src/decide/monitor-config.ts'
import { DAY, HOUR, MINUTE, START, Watched } from './harness.ts'

const hourly: HeartbeatRule = {
  schedule: { kind: 'period', periodMs: HOUR },
  graceMs: 10 * MINUTE,
  maxRunMs: 30 * MINUTE,
  severity: 'critical',
  status: 'down',
}

function job(rule: Partial<HeartbeatRule> = {}) {
  return new Watched({ heartbeat: { ...hourly, ...rule } })
}

describe('a heartbeat', () => {
  it('is waited for from its first ping on', () => {
    const monitor = job()
    expect(monitor.nextTick).toBe(null)
    expect(monitor.tick(DAY)).toEqual([])
    expect(monitor.ping(DAY, 'success')).toEqual([])
    expect(monitor.nextTick).toBe(DAY + 70 * MINUTE)
  })

  it('is missed when its grace has passed, and its next ping ends that', () => {
    const monitor = job()
    monitor.ping(0, 'success')
    expect(monitor.tick(70 * MINUTE - 1)).toEqual([])
    expect(monitor.tick(70 * MINUTE)).toEqual(['incident.opened critical down'])
    expect(monitor.nextTick).toBe(null)
    expect(monitor.ping(80 * MINUTE, 'success')).toEqual(['incident.resolved critical operational'])
  })

  it('is due by its cron expression', () => {
    const monitor = job({ schedule: { kind: 'cron', expression: '0 3 * * *', timeZone: 'UTC' } })
    monitor.ping(HOUR, 'success')
    expect(monitor.nextTick).toBe(3 * HOUR + 10 * MINUTE)
    monitor.ping(3 * HOUR + MINUTE, 'success')
    expect(monitor.nextTick).toBe(DAY + 3 * HOUR + 10 * MINUTE)
  })

  it('fails at once when the job says so, by signal or exit status', () => {
    const monitor = job()
    expect(monitor.ping(0, 'fail')).toEqual(['incident.opened critical down'])
    expect(monitor.nextTick).toBe(null)
    expect(monitor.ping(1, 'exit', 3)).toEqual([])
    expect(monitor.ping(2, 'exit', 0)).toEqual(['incident.resolved critical operational'])
    const [event] = monitor.see(3, {
      kind: 'heartbeat',
      time: START + 3,
      signal: 'exit',
      exitStatus: 3,
      region: null,
    }).events
    expect(event?.metadata.message).toBe('checkout is down: the job reported a failure (exit status 3)')
  })

  it('has its run measured, and a run has its own time limit', () => {
    const monitor = job()
    monitor.ping(0, 'success')
    monitor.ping(HOUR + 5 * MINUTE, 'start')
    // Begun in time, so it is not missed at 1 h 10 min.
    expect(monitor.nextTick).toBe(HOUR + 35 * MINUTE)
    const ended = monitor.see(HOUR + 25 * MINUTE, {
      kind: 'heartbeat',
      time: START + HOUR + 25 * MINUTE,
      signal: 'success',
      region: null,
    })
    expect(ended.samples).toMatchObject([{ metric: 'run_time_ms', value: 20 * MINUTE }])
    expect(ended.events).toEqual([])

    monitor.ping(3 * HOUR, 'start')
    expect(monitor.tick(3 * HOUR + 30 * MINUTE)).toEqual(['incident.opened critical down'])
  })

  it('buys no time with repeated starts', () => {
    const monitor = job()
    monitor.ping(0, 'start')
    monitor.ping(20 * MINUTE, 'start')
    expect(monitor.tick(30 * MINUTE)).toEqual(['incident.opened critical down'])
  })

  it('that came in time but was decided late is not missed', () => {
    const monitor = job()
    monitor.ping(0, 'success')
    expect(
      monitor.tell(2 * HOUR, { kind: 'heartbeat', time: START + HOUR, signal: 'success', region: null }),
    ).toEqual([])
    expect(monitor.nextTick).toBe(2 * HOUR + 10 * MINUTE)
  })

  it('that we could not hear is not missed; the one after it is', () => {
    const monitor = job()
    monitor.ping(0, 'success')
    const blind = { kind: 'blind', from: START + 50 * MINUTE, until: START + 90 * MINUTE } as const
    expect(monitor.tell(90 * MINUTE, blind)).toEqual([])
    expect(monitor.nextTick).toBe((90 + 60 + 10) * MINUTE)
    expect(monitor.tick(160 * MINUTE)).toEqual(['incident.opened critical down'])
  })

  it('is waited for as ever when we were blind long before it was due', () => {
    const monitor = job()
    monitor.ping(0, 'success')
    monitor.tell(20 * MINUTE, { kind: 'blind', from: START + 5 * MINUTE, until: START + 20 * MINUTE })
    expect(monitor.nextTick).toBe(70 * MINUTE)
  })
})
