import { exactTime, relativeTime, useNow } from '../lib/time.ts'

/** How long ago; exactly in the title, and `exact` in the text too. */
export function Time({ at, exact = false }: { at: string; exact?: boolean }) {
  const now = useNow()
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={`${exactTime(ms)} (${at})`} className="tabular">
      {exact && <span className="whitespace-nowrap">{exactTime(ms)}</span>}
      {exact && ' '}
      <span className={`whitespace-nowrap ${exact ? 'text-muted' : ''}`}>{relativeTime(ms, now)}</span>
    </time>
  )
}
