import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/decide/decide.ts'
import type { Decision } from '../../src/decide/decision.ts'
import type { MonitorConfig } from '../../src/decide/monitor-config.ts'
import type { Observation } from '../../src/decide/observation.ts'
import { compileSilence } from '../../src/decide/silences.ts'
import { CALM, checkAt, DAY, daily, HOUR, MINUTE, START, thresholdOf, Watched } from './harness.ts'
import { anySettings, anything, type Step, simple } from './histories.ts'
import { Model } from './model.ts'
import { Receiver, Record } from './receiver.ts'

/** A monitor, everybody who follows it, and the runtime that ticks it. */
class Play {
  readonly monitor: Watched
  readonly receiver = new Receiver()
  readonly record = new Record()
  readonly onSee: (observation: Observation) => void
  onDecision: (decision: Decision) => void = () => {}
  now = 0
  #last: Observation = { kind: 'tick' }

  constructor(settings: Partial<MonitorConfig>, onSee: (observation: Observation) => void = () => {}) {
    this.monitor = new Watched(settings)
    this.onSee = onSee
  }

  take({ after, late, act }: Step): void {
    if (!late) this.tickUntil(this.now + after)
    this.now += after
    if (act.kind === 'around') this.monitor.surroundings = act.change(this.monitor.surroundings)
    else if (act.kind === 'see') this.#last = act.what(this.now)
    this.see(act.kind === 'around' ? { kind: 'tick' } : this.#last)
  }

  see(observation: Observation): Decision {
    this.onSee(observation)
    const decision = this.monitor.see(this.now, observation)
    this.receiver.take(decision)
    this.record.take(decision)
    this.onDecision(decision)
    return decision
  }

  tickUntil(end: number): void {
    for (let tick = this.monitor.nextTick; tick !== null && tick <= end; tick = this.monitor.nextTick) {
      expect(tick, 'the next tick is in the future').toBeGreaterThan(this.monitor.state.decidedAt - START)
      this.now = tick
      this.see({ kind: 'tick' })
    }
  }

  /** Everything turns well, and stays so until nothing is waited for. */
  recover(): void {
    this.now += MINUTE
    this.monitor.surroundings = CALM
    const time = START + this.now
    const resolved = ['f1', 'f2'].map(fingerprint => ({
      ...({ fingerprint, state: 'resolved', severity: 'info', summary: '', labels: {} } as const),
      ...{ region: null, affectedEndpoints: [], startedAt: time, expiresAt: null },
    }))
    this.see({ kind: 'alerts', time, alerts: resolved })
    this.see({
      kind: 'report',
      time,
      status: 'operational',
      summary: '',
      region: null,
      affectedEndpoints: [],
    })
    for (let turn = 0; turn < 20; turn++) {
      this.tickUntil(this.now + MINUTE)
      this.now += MINUTE
      this.see(checkAt(this.now, true))
      this.see({ kind: 'heartbeat', time: START + this.now, signal: 'success', region: null })
      for (const metric of ['queue_length', 'lag', 'load']) {
        this.see({ kind: 'sample', time: START + this.now, metric, value: 1, region: null })
      }
    }
  }
}

/** Whether something keeps back, or delays, what there is to tell. */
function isHeld({ monitor }: Play): boolean {
  const { surroundings, state } = monitor
  const { maintenance, silences, parentsDown } = surroundings
  const isQuiet = state.flapping.until !== null || monitor.monitor.parentWaitMs > 0
  return (
    isQuiet ||
    maintenance !== null ||
    silences.length > 0 ||
    parentsDown.length > 0 ||
    state.report?.status === 'maintenance'
  )
}

describe('whatever happens, in whatever order, however late and often', () => {
  it('receivers and the record are told a story that makes sense, and it ends well', () => {
    fc.assert(
      fc.property(anySettings, anything, (settings, steps) => {
        const play = new Play(settings)
        for (const step of steps) {
          play.take(step)
          const { incident } = play.monitor.state
          expect(play.record.open).toEqual(incident ? [incident.id] : [])
          expect(play.receiver.open).toEqual(incident?.told ? [incident.id] : [])
        }
        play.recover()
        expect(play.monitor.state.incident).toBe(null)
        expect(play.receiver.open).toEqual([])
        expect([...play.receiver.breaches]).toEqual([])
        expect(play.receiver.status ?? 'operational').toBe('operational')
      }),
      { numRuns: 400 },
    )
  })

  it('receivers know the status whenever nothing holds it back', () => {
    fc.assert(
      fc.property(anySettings, anything, (settings, steps) => {
        const play = new Play(settings)
        for (const step of steps) {
          play.take(step)
          if (isHeld(play) || play.receiver.status === null) continue
          expect(play.receiver.status).toBe(play.monitor.state.status)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('time alone changes nothing before the next tick that was asked for', () => {
    fc.assert(
      fc.property(
        anySettings,
        anything,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (settings, steps, share) => {
          const play = new Play(settings)
          for (const step of steps) {
            play.take(step)
            const { monitor, now } = play
            const before = monitor.state
            const wait = (monitor.nextTick ?? now + 30 * DAY) - now
            const { events, suppressed, state } = monitor.see(now + Math.floor(share * (wait - 1)), {
              kind: 'tick',
            })
            expect([events, suppressed]).toEqual([[], []])
            expect({ ...state, decidedAt: before.decidedAt }).toEqual(before)
            monitor.state = before
          }
        },
      ),
      { numRuns: 200 },
    )
  })

  it('a silence of everything lets nothing out but the end of what was told', () => {
    fc.assert(
      fc.property(anySettings, anything, anything, (settings, before, silent) => {
        const play = new Play(settings)
        for (const step of before) play.take(step)
        const silence = compileSilence({ id: 'sil_1', comment: '', startsAt: 0, endsAt: 9e15, matchers: [] })
        const breaches = new Set(play.receiver.breaches)
        const open = new Set(play.receiver.open)
        play.onDecision = ({ events }) => {
          for (const { eventType, incidentId, metadata } of events) {
            const known =
              eventType === 'incident.resolved'
                ? open.delete(incidentId!)
                : breaches.delete(String(metadata.threshold))
            expect(known, `${eventType} ends what was told`).toBe(true)
          }
        }
        for (const step of silent) {
          play.monitor.surroundings = { ...play.monitor.surroundings, silences: [silence] }
          if (step.act.kind !== 'around') play.take(step)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('a decision taken again has nothing more to say', () => {
    fc.assert(
      fc.property(anySettings, anything, (settings, steps) => {
        const play = new Play(settings)
        for (const step of steps) {
          play.take(step)
          const { state } = play.monitor
          const { events, suppressed } = play.see({ kind: 'tick' })
          expect([events, suppressed]).toEqual([[], []])
          expect(play.monitor.state).toEqual(state)
        }
      }),
      { numRuns: 200 },
    )
  })

  it('the state survives JSON, and no argument is changed', () => {
    fc.assert(
      fc.property(anySettings, anything, (settings, steps) => {
        const play = new Play(settings)
        for (const step of steps) {
          const before = freeze(structuredClone(play.monitor.state))
          play.take(step)
          const { state, monitor, surroundings } = play.monitor
          expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state)
          const setting = {
            monitor: freeze(monitor),
            surroundings,
            newIncidentId: () => 'inc_x',
            nextOccurrence: daily,
          }
          const again = () => decide(before, freeze(checkAt(play.now, false)), START + play.now, setting)
          expect(again()).toEqual(again())
        }
      }),
      { numRuns: 100 },
    )
  })

  it('the status is what a simple model says, and an incident is open as long as there is trouble', () => {
    const settings = fc.record({
      thresholds: fc.constantFrom(
        [],
        [thresholdOf({ clearLevel: 80, condition: { kind: 'in_a_row', count: 2 } })],
      ),
    })
    fc.assert(
      fc.property(anySettings, settings, simple, (some, { thresholds }, steps) => {
        const without = { heartbeat: null, flapping: null, staleAfterMs: null }
        const all = { ...some, ...without, thresholds }
        const model = new Model(new Watched(all).monitor)
        const play = new Play(all, observation => model.see(observation))
        for (const step of steps) {
          play.take(step)
          const { state, surroundings } = play.monitor
          expect(state.status).toBe(model.status(surroundings))
          expect(state.incident !== null).toBe(model.isInTrouble)
        }
      }),
      { numRuns: 400 },
    )
  })

  it('a state is as small after a year as after a day', () => {
    const monitor = new Watched({ thresholds: [thresholdOf({ metric: 'response_time_ms' })] })
    const sizes: number[] = []
    for (let at = 0; at < 365 * DAY; at += 2 * HOUR) {
      monitor.check(at, at % (6 * HOUR) !== 0)
      if (at % (73 * DAY) === 0) sizes.push(JSON.stringify(monitor.state).length)
    }
    expect(Math.max(...sizes) - Math.min(...sizes.slice(1))).toBeLessThan(500)
  })
})

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  Object.values(value).forEach(freeze)
  return Object.freeze(value)
}
