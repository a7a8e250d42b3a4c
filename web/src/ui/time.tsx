import { exactTime, relativeTime, useNow } from '../lib/time.ts'

/** How long ago; exactly, in the title and to whoever reads it by ear. */
export function Time({ at, exact = false }: { at: string; exact?: boolean }) {
  const now = useNow()
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={`${exactTime(ms)} (${at})`} className="tabular whitespace-nowrap">
      {exact ? exactTime(ms) : relativeTime(ms, now)}
    </time>
  )
}
