import type { DeliveryDetail } from '../../api/types.ts'
import { placeOf, plannedAfter, RETRIES } from '../../lib/retry-plan.ts'
import { clockTime, duration, relativeTime, useNow } from '../../lib/time.ts'
import { answerOf } from '../../parts/attempt-view.tsx'
import { type Tone, toneOf } from '../../ui/badge.tsx'

const FILLS: Record<Tone, string> = {
  ok: 'bg-ok border-ok',
  warn: 'bg-warn border-warn',
  bad: 'bg-bad border-bad',
  info: 'bg-info border-info',
  idle: 'bg-idle border-idle',
}

/** Too near the first one to be written on a phone, ms. */
const CLOSEST = 1_000
const TICKS = [0, CLOSEST, 10_000, 60_000, 600_000, 3_600_000, 21_600_000]

/** The attempts that were made, and those that are planned, from the first one to six hours later. */
export function AttemptAxis({ delivery }: { delivery: DeliveryDetail }) {
  const now = useNow()
  const { attempt_log: made, first_attempt_at, next_attempt_at, status } = delivery
  if (first_attempt_at === null && made.length === 0)
    return <p className="text-sm text-muted">No attempt was made.</p>
  const start = Date.parse(first_attempt_at ?? made[0]!.started_at)
  const planned =
    status === 'pending' && next_attempt_at !== null ? plan(made.length, start, next_attempt_at) : []
  return (
    <div>
      <div aria-hidden="true" className="relative mx-3 h-16">
        <div className="absolute inset-x-0 top-4 h-px bg-line-strong" />
        {TICKS.map(after => (
          <span
            key={after}
            className="absolute top-3 h-2 w-px bg-line-strong"
            style={{ left: percent(placeOf(after)) }}
          >
            <span
              className={`tabular absolute top-6 left-1/2 -translate-x-1/2 text-xs whitespace-nowrap text-muted ${after === CLOSEST ? 'max-sm:hidden' : ''}`}
            >
              {after === 0 ? 'first' : duration(after)}
            </span>
          </span>
        ))}
        {planned.map(at => (
          <span
            key={at}
            className="absolute top-2.5 size-3 -translate-x-1/2 rounded-full border-2 border-dashed border-line-strong bg-surface"
            style={{ left: percent(placeOf(at - start)) }}
          />
        ))}
        {made.map(attempt => (
          <span
            key={attempt.id}
            title={`${answerOf(attempt)} at ${clockTime(Date.parse(attempt.started_at))}`}
            className={`absolute top-2 size-4 -translate-x-1/2 rounded-full border-2 ${FILLS[toneOf(attempt.outcome)]}`}
            style={{ left: percent(placeOf(Date.parse(attempt.started_at) - start)) }}
          />
        ))}
      </div>
      <p className="text-sm text-muted">
        {made.length} made
        {planned.length > 0 &&
          `, ${planned.length} planned: the next ${relativeTime(planned[0]!, now)}, the last ${relativeTime(planned.at(-1)!, now)}`}
        .
      </p>
    </div>
  )
}

/** When the attempts to come are due: the next one is known, the rest keep to the plan. */
function plan(made: number, start: number, next: string): number[] {
  const first = Date.parse(next)
  const later = Array.from(
    { length: Math.max(0, RETRIES - made) },
    (_, index) => start + plannedAfter(made + index + 1),
  )
  return [first, ...later.filter(at => at > first)]
}

function percent(place: number): string {
  return `${place * 100}%`
}
