import fc from 'fast-check'
import type { Surroundings } from '../../src/decide/decision.ts'
import { DEFAULTS, type MonitorConfig } from '../../src/decide/monitor-config.ts'
import type { Observation } from '../../src/decide/observation.ts'
import { compileSilence } from '../../src/decide/silences.ts'
import { SEVERITIES, STATUSES } from '../../src/ground/vocabulary.ts'
import { alertOf, CALM, checkAt, HOUR, MINUTE, SECOND, START, thresholdOf } from './harness.ts'

/** One thing that happens to a monitor, `after` ms from the thing before. */
export interface Step {
  readonly after: number
  /** The runtime was held up: ticks that were due in between come all at once. */
  readonly late: boolean
  readonly act: Act
}

/** What is seen at a time (ms from `START`), or a change of what is around. */
export type Act =
  | { readonly kind: 'see'; readonly what: (now: number) => Observation }
  /** The observation before, delivered again. */
  | { readonly kind: 'again' }
  | { readonly kind: 'around'; readonly change: (before: Surroundings) => Surroundings }

const seen = fc.oneof(
  { arbitrary: fc.record({ ok: fc.boolean(), delay: fc.nat(20 * SECOND) }), weight: 4 },
  { arbitrary: fc.constant(null), weight: 1 },
)

const check = seen.map(
  result =>
    (now: number): Observation =>
      result ? checkAt(Math.max(0, now - result.delay), result.ok) : { kind: 'tick' },
)

const oneAlert = fc.record({
  fingerprint: fc.constantFrom('f1', 'f2'),
  state: fc.constantFrom('firing' as const, 'resolved' as const),
  severity: fc.constantFrom(...SEVERITIES),
})
const alerts = fc.array(oneAlert, { minLength: 1, maxLength: 3 }).map(
  list =>
    (now: number): Observation => ({
      kind: 'alerts',
      time: START + now,
      alerts: list.map(one => alertOf(now, one)),
    }),
)

const report = fc.constantFrom(...STATUSES).map(
  status =>
    (now: number): Observation => ({
      kind: 'report',
      time: START + now,
      status,
      summary: 'by hand',
      region: null,
      affectedEndpoints: [],
    }),
)

const sample = fc
  .record({ value: fc.constantFrom(50, 90, 150), metric: fc.constantFrom('queue_length', 'lag', 'load') })
  .map(
    one =>
      (now: number): Observation => ({ kind: 'sample', time: START + now, region: null, ...one }),
  )

const ping = fc.constantFrom('start' as const, 'success' as const, 'fail' as const).map(
  signal =>
    (now: number): Observation => ({ kind: 'heartbeat', time: START + now, signal, region: null }),
)

const operator = fc.constantFrom('acknowledge' as const, 'comment' as const, 'resolve' as const).map(
  action =>
    (now: number): Observation => ({
      kind: 'operator',
      time: START + now,
      action,
      incidentId: null,
      by: 'ana',
      comment: null,
    }),
)

const blind = fc.nat(10 * MINUTE).map(
  length =>
    (now: number): Observation => ({ kind: 'blind', from: START + now - length, until: START + now }),
)

const silence = fc.constantFrom(null, 'everything', 'critical', 'warning').map(what => {
  const matchers =
    what === 'everything' ? [] : [{ name: 'severity', operator: '=', value: what ?? '' } as const]
  const silences =
    what === null ? [] : [compileSilence({ id: 'sil_1', comment: '', startsAt: 0, endsAt: 9e15, matchers })]
  return (before: Surroundings): Surroundings => ({ ...before, silences })
})
const maintenance = fc.boolean().map(
  on =>
    (before: Surroundings): Surroundings => ({
      ...before,
      maintenance: on ? { id: 'mnt_1', name: 'release' } : null,
    }),
)
const parents = fc.boolean().map(
  down =>
    (before: Surroundings): Surroundings => ({ ...before, parentsDown: down ? ['database'] : [] }),
)

const see = (...whats: fc.Arbitrary<(now: number) => Observation>[]) =>
  fc.oneof(...whats).map((what): Act => ({ kind: 'see', what }))
const around = fc
  .oneof(
    silence,
    maintenance,
    parents,
    fc.constant(() => CALM),
  )
  .map((change): Act => ({ kind: 'around', change }))
const again = fc.constant<Act>({ kind: 'again' })

function steps(act: fc.Arbitrary<Act>): fc.Arbitrary<Step[]> {
  const after = fc.oneof(fc.nat(5 * SECOND), fc.nat(MINUTE), fc.nat(3 * MINUTE), fc.nat(HOUR))
  return fc.array(fc.record({ after, late: fc.boolean(), act }), { minLength: 1, maxLength: 60, size: 'max' })
}

/** Everything that can happen, in any order. */
export const anything = steps(
  fc.oneof(
    { arbitrary: see(check, alerts, report, sample, ping, operator, blind), weight: 6 },
    { arbitrary: around, weight: 2 },
    { arbitrary: again, weight: 1 },
  ),
)

/** What a simple model can follow: no time-outs, nothing that heals by itself. */
export const simple = steps(
  fc.oneof(
    { arbitrary: see(check, alerts, report, sample, operator), weight: 6 },
    { arbitrary: around, weight: 1 },
    { arbitrary: again, weight: 1 },
  ),
)

const everyThreshold: MonitorConfig['thresholds'] = [
  thresholdOf({
    clearLevel: 80,
    condition: { kind: 'in_a_row', count: 2 },
    noData: { afterMs: 10 * MINUTE, means: 'unknown' },
  }),
  thresholdOf({
    id: 'lag',
    metric: 'lag',
    condition: { kind: 'duration', durationMs: MINUTE },
    noData: { afterMs: 5 * MINUTE, means: 'breach' },
  }),
  thresholdOf({
    id: 'load',
    metric: 'load',
    severity: 'critical',
    status: 'down',
    condition: { kind: 'aggregate', aggregate: 'p95', windowMs: 5 * MINUTE, minSamples: 2 },
    noData: { afterMs: 5 * MINUTE, means: 'clear' },
  }),
]

export const anySettings: fc.Arbitrary<Partial<MonitorConfig>> = fc.record({
  check: fc.record({
    ...Object.fromEntries(Object.entries(DEFAULTS.check).map(([key, value]) => [key, fc.constant(value)])),
    failuresToOpen: fc.integer({ min: 1, max: 3 }),
    successesToClose: fc.integer({ min: 1, max: 3 }),
  }) as fc.Arbitrary<MonitorConfig['check']>,
  heartbeat: fc.constantFrom(null, {
    schedule: { kind: 'period', periodMs: 10 * MINUTE },
    graceMs: MINUTE,
    maxRunMs: 2 * MINUTE,
    severity: 'warning',
    status: 'degraded',
  } as const),
  thresholds: fc.subarray([...everyThreshold]),
  flapping: fc.constantFrom(null, { changes: 3, windowMs: 10 * MINUTE, calmMs: 5 * MINUTE }),
  parents: fc.constant(['database']),
  parentWaitMs: fc.constantFrom(0, 30 * SECOND),
  staleAfterMs: fc.constantFrom(null, 20 * MINUTE),
})
