import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Activity, ChevronRight, Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { eventsQuery, monitorsQuery } from '../../api/queries.ts'
import type { EventSummary, Monitor } from '../../api/types.ts'
import { Badge } from '../../ui/badge.tsx'
import { inputClass } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'

const MOST_SHOWN = 200
const PAUSE_MS = 250

export function MonitorsPage() {
  const { search = '' } = useSearch({ from: '/monitors' })
  const navigate = useNavigate()
  const [text, setText] = useState(search)
  useEffect(() => {
    if (text.trim() === search) return
    const timer = setTimeout(
      () => navigate({ to: '/monitors', search: text.trim() ? { search: text.trim() } : {}, replace: true }),
      PAUSE_MS,
    )
    return () => clearTimeout(timer)
  }, [text, search, navigate])
  return (
    <Page
      title="Monitors"
      about="What is watched, here or elsewhere, and how each stood when it was last heard of."
    >
      <div className="relative mb-4 max-w-md">
        <Search aria-hidden="true" className="absolute top-2.5 left-3 size-4 text-muted" />
        <input
          type="search"
          aria-label="Search monitors"
          placeholder="Search by name  ( / )"
          value={text}
          onChange={change => setText(change.target.value)}
          className={`${inputClass} pl-9`}
        />
      </div>
      <Results search={search} />
    </Page>
  )
}

function Results({ search }: { search: string }) {
  const { data, error, refetch } = useQuery(monitorsQuery(search, MOST_SHOWN))
  const events = useQuery(eventsQuery({ limit: 200, dry_run: false }))
  if (error) return <Failure error={error} retry={refetch} />
  if (!data) return <Skeleton rows={6} />
  if (data.data.length === 0)
    return search ? (
      <Empty icon={Activity} title="No monitor by that name">
        Take some letters away: any part of a name is found.
      </Empty>
    ) : (
      <Empty icon={Activity} title="No monitor yet">
        A monitor is made by its first event. Send one with <code className="font-mono">POST /v1/events</code>
        ; the{' '}
        <a href="/docs/" className="underline">
          API docs
        </a>{' '}
        show how.
      </Empty>
    )
  // The latest comes first: what is set last, from the back, is the latest.
  const latest = new Map(events.data?.data.toReversed().map(event => [event.monitor_name, event]))
  return (
    <>
      <ul className="divide-y divide-line rounded-2xl border border-line bg-surface px-5 shadow-card">
        {data.data.map(monitor => (
          <Row key={monitor.id} monitor={monitor} latest={latest.get(monitor.name)} />
        ))}
      </ul>
      {data.next_cursor && (
        <p className="mt-3 text-center text-sm text-muted">
          The first {MOST_SHOWN}. Search to find the others.
        </p>
      )}
    </>
  )
}

function Row({ monitor, latest }: { monitor: Monitor; latest: EventSummary | undefined }) {
  return (
    <li>
      <Link to="/monitors/$id" params={{ id: monitor.id }} className="flex min-h-14 items-center gap-4 py-2">
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{monitor.name}</span>
          <span className="text-xs text-muted">{monitor.kind}</span>
        </span>
        {latest && (
          <>
            <span className="hidden text-xs text-muted sm:block">
              <Time at={latest.accepted_at} />
            </span>
            <Badge>{latest.status}</Badge>
          </>
        )}
        <ChevronRight aria-hidden="true" className="size-4 text-muted" />
      </Link>
    </li>
  )
}
