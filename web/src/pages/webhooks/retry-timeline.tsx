import { pauseBefore, placeOf, plannedAfter, RETRIES } from '../../lib/retry-plan.ts'
import { duration } from '../../lib/time.ts'

/** Retries 1 to 14. */
const ALL = Array.from({ length: RETRIES }, (_, index) => index + 1)

/** These have their time written below; on a phone there is no room for those close by. */
const LABELLED = new Set([1, 4, 7, 10, 12, 14])
const CLOSE_BY = new Set([1, 12])

/** The retry schedule, drawn. */
export function RetryTimeline() {
  return (
    <figure>
      <figcaption className="mb-9 text-sm">
        A failed attempt is repeated up to <strong>14 times over six hours</strong>, each pause twice as long
        as the one before. The moment the endpoint answers again, everything that waits is sent.
      </figcaption>
      <div aria-hidden="true" className="relative mx-9 h-14">
        <div className="absolute inset-x-0 top-2 h-px bg-line-strong" />
        <Mark at={0} label="at once" above="first attempt" isFirst />
        {ALL.map(retry => (
          <Mark
            key={retry}
            at={placeOf(plannedAfter(retry))}
            label={LABELLED.has(retry) ? duration(plannedAfter(retry)) : ''}
            isCloseBy={CLOSE_BY.has(retry)}
            above={retry === RETRIES ? 'retry 14' : ''}
          />
        ))}
      </div>
      <details className="text-sm">
        <summary className="text-muted">All 14 retries</summary>
        <table className="tabular mt-2 w-full max-w-sm">
          <thead>
            <tr className="text-left text-xs text-muted">
              <th className="py-1 font-normal">Retry</th>
              <th className="py-1 font-normal">Pause</th>
              <th className="py-1 font-normal">After the first attempt</th>
            </tr>
          </thead>
          <tbody>
            {ALL.map(retry => (
              <tr key={retry} className="border-t border-line">
                <td className="py-1">{retry}</td>
                <td className="py-1">{duration(pauseBefore(retry))}</td>
                <td className="py-1">{duration(plannedAfter(retry))}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <p className="mt-2 text-xs text-muted">
          Times vary by ±10 %, so that many retries do not come at once.
        </p>
      </details>
    </figure>
  )
}

function Mark({
  at,
  label,
  above,
  isFirst,
  isCloseBy,
}: {
  at: number
  label: string
  above: string
  isFirst?: boolean
  isCloseBy?: boolean
}) {
  return (
    <span
      className="absolute top-0 flex -translate-x-1/2 flex-col items-center"
      style={{ left: `${at * 100}%` }}
    >
      {above && (
        <span className="absolute bottom-full mb-1 text-xs whitespace-nowrap text-muted">{above}</span>
      )}
      <span
        className={`block rounded-full border-2 border-ink ${isFirst ? 'size-4 bg-ink' : 'my-0.5 size-3 bg-surface'}`}
      />
      <span
        className={`tabular mt-2 text-xs whitespace-nowrap text-muted ${isCloseBy ? 'max-sm:invisible' : ''}`}
      >
        {label}
      </span>
    </span>
  )
}
