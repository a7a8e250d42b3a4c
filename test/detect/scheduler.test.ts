import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { CHECKS, type CheckResult } from '../../src/detect/checks/index.ts'
import { type ScheduledCheck, Scheduler } from '../../src/detect/scheduler.ts'
import { DueHeap } from '../../src/detect/scheduler-heap.ts'
import { NetworkJudge } from '../../src/detect/scheduler-network.ts'
import { phaseOf, slotAfter } from '../../src/detect/scheduler-slots.ts'
import { systemClock } from '../../src/ground/clock.ts'
import { TestClock } from '../helpers/clock.ts'
import { networkWith, receiverWith } from './harness.ts'
import { simulatedCheck } from './results.ts'

const STEP_MS = 10
const START = Date.UTC(2024, 4, 14)

const schedulers: Scheduler[] = []
afterEach(async () => {
  for (const scheduler of schedulers.splice(0)) await scheduler.stop()
})

function schedulerOn(
  clock: TestClock,
  more: Partial<ConstructorParameters<typeof Scheduler>[0]> = {},
): Scheduler {
  const scheduler = new Scheduler({ clock, judge: null, onResult: () => {}, ...more })
  schedulers.push(scheduler)
  return scheduler
}

/** Moves the clock on in small steps; whatever waits for a promise gets its turn in between. */
async function pass(clock: TestClock, ms: number): Promise<void> {
  for (const end = clock.now() + ms; clock.now() < end; ) {
    clock.advance(STEP_MS)
    await settled()
  }
}

function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

describe('the times of a monitor', () => {
  const interval = fc.integer({ min: 5_000, max: 86_400_000 })

  it('are an interval apart, whenever one looks, and have its phase', () => {
    fc.assert(
      fc.property(fc.string(), interval, fc.integer({ min: 0, max: 4e12 }), (id, intervalMs, time) => {
        const next = slotAfter(time, id, intervalMs)
        expect(next).toBeGreaterThan(time)
        expect(next - time).toBeLessThanOrEqual(intervalMs)
        expect(next % intervalMs).toBe(phaseOf(id, intervalMs))
        expect(slotAfter(next, id, intervalMs)).toBe(next + intervalMs)
        expect(slotAfter(next - 1, id, intervalMs)).toBe(next)
      }),
    )
  })

  it('are spread evenly over the interval', () => {
    const tenths = Array.from({ length: 10 }, () => 0)
    for (let index = 0; index < 5_000; index++) tenths[Math.floor(phaseOf(`mon_${index}`, 30_000) / 3_000)]!++
    for (const count of tenths) expect(Math.abs(count - 500)).toBeLessThan(100)
  })
})

describe('the heap of what is due', () => {
  it('has the earliest on top, whatever is put, moved and taken out', () => {
    const step = fc.tuple(fc.integer({ min: 0, max: 19 }), fc.option(fc.integer({ min: 0, max: 100 })))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), steps => {
        const heap = new DueHeap()
        const items = Array.from({ length: 20 }, () => ({ dueAt: 0, place: -1 }))
        for (const [index, dueAt] of steps) {
          const item = items[index]!
          if (dueAt === null) heap.delete(item)
          else {
            item.dueAt = dueAt
            heap.put(item)
          }
          const inside = items.filter(item => item.place >= 0)
          expect(heap.size).toBe(inside.length)
          expect(heap.top?.dueAt).toBe(
            inside.length === 0 ? undefined : Math.min(...inside.map(item => item.dueAt)),
          )
        }
      }),
    )
  })
})

