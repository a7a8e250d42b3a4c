import { Link } from '@tanstack/react-router'
import type { Incident } from '../../api/types.ts'
import { sentence } from '../../lib/text.ts'
import { Dot, toneOf } from '../../ui/badge.tsx'
import { Time } from '../../ui/time.tsx'

type Entry = Incident['timeline'][number]

/** Every entry, the latest first. */
export function Timeline({ entries }: { entries: readonly Entry[] }) {
  return (
    <ol className="space-y-4">
      {entries.toReversed().map(entry => (
        <li key={`${entry.at} ${entry.event_type} ${entry.event_id}`} className="flex gap-3 text-sm">
          <span className="mt-2 flex">
            <Dot tone={toneOf(entry.status)} />
          </span>
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap gap-x-3">
              <span className="font-medium">{isComment(entry) ? 'comment' : entry.event_type}</span>
              <span className="text-muted">
                {entry.status}, {entry.severity}
              </span>
              {entry.by && <span className="text-muted">by {entry.by}</span>}
            </p>
            {entry.message && <p>{entry.message}</p>}
            {entry.comment && <p className="break-words">“{entry.comment}”</p>}
            <Told entry={entry} />
          </div>
          <span className="text-xs text-muted">
            <Time at={entry.at} />
          </span>
        </li>
      ))}
    </ol>
  )
}

/** Somebody may say something when taking it on or resolving it, too: that is more than a comment. */
function isComment({ event_type, comment }: Entry): boolean {
  return comment !== null && event_type === 'incident.updated'
}

function Told({ entry: { event_id, deliveries, suppressed } }: { entry: Entry }) {
  if (suppressed) return <p className="text-xs text-muted">Not sent: {sentence(suppressed.why)}</p>
  if (event_id === null) return null
  return (
    <p className="text-xs">
      <Link to="/events/$id" params={{ id: event_id }} className="underline underline-offset-2">
        {deliveries === 1 ? 'Sent to 1 webhook' : `Sent to ${deliveries ?? 0} webhooks`}
      </Link>
    </p>
  )
}
