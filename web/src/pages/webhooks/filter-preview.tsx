import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { previewQuery } from '../../api/queries.ts'
import type { Filter } from '../../api/types.ts'
import { Badge } from '../../ui/badge.tsx'
import { Time } from '../../ui/time.tsx'

const PAUSE_MS = 250
const SHOWN = 5

/** What a filter would have matched of the last 100 events, while it is being edited. */
export function FilterPreview({ endpointId, filter }: { endpointId: string; filter: Filter }) {
  const settled = useSettled(filter)
  const { data, error } = useQuery(previewQuery(endpointId, settled))
  if (error) return <p className="text-sm text-bad">{error.message}</p>
  if (!data) return <div className="skeleton h-28" />
  if (data.examined === 0)
    return (
      <p className="text-sm text-muted">
        No event has come in yet, so there is nothing to hold the conditions against. They apply from the
        first one on.
      </p>
    )
  const matching = data.data.filter(({ matches }) => matches)
  const examples = (matching.length > 0 ? matching : data.data).slice(0, SHOWN)
  return (
    <div>
      <p aria-live="polite" className="text-sm">
        Would have matched{' '}
        <strong className="tabular text-2xl font-semibold tracking-tight">{data.matched}</strong> of the last{' '}
        <span className="tabular">{data.examined}</span> events
      </p>
      <div aria-hidden="true" className="mt-2 flex h-7 gap-px">
        {data.data.toReversed().map(({ event, matches }) => (
          <span
            key={event.event_id}
            className={`min-w-px flex-1 rounded-[1px] ${matches ? 'bg-ink' : 'bg-line'}`}
          />
        ))}
      </div>
      <p aria-hidden="true" className="mt-1 flex justify-between text-xs text-muted">
        <span>oldest</span>
        <span>latest</span>
      </p>
      <ul className="mt-3 divide-y divide-line border-t border-line">
        {examples.map(({ event, why_not }) => (
          <li key={event.event_id} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2 text-sm">
            <span className="min-w-0 flex-1 basis-full truncate sm:basis-0">{event.monitor_name}</span>
            <span className="min-w-0 flex-1 text-xs text-muted sm:flex-none">
              {why_not ?? event.event_type}
            </span>
            <Badge>{event.severity}</Badge>
            <span className="w-16 text-right text-xs text-muted">
              <Time at={event.accepted_at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The value, once it has stayed the same for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