describe('5,000 monitors at 30 s', () => {
  it('start at their times to the step, without drift, and at the same times after a restart', async () => {
    const clock = new TestClock(START)
    const starts = new Map<string, number[]>()
    const lags: number[] = []
    const fleet = Array.from({ length: 5_000 }, (_, index) => {
      const id = `mon_${index}`
      starts.set(id, [])
      return simulatedCheck(clock, {
        id,
        intervalMs: 30_000,
        durationMs: () => 20 + (index % 200),
        onStart: at => starts.get(id)!.push(at),
      })
    })
    for (let life = 0; life < 2; life++) {
      const scheduler = schedulerOn(clock, { onStart: lagMs => lags.push(lagMs) })
      for (const check of fleet) scheduler.put(check)
      await scheduler.start()
      await pass(clock, 60_000)
      expect(scheduler.counts).toMatchObject({ monitors: 5_000, started: 10_000, skipped: 0, stalled: 0 })
      await scheduler.stop()
    }
    lags.sort((a, b) => a - b)
    expect(lags[Math.floor(lags.length * 0.99)]).toBeLessThanOrEqual(2 * STEP_MS)
    expect(lags.at(-1)).toBeLessThanOrEqual(5 * STEP_MS)
    for (const [id, times] of starts) {
      expect(times).toHaveLength(4)
      for (const at of times) expect((at - phaseOf(id, 30_000)) % 30_000).toBeLessThanOrEqual(5 * STEP_MS)
    }
  })
})

