import { describe, expect, it } from 'vitest'
import type { Threshold } from '../../src/decide/monitor-config.ts'
import { HOUR, inShort, MINUTE, SECOND, START, thresholdOf, Watched } from './harness.ts'

const OPENED = ['metric.breached warning degraded', 'incident.opened warning degraded']
const RESOLVED = ['metric.cleared warning operational', 'incident.resolved warning operational']

function metric(settings: Partial<Threshold> = {}) {
  return new Watched({ check: null, thresholds: [thresholdOf(settings)] })
}

describe('a threshold', () => {
  it('is breached by a value on its bad side, and cleared by one on the good side', () => {
    const monitor = metric()
    expect(monitor.sample(1, 100)).toEqual([])
    expect(monitor.sample(2, 101)).toEqual(OPENED)
    expect(monitor.sample(3, 500)).toEqual([])
    expect(monitor.sample(4, 100)).toEqual(RESOLVED)
  })

  it.each([
    ['>', 101, 100],
    ['>=', 100, 99],
    ['<', 99, 100],
    ['<=', 100, 101],
  ] as const)('%s is crossed by %d, not by %d', (operator, bad, good) => {
    const monitor = metric({ operator })
    expect(monitor.sample(1, good)).toEqual([])
    expect(monitor.sample(2, bad)).toEqual(OPENED)
    expect(monitor.sample(3, good)).toEqual(RESOLVED)
  })

  it('with a clear level stays breached until that is reached', () => {
    const monitor = metric({ clearLevel: 80 })
    monitor.sample(1, 101)
    expect(monitor.sample(2, 90)).toEqual([])
    expect(monitor.sample(3, 80)).toEqual(RESOLVED)
    expect(monitor.sample(4, 90)).toEqual([])
  })

  it('tells what was crossed, in the events of its incident', () => {
    const monitor = metric()
    const [breached, opened] = monitor.see(1_000, sampleOf(1_000, 140)).events
    expect(breached?.incidentId).toBe('inc_1')
    expect(opened?.incidentId).toBe('inc_1')
    expect(breached?.metadata).toMatchObject({
      region: 'eu-1',
      message: 'checkout: queue_length is > 100 (140)',
      threshold: 'backlog',
      metric: 'queue_length',
      operator: '>',
      level: 100,
      value: 140,
      started_at: '2024-05-14T00:00:01Z',
    })
    const [cleared] = monitor.see(61_000, sampleOf(61_000, 7)).events
    expect(cleared).toMatchObject({ eventType: 'metric.cleared', incidentId: 'inc_1' })
    expect(cleared?.metadata).toMatchObject({ value: 7, duration_s: 60 })
  })

  it('can ask for N samples in a row', () => {
    const monitor = metric({ condition: { kind: 'in_a_row', count: 3 } })
    for (const [at, value] of [200, 200, 50, 200, 200].entries())
      expect(monitor.sample(at, value)).toEqual([])
    expect(monitor.sample(9, 200)).toEqual(OPENED)
  })

  it('counts in a row only what comes in order, and a repeat only once', () => {
    const monitor = metric({ condition: { kind: 'in_a_row', count: 3 } })
    monitor.sample(10, 200)
    monitor.sample(10, 200)
    monitor.tell(11, { ...sampleOf(5, 200), region: null })
    expect(monitor.sample(12, 200)).toEqual([])
    expect(monitor.sample(13, 200)).toEqual(OPENED)
  })

  it('can ask for a duration, and time alone completes it', () => {
    const monitor = metric({ condition: { kind: 'duration', durationMs: MINUTE } })
    monitor.sample(0, 200)
    monitor.sample(30 * SECOND, 50)
    monitor.sample(40 * SECOND, 200)
    expect(monitor.nextTick).toBe(100 * SECOND)
    expect(monitor.tick(100 * SECOND)).toEqual(OPENED)
    expect(monitor.state.incident?.startedAt).toBe(START + 40 * SECOND)
  })

  it('can ask for the average, greatest, least or 95th percentile over a window', () => {
    const over = (aggregate: 'avg' | 'max' | 'min' | 'p95') =>
      metric({ condition: { kind: 'aggregate', aggregate, windowMs: MINUTE, minSamples: 2 } })
    const [avg, max, min, p95] = [over('avg'), over('max'), over('min'), over('p95')]
    for (const monitor of [avg, max, min, p95]) expect(monitor.sample(0, 90)).toEqual([])
    expect(avg.sample(10 * SECOND, 111)).toEqual(OPENED)
    expect(max.sample(10 * SECOND, 101)).toEqual(OPENED)
    expect(min.sample(10 * SECOND, 101)).toEqual([])
    expect(min.sample(65 * SECOND, 101)).toEqual(OPENED)
    expect(p95.sample(10 * SECOND, 120)).toEqual(OPENED)
    // The high value has left the window.
    expect(max.sample(75 * SECOND, 90)).toEqual([])
    expect(max.sample(76 * SECOND, 90)).toEqual(RESOLVED)
  })

  it('can take the lack of samples for a breach', () => {
    const monitor = metric({ noData: { afterMs: 5 * MINUTE, means: 'breach' } })
    monitor.sample(0, 1)
    expect(monitor.nextTick).toBe(5 * MINUTE)
    expect(monitor.tick(5 * MINUTE)).toEqual(OPENED)
    expect(monitor.state.incident?.summary).toBe('no data for queue_length for 5 min')
    expect(monitor.sample(6 * MINUTE, 1)).toEqual(RESOLVED)
  })

  it('can take the lack of samples for not knowing', () => {
    const monitor = metric({ noData: { afterMs: 5 * MINUTE, means: 'unknown' } })
    monitor.sample(0, 1)
    expect(monitor.tick(5 * MINUTE)).toEqual(['status.changed info unknown'])
    expect(monitor.sample(6 * MINUTE, 1)).toEqual(['status.changed info operational'])
  })

  it('says that it does not know, and not that all is well, when samples of a breach stay away', () => {
    const monitor = metric({ noData: { afterMs: 5 * MINUTE, means: 'unknown' } })
    monitor.sample(0, 200)
    const messages = monitor.see(5 * MINUTE, { kind: 'tick' }).events.map(({ metadata }) => metadata.message)
    expect(messages).toEqual([
      'checkout: nothing is known of queue_length any more, after it was bad for 5 min',
      'the status of checkout is unknown, after it was degraded for 5 min: queue_length is > 100 (200)',
    ])
  })

  it('can take the lack of samples for the end of a breach', () => {
    const monitor = metric({ noData: { afterMs: 5 * MINUTE, means: 'clear' } })
    monitor.sample(0, 200)
    const decision = monitor.see(5 * MINUTE, { kind: 'tick' })
    expect(inShort(decision)).toEqual(RESOLVED)
    expect(decision.events[0]?.metadata.message).toBe('checkout: queue_length is good again after 5 min')
    expect(monitor.nextTick).toBe(null)
  })

  it('misses no data for the time in which we were blind', () => {
    const monitor = metric({ noData: { afterMs: 5 * MINUTE, means: 'breach' } })
    monitor.sample(0, 1)
    expect(monitor.tell(HOUR, { kind: 'blind', from: START + 1, until: START + HOUR })).toEqual([])
    expect(monitor.nextTick).toBe(HOUR + 5 * MINUTE)
  })

  it('takes what time has brought about in its order, however late the tick', () => {
    const rules = {
      condition: { kind: 'duration', durationMs: MINUTE },
      noData: { afterMs: 5 * MINUTE, means: 'breach' },
    } as const
    const monitor = metric(rules)
    monitor.sample(0, 200)
    expect(monitor.tick(HOUR)).toEqual(OPENED)
    expect(monitor.state.incident?.summary).toBe('no data for queue_length for 5 min')
    expect(monitor.nextTick).toBe(null)
  })

  it('that is taken out of the settings ends its breach', () => {
    const monitor = metric()
    monitor.sample(1, 200)
    monitor.monitor = { ...monitor.monitor, thresholds: [] }
    expect(monitor.tick(2)).toEqual(RESOLVED)
    expect(monitor.state.thresholds).toEqual({})
  })

  it('is held against what checks measure', () => {
    const slow = thresholdOf({ id: 'slow', metric: 'response_time_ms', level: 500 })
    const failing = thresholdOf({ id: 'failing', metric: 'error_rate_pct', level: 30 })
    const monitor = new Watched({ thresholds: [slow, failing] })
    monitor.check(1, true)
    expect(monitor.check(2, true, { latencyMs: 700 })).toEqual(OPENED)
    expect(monitor.check(3, false)).toEqual([
      'metric.breached warning degraded',
      'incident.updated warning degraded',
    ])
    expect(monitor.state.readings.errorRatePct).toBe(33.33)
  })

  it('ignores what is no number', () => {
    const monitor = metric({ operator: '<' })
    expect(monitor.see(1, sampleOf(1, Number.NaN)).samples).toEqual([])
    expect(monitor.sample(2, Number.NEGATIVE_INFINITY)).toEqual([])
  })
})

function sampleOf(after: number, value: number) {
  return { kind: 'sample', time: START + after, metric: 'queue_length', value, region: 'eu-1' } as const
}
