import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { eventsQuery, monitorQuery } from '../../api/queries.ts'
import { Badge } from '../../ui/badge.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'

export function MonitorPage() {
  const { id } = useParams({ from: '/monitors/$id' })
  const { data: monitor, error, refetch } = useQuery(monitorQuery(id))
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
        <>
          {monitor.kind}, made <Time at={monitor.created_at} />
        </>
      }
      actions={
        <>
          <Link to="/deliveries" search={{ monitor: monitor.name }} className={buttonClass()}>
            Its deliveries
          </Link>
          <Link to="/live" search={{ monitor: monitor.name }} className={buttonClass()}>
            Watch it live
          </Link>
        </>
      }
    >
      <Card title="Events" about="The latest first.">
        <Events monitor={monitor.name} />
      </Card>
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
