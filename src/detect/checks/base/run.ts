import { EgressError, type Opening } from '../../../deliver/egress/index.ts'
import { messageOf } from '../../../ground/errors.ts'
import type { CheckNetwork } from './network.ts'
import {
  type CheckError,
  CheckFailure,
  type CheckResult,
  type CheckWarning,
  type TlsFacts,
} from './result.ts'

/** What a check gets beside its spec. */
export interface CheckOptions {
  readonly network: CheckNetwork
  /** Over the whole check, redirects included; 1 ms or more. */
  readonly timeoutMs: number
  /** Calls the check off: it ends at once, with class `aborted`. */
  readonly signal?: AbortSignal
}

/** The answer came as a whole, whatever was in it. */
const ANSWERED = new Set<string>(['unexpected_status', 'assertion'])

/** One check under way: what was seen so far, and what must be closed when it ends. */
export class Run {
  readonly network: CheckNetwork
  readonly startedAt = Date.now()
  /** `performance.now()` */
  readonly startMark = performance.now()
  readonly warnings: CheckWarning[] = []
  statusCode: number | null = null
  remoteAddress: string | null = null
  tls: TlsFacts | null = null
  /** `performance.now()` */
  firstByteMark: number | null = null
  /** Says what the check is at, for the message of a timeout: "looking up example.com". */
  doing: () => string = () => 'starting'
  over = false
  readonly #openings: Opening[] = []
  readonly #endings: (() => void)[] = []

  constructor(network: CheckNetwork) {
    this.network = network
  }

  /** Counts an opening's phases into the timings. */
  track(opening: Opening): void {
    this.#openings.push(opening)
  }

  /** Has `ending` called when the check ends, however it does; at once if it is over. */
  onEnd(ending: () => void): void {
    if (this.over) ending()
    else this.#endings.push(ending)
  }

  /** Closes everything that the check opened. */
  end(): void {
    this.over = true
    for (const ending of this.#endings.splice(0)) ending()
  }

  resultOf(error: CheckError | null): CheckResult {
    const total = performance.now() - this.startMark
    const samples: Record<string, number> = {}
    if (error === null || ANSWERED.has(error.class)) samples.response_time_ms = Math.round(total * 100) / 100
    if (this.tls) samples.tls_days_left = this.tls.daysLeft
    return {
      ok: error === null,
      statusCode: this.statusCode,
      error,
      timings: {
        dns: this.#sum('dns'),
        connect: this.#sum('connect'),
        tls: this.#sum('tls'),
        firstByte: this.firstByteMark === null ? null : this.firstByteMark - this.startMark,
        total,
      },
      remoteAddress: this.remoteAddress,
      tls: this.tls,
      warnings: this.warnings,
      startedAt: this.startedAt,
      latencyMs: total,
      samples,
    }
  }

  #sum(phase: 'dns' | 'connect' | 'tls'): number | null {
    let sum: number | null = null
    for (const opening of this.#openings) if (opening[phase] !== null) sum = (sum ?? 0) + opening[phase]
    return sum
  }
}

/**
 * Does a check's work within its bounds. Never rejects: what went wrong is in the result. When the time is
 * up, or the check called off, all that it opened is closed and the result is there at once, whatever
 * `work` is waiting for.
 */
export function bounded(options: CheckOptions, work: (run: Run) => Promise<void>): Promise<CheckResult> {
  return new Promise(resolve => {
    const { timeoutMs, signal } = options
    const run = new Run(options.network)
    const finish = (error: CheckError | null) => {
      if (run.over) return
      clearTimeout(timer)
      signal?.removeEventListener('abort', callOff)
      const result = run.resultOf(error)
      run.end()
      resolve(result)
    }
    const callOff = () => finish({ class: 'aborted', message: 'The check was called off' })
    const timer = setTimeout(
      () =>
        finish({ class: 'timeout', message: `Not finished within ${timeoutMs} ms: still ${run.doing()}` }),
      timeoutMs,
    )
    if (signal?.aborted) return callOff()
    signal?.addEventListener('abort', callOff, { once: true })
    work(run).then(
      () => finish(null),
      error => finish(errorOf(error)),
    )
  })
}

function errorOf(error: unknown): CheckError {
  if (error instanceof CheckFailure || error instanceof EgressError)
    return { class: error.errorClass, message: error.message }
  return { class: 'other', message: messageOf(error) }
}
