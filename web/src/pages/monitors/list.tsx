import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Activity, ChevronRight, Search } from 'lucide-react'
import { useEffect, useState } from 'react'
import { monitorsQuery } from '../../api/queries.ts'
import { type Monitor, STATUSES, type Status, type Uptime } from '../../api/types.ts'
import { uptimesQuery } from '../../api/uptime.ts'
import { duration } from '../../lib/time.ts'
import { May } from '../../parts/may.tsx'
import { Badge } from '../../ui/badge.tsx'
import { inputClass } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { AddMonitor } from './add-monitor.tsx'
import { RowUptime } from './row-uptime.tsx'

const MOST_SHOWN = 200
const PAUSE_MS = 250
const REFRESH_MS = 10_000

/** What is watched, here or elsewhere, and how each stands. */
export function MonitorsPage() {
  const { search = '', status } = useSearch({ from: '/monitors' })
  const navigate = useNavigate()
  const [text, setText] = useState(search)
  useEffect(() => {
    if (text.trim() === search) return
    const timer = setTimeout(
      () =>
        navigate({
          to: '/monitors',
          search: { ...(text.trim() && { search: text.trim() }), ...(status && { status }) },
          replace: true,
        }),
      PAUSE_MS,
    )
    return () => clearTimeout(timer)
  }, [text, search, status, navigate])
  return (
    <Page
      title="Monitors"
      about="What is watched, here or elsewhere, and how each stands."
      actions={
        <May need="admin">
          <AddMonitor />
        </May>
      }
    >
      <search className="mb-4 flex flex-wrap gap-2">
        <div className="relative min-w-56 flex-1">
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
        <select
          aria-label="Status"
          value={status ?? ''}
          onChange={change => {
            const chosen = change.target.value as Status | ''
            navigate({
              to: '/monitors',
              search: { ...(search && { search }), ...(chosen && { status: chosen }) },
              replace: true,
            })
          }}
          className={`${inputClass} w-auto`}
        >
          <option value="">Every status</option>
          {STATUSES.map(one => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </search>
      <Results search={search} status={status} />
    </Page>
  )
}

function Results({ search, status }: { search: string; status: Status | undefined }) {
  const { data, error, refetch } = useQuery({
    ...monitorsQuery(search, MOST_SHOWN, status),
    refetchInterval: REFRESH_MS,
  })
  const { data: uptimes } = useQuery(uptimesQuery(data?.data ?? []))
  if (error) return <Failure error={error} retry={refetch} />
  if (!data) return <Skeleton rows={6} />
  if (data.data.length === 0)
    return search || status ? (
      <Empty icon={Activity} title="None of these">
        Any part of a name is found. Take some letters away, or choose every status.
      </Empty>
    ) : (
      <Empty icon={Activity} title="No monitor yet">
        Add one here, or send events of what is watched elsewhere: the first one makes its monitor.
      </Empty>
    )
  return (
    <>
      <ul className="divide-y divide-line rounded-2xl border border-line bg-surface px-3 shadow-card sm:px-5">
        {data.data.map(monitor => (
          <Row key={monitor.id} monitor={monitor} uptime={uptimes?.get(monitor.id)} />
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

function Row({ monitor, uptime }: { monitor: Monitor; uptime: Uptime | undefined }) {
  const total = monitor.last_check?.timings_ms.total
  return (
    <li>
      <Link
        to="/monitors/$id"
        params={{ id: monitor.id }}
        className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 px-1 py-2 hover:bg-sunken md:flex-nowrap"
      >
        <span className="min-w-0 flex-1">
          <span className="block truncate text-sm font-medium">{monitor.name}</span>
          <span className="text-xs text-muted">
            {monitor.kind === 'external' ? 'watched elsewhere' : monitor.kind}
            {typeof total === 'number' && `, ${duration(total)}`}
          </span>
        </span>
        <RowUptime uptime={uptime} />
        {monitor.since && (
          <span className="hidden w-28 shrink-0 text-right text-xs text-muted sm:block md:hidden lg:block">
            since <Time at={monitor.since} />
          </span>
        )}
        <span className="flex shrink-0 justify-end md:w-28">
          <Badge>{monitor.status}</Badge>
        </span>
        <ChevronRight aria-hidden="true" className="size-4 text-muted" />
      </Link>
    </li>
  )
}
