import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client'
import type { Attempt } from '../ground/vocabulary.ts'

/** From a millisecond to the end of a slow attempt; 0.2 is the promise. */
const LATENCY_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 30]

/** What this node counts, for Prometheus; docs/reference/metrics.md lists it. */
export class Metrics {
  readonly registry = new Registry()
  readonly #attempts = new Counter({
    name: 'statuspulse_attempts_total',
    help: 'Attempts made, by what followed.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  })
  readonly #errors = new Counter({
    name: 'statuspulse_attempt_errors_total',
    help: 'Attempts that got no whole answer, by class of error.',
    labelNames: ['class'] as const,
    registers: [this.registry],
  })
  readonly #latency = new Histogram({
    name: 'statuspulse_first_attempt_latency_seconds',
    help: "From an event's acceptance to the first byte of the receiver's answer, first attempts only.",
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  })
  readonly #accepted = new Counter({
    name: 'statuspulse_events_accepted_total',
    help: 'Events committed by this node.',
    registers: [this.registry],
  })
  readonly #checks = new Counter({
    name: 'statuspulse_checks_total',
    help: 'Checks of monitors that ended and said something about their target, by outcome.',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  })
  readonly #checkLag = new Histogram({
    name: 'statuspulse_check_lag_seconds',
    help: 'How long after its time a check started.',
    buckets: LATENCY_BUCKETS,
    registers: [this.registry],
  })

  constructor() {
    collectDefaultMetrics({ register: this.registry })
  }

  /** Counts events that were committed. */
  accepted(events: number): void {
    this.#accepted.inc(events)
  }

  /** Counts an attempt; dry runs are left out. */
  attempted(attempt: Attempt): void {
    if (attempt.dryRun) return
    this.#attempts.inc({ outcome: attempt.outcome })
    if (attempt.error) this.#errors.inc({ class: attempt.error.class })
    if (attempt.retryAttempt > 0) return
    const { wait, firstByte } = attempt.timings
    if (firstByte !== null) this.#latency.observe((wait + firstByte) / 1000)
  }

  /** A check began, so long after its time; ms. */
  started(lagMs: number): void {
    this.#checkLag.observe(lagMs / 1000)
  }

  /** A check ended that says something about its target. */
  ended(ok: boolean): void {
    this.#checks.inc({ outcome: ok ? 'ok' : 'failed' })
  }

  /** Adds a figure that is read when it is asked for. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read())
      },
    })
  }
}
