import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { eventsQuery, monitorQuery } from '../../api/queries.ts'
import { IfMay, May } from '../../parts/may.tsx'
import { UptimeCard } from '../../parts/uptime-bars.tsx'
import { Badge, Note } from '../../ui/badge.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { DependenciesCard } from './dependencies-card.tsx'
import { EditMonitor } from './edit-monitor.tsx'
import { FeedCard } from './feed-card.tsx'
import { IncidentsCard } from './incidents-card.tsx'
import { LastCheck } from './last-check.tsx'
import { MetricGraph } from './metric-graph.tsx'
import { ThresholdsCard } from './thresholds-card.tsx'

const REFRESH_MS = 10_000

/** One monitor: how it stands, what it measured, and what was told of it. */
export function MonitorPage() {
  const { id } = useParams({ from: '/monitors/$id' })
  const {
    data: monitor,
    error,
    refetch,
  } = useQuery({
    ...monitorQuery(id),
    refetchInterval: REFRESH_MS,
  })
  const above = <Link to="/monitors">Monitors</Link>
  if (!monitor)
    return (
      <Page title="Monitor" above={above}>
        {error ? <Failure error={error} retry={refetch} /> : <Skeleton rows={2} className="h-40" />}
      </Page>
    )
  return (
    <Page
      title={monitor.name}
      above={above}
      about={
        <span className="flex flex-wrap items-center gap-3">
          <Badge>{monitor.status}</Badge>
          {monitor.since && (
            <span>
              since <Time at={monitor.since} />
            </span>
          )}
          <span>{monitor.kind === 'external' ? 'watched elsewhere' : monitor.kind}</span>
          {!monitor.enabled && <span>paused</span>}
        </span>
      }
      actions={
        <>
          <Link to="/deliveries" search={{ monitor: monitor.name }} className={buttonClass()}>
            Its deliveries
          </Link>
          <Link to="/live" search={{ monitor: monitor.name }} className={buttonClass()}>
            Watch it live
          </Link>
          <IfMay need="respond">
            <Link to="/quiet" search={{ monitor: monitor.name }} className={buttonClass()}>
              Silence it
            </Link>
          </IfMay>
          <May need="admin">
            <EditMonitor monitor={monitor} />
          </May>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        {monitor.incident_id && (
          <Note tone="bad">
            An incident is open.{' '}
            <Link
              to="/incidents/$id"
              params={{ id: monitor.incident_id }}
              className="underline underline-offset-2"
            >
              See what happened
            </Link>
          </Note>
        )}
        <UptimeCard monitorId={monitor.id} />
        {monitor.last_check && <LastCheck check={monitor.last_check} />}
        <FeedCard monitor={monitor} />
        <MetricGraph monitor={monitor} />
        <May need="admin">
          <ThresholdsCard monitor={monitor} />
        </May>
        <IncidentsCard monitor={monitor.name} />
        <DependenciesCard monitor={monitor} />
        <Card title="Events" about="The latest first.">
          <Events monitor={monitor.name} />
        </Card>
      </div>
    </Page>
  )
}

function Events({ monitor }: { monitor: string }) {
  const { data, error, refetch } = useQuery(eventsQuery({ monitor }))
  if (error) return <Failure error={error} retry={refetch} />
  if (!data) return <Skeleton rows={4} />
  if (data.data.length === 0) return <p className="text-sm text-muted">None that are still kept.</p>
  return (
    <ul className="divide-y divide-line border-t border-line">
      {data.data.map(event => (
        <li key={event.event_id}>
          <Link
            to="/events/$id"
            params={{ id: event.event_id }}
            className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 py-2 text-sm hover:bg-sunken"
          >
            <Badge>{event.status}</Badge>
            <span className="font-medium">{event.event_type}</span>
            <span className="text-xs text-muted">{event.severity}</span>
            <span className="ml-auto text-xs text-muted">
              {event.deliveries === 1 ? '1 webhook' : `${event.deliveries} webhooks`} ·{' '}
              <Time at={event.accepted_at} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}