describe('any fleet, under changes', () => {
  const monitor = fc.record({
    intervalMs: fc.integer({ min: 5_000, max: 20_000 }),
    durations: fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 5 }),
  })
  const change = fc.record({
    index: fc.nat({ max: 7 }),
    kind: fc.constantFrom('put', 'remove', 'runSoon'),
    afterMs: fc.integer({ min: 0, max: 15_000 }),
  })

  it('never has two runs of a monitor, starts at most as many as may be, and accounts for every time', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(monitor, { minLength: 1, maxLength: 8 }),
        fc.array(change, { maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        async (monitors, changes, concurrency) => {
          const clock = new TestClock(START)
          const scheduler = schedulerOn(clock, { concurrency })
          const active = monitors.map(() => 0)
          const checkOf = (index: number): ScheduledCheck => {
            const { intervalMs, durations } = monitors[index]!
            let runs = 0
            return simulatedCheck(clock, {
              id: `mon_${index}`,
              intervalMs,
              timeoutMs: 60_000,
              durationMs: () => durations[runs++ % durations.length]!,
              onStart: () => {
                active[index]!++
                expect(active[index]).toBe(1)
                expect(active.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(concurrency)
              },
              onEnd: () => active[index]!--,
            })
          }
          for (const index of monitors.keys()) scheduler.put(checkOf(index))
          await scheduler.start()
          for (const { index, kind, afterMs } of changes) {
            await pass(clock, afterMs)
            if (index >= monitors.length) continue
            if (kind === 'put') scheduler.put(checkOf(index))
            else scheduler[kind](`mon_${index}`)
            await settled()
          }
          await pass(clock, 20_000)
          if (changes.length === 0) {
            const times = monitors.reduce((sum, { intervalMs }, index) => {
              let count = 0
              for (let at = slotAfter(START, `mon_${index}`, intervalMs); at <= clock.now(); at += intervalMs)
                count++
              return sum + count
            }, 0)
            const { started, skipped, waiting } = scheduler.counts
            expect(started + skipped + waiting).toBe(times)
          }
          await scheduler.stop()
          expect(active.every(count => count === 0)).toBe(true)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('the scheduler', () => {
  it('skips and counts the times that pass while a run is under way', async () => {
    const clock = new TestClock(START)
    const starts: number[] = []
    const scheduler = schedulerOn(clock)
    scheduler.put(
      simulatedCheck(clock, {
        id: 'slow',
        intervalMs: 5_000,
        timeoutMs: 60_000,
        durationMs: () => 12_000,
        onStart: at => starts.push(at),
      }),
    )
    await scheduler.start()
    await pass(clock, 30_000)
    expect(starts.slice(1).map((at, index) => at - starts[index]!)).toEqual([15_000])
    expect(scheduler.counts).toMatchObject({ started: 2, skipped: 4 })
  })

  it('reports every result with its monitor', async () => {
    const clock = new TestClock(START)
    const reports: [string, boolean][] = []
    const scheduler = schedulerOn(clock, { onResult: (id, result) => reports.push([id, result.ok]) })
    scheduler.put(simulatedCheck(clock, { id: 'fine', intervalMs: 10_000 }))
    scheduler.put(
      simulatedCheck(clock, { id: 'down', intervalMs: 10_000, outcome: () => 'connection_refused' }),
    )
    await scheduler.start()
    await pass(clock, 10_050)
    expect(reports.sort()).toEqual([
      ['down', false],
      ['fine', true],
    ])
  })

  it('runs a check at once on demand, and keeps its times', async () => {
    const clock = new TestClock(START)
    const starts: number[] = []
    const scheduler = schedulerOn(clock)
    await scheduler.start()
    scheduler.put(
      simulatedCheck(clock, { id: 'daily', intervalMs: 86_400_000, onStart: at => starts.push(at) }),
    )
    scheduler.runSoon('daily')
    await pass(clock, 50)
    expect(starts).toEqual([START + STEP_MS])
    clock.set(slotAfter(START, 'daily', 86_400_000))
    await settled()
    expect(starts[1]! % 86_400_000).toBe(phaseOf('daily', 86_400_000))
  })

  it('calls off the run of a check that is replaced, and reports only the new one', async () => {
    const clock = new TestClock(START)
    const reports: boolean[] = []
    const scheduler = schedulerOn(clock, { onResult: (_id, result) => reports.push(result.ok) })
    await scheduler.start()
    scheduler.put(
      simulatedCheck(clock, { id: 'a', intervalMs: 5_000, durationMs: () => 4_000, outcome: () => 'tls' }),
    )
    scheduler.runSoon('a')
    await pass(clock, 100)
    scheduler.put(simulatedCheck(clock, { id: 'a', intervalMs: 5_000 }))
    await pass(clock, 5_100)
    expect(reports).toEqual([true])
  })

  it('aborts what is under way when it is stopped, waits for its end, and reports nothing of it', async () => {
    const clock = new TestClock(START)
    const reports: CheckResult[] = []
    let ended = 0
    const scheduler = schedulerOn(clock, { onResult: (_id, result) => reports.push(result), concurrency: 2 })
    await scheduler.start()
    for (const id of ['a', 'b', 'c']) {
      scheduler.put(
        simulatedCheck(clock, { id, intervalMs: 5_000, durationMs: () => 4_000, onEnd: () => ended++ }),
      )
      scheduler.runSoon(id)
    }
    await pass(clock, 100)
    expect(scheduler.counts).toMatchObject({ running: 2, waiting: 1 })
    await scheduler.stop()
    expect(ended).toBe(2)
    expect(scheduler.counts).toMatchObject({ running: 0, started: 2 })
    await pass(clock, 20_000)
    expect(reports).toEqual([])
  })

  it('does not wait for a clock that was set back', async () => {
    const clock = new TestClock(START)
    let offset = 0
    const shifted = { now: () => clock.now() + offset, after: clock.after.bind(clock) }
    const starts: number[] = []
    const scheduler = new Scheduler({ clock: shifted, judge: null, onResult: () => {} })
    schedulers.push(scheduler)
    scheduler.put(simulatedCheck(clock, { id: 'a', intervalMs: 5_000, onStart: at => starts.push(at) }))
    await scheduler.start()
    await pass(clock, 10_000)
    offset = -3_600_000
    await pass(clock, 10_000)
    expect(starts).toHaveLength(4)
  })
})

describe('after the machine was suspended', () => {
  it('each monitor waits for its next time, instead of all of them starting at once', async () => {
    const clock = new TestClock(START)
    const scheduler = schedulerOn(clock)
    for (let index = 0; index < 500; index++)
      scheduler.put(simulatedCheck(clock, { id: `mon_${index}`, intervalMs: 10_000 }))
    await scheduler.start()
    clock.advance(3_600_000)
    await settled()
    await pass(clock, 500)
    expect(scheduler.counts.started).toBeLessThan(60)
    await pass(clock, 9_500)
    expect(scheduler.counts.started).toBe(500)
    expect(scheduler.counts.skipped).toBeGreaterThan(500 * 359)
  })
})

describe('a run during which the event loop was stuck', () => {
  it('says nothing, and is run again at once', async () => {
    const clock = new TestClock(START)
    const reports: CheckResult[] = []
    const scheduler = schedulerOn(clock, { onResult: (_id, result) => reports.push(result) })
    let runs = 0
    await scheduler.start()
    scheduler.put(
      simulatedCheck(clock, {
        id: 'a',
        intervalMs: 60_000,
        timeoutMs: 2_000,
        durationMs: () => (runs++ === 0 ? 3_000 : 30),
      }),
    )
    scheduler.runSoon('a')
    await pass(clock, 100)
    clock.advance(2_500)
    await pass(clock, 200)
    expect(reports.map(result => result.ok)).toEqual([true])
    expect(scheduler.counts).toMatchObject({ started: 1, stalled: 1 })
  })

  it('leaves its turn out when the second try is no better', async () => {
    const clock = new TestClock(START)
    const reports: CheckResult[] = []
    const scheduler = schedulerOn(clock, { onResult: (_id, result) => reports.push(result) })
    await scheduler.start()
    scheduler.put(
      simulatedCheck(clock, { id: 'a', intervalMs: 60_000, timeoutMs: 2_000, durationMs: () => 3_000 }),
    )
    scheduler.runSoon('a')
    await pass(clock, 100)
    for (let stall = 0; stall < 3; stall++) {
      clock.advance(2_500)
      await settled()
    }
    expect(reports).toEqual([])
    expect(scheduler.counts).toMatchObject({ stalled: 2, running: 0 })
  })

  it('but one that only waited for its target says that it is down', async () => {
    const clock = new TestClock(START)
    const reports: CheckResult[] = []
    const scheduler = schedulerOn(clock, { onResult: (_id, result) => reports.push(result) })
    await scheduler.start()
    scheduler.put(
      simulatedCheck(clock, { id: 'a', intervalMs: 60_000, timeoutMs: 2_000, durationMs: () => 3_000 }),
    )
    scheduler.runSoon('a')
    await pass(clock, 3_000)
    expect(reports.map(result => result.error?.class)).toEqual(['timeout'])
  })

  it('is none of the target’s failures: a real loop, really stuck, with the answer waiting in the socket', async () => {
    const receiver = await receiverWith()
    const network = networkWith()
    const spec = CHECKS.http.schema.parse({ url: receiver.url })
    const results: CheckResult[] = []
    const reported = Promise.withResolvers<CheckResult>()
    const scheduler = new Scheduler({
      clock: systemClock,
      judge: null,
      onResult: (_id, result) => reported.resolve(result),
    })
    schedulers.push(scheduler)
    await scheduler.start()
    scheduler.put({
      id: 'a',
      intervalMs: 86_400_000,
      timeoutMs: 300,
      host: null,
      run: async options => {
        const running = CHECKS.http.run(spec, { ...options, network })
        if (results.length === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700)
        results.push(await running)
        return results.at(-1)!
      },
    })
    scheduler.runSoon('a')
    expect((await reported.promise).ok).toBe(true)
    expect(results.map(result => result.error?.class)).toEqual(['timeout', undefined])
    expect(scheduler.counts.stalled).toBe(1)
  })
})

describe('a node that loses its network', () => {
  it('reports nobody as down, says since when, and goes on when it is back', async () => {
    const clock = new TestClock(START)
    let isUp = true
    const reports: { at: number; ok: boolean }[] = []
    const judge = new NetworkJudge({
      clock,
      random: () => 0.5,
      probe: async () => isUp,
      references: { hosts: [{ hostname: 'reference.test', port: 53 }], probe: async () => isUp },
    })
    const scheduler = schedulerOn(clock, {
      judge,
      onResult: (_id, result) => reports.push({ at: clock.now(), ok: result.ok }),
    })
    for (let index = 0; index < 100; index++)
      scheduler.put(
        simulatedCheck(clock, {
          id: `mon_${index}`,
          intervalMs: 10_000,
          host: { hostname: `host${index}.test`, port: 443 },
          durationMs: () => (isUp ? 20 : 3_000),
          timeoutMs: 2_000,
        }),
      )
    await scheduler.start()
    await pass(clock, 10_000)
    isUp = false
    await pass(clock, 120_000)
    expect(judge.cutOffSince).not.toBeNull()
    isUp = true
    await pass(clock, 20_000)
    expect(judge.cutOffSince).toBeNull()
    expect(reports.filter(report => !report.ok)).toEqual([])
    expect(scheduler.counts.cutOff).toBeGreaterThan(1_000)
    expect(reports.filter(report => report.at > clock.now() - 10_000).length).toBeGreaterThanOrEqual(99)
  })
})
