import type { CheckErrorClass, CheckResult, Host } from '../../src/detect/checks/index.ts'
import type { ScheduledCheck } from '../../src/detect/scheduler.ts'
import type { Clock } from '../../src/ground/clock.ts'

/** A result as a check would give it: ok, or failed with a class. */
export function resultAt(
  startedAt: number,
  more: { errorClass?: CheckErrorClass | null; remoteAddress?: string | null } = {},
): CheckResult {
  const { errorClass = null, remoteAddress = errorClass === null ? '93.184.215.14' : null } = more
  return {
    ok: errorClass === null,
    statusCode: null,
    error: errorClass === null ? null : { class: errorClass, message: errorClass },
    timings: { dns: null, connect: null, tls: null, firstByte: null, total: 0 },
    remoteAddress,
    tls: null,
    warnings: [],
    startedAt,
    latencyMs: 0,
    samples: {},
  }
}

/** A check that takes its time on a clock, and ends as `outcome` says. */
export function simulatedCheck(
  clock: Clock,
  check: {
    id: string
    intervalMs: number
    timeoutMs?: number
    host?: Host | null
    durationMs?: (startedAt: number) => number
    outcome?: (startedAt: number) => CheckErrorClass | null
    onStart?: (startedAt: number) => void
    onEnd?: () => void
  },
): ScheduledCheck {
  return {
    id: check.id,
    intervalMs: check.intervalMs,
    timeoutMs: check.timeoutMs ?? 5_000,
    host: check.host ?? null,
    run: ({ timeoutMs, signal }) => {
      const startedAt = clock.now()
      check.onStart?.(startedAt)
      return new Promise(resolve => {
        const end = (errorClass: CheckErrorClass | null) => {
          cancel()
          check.onEnd?.()
          resolve(resultAt(startedAt, { errorClass }))
        }
        const durationMs = check.durationMs?.(startedAt) ?? 0
        const cancel = clock.after(Math.min(durationMs, timeoutMs), () =>
          end(durationMs > timeoutMs ? 'timeout' : (check.outcome?.(startedAt) ?? null)),
        )
        signal.addEventListener('abort', () => end('aborted'), { once: true })
      })
    },
  }
}
