import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { eventQuery } from '../../api/queries.ts'
import type { Event } from '../../api/types.ts'
import { Badge } from '../../ui/badge.tsx'
import { Card, Fact, Facts } from '../../ui/card.tsx'
import { Code, Id, pretty } from '../../ui/code.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'

/** One event: what it said, whom it went to, and whom it did not, with the reasons. */
export function EventPage() {
  const { id } = useParams({ from: '/events/$id' })
  const { data: event, error, refetch } = useQuery(eventQuery(id))
  if (!event)
    return (
      <Page title="Event" above={<Link to="/deliveries">Deliveries</Link>}>
        {error ? <Failure error={error} retry={refetch} /> : <Skeleton rows={3} className="h-40" />}
      </Page>
    )
  return (
    <Page
      title={event.monitor_name}
      above={<Link to="/deliveries">Deliveries</Link>}
      about={
        <span className="flex flex-wrap items-center gap-3">
          <Badge>{event.status}</Badge>
          <Badge>{event.severity}</Badge>
          {event.dry_run && <Badge>dry run</Badge>}
          <span>{event.event_type}</span>
        </span>
      }
    >
      <div className="space-y-4">
        <Card title="Event">
          <Facts>
            <Fact name="Id">
              <Id text={event.event_id} />
            </Fact>
            <Fact name="Accepted">
              <Time at={event.accepted_at} exact />
            </Fact>
            <Fact name="Region">{event.region ?? 'not known'}</Fact>
            <Fact name="Incident">{event.incident_id ? <Id text={event.incident_id} /> : 'none'}</Fact>
          </Facts>
        </Card>
        <Card
          title="Sent to"
          about={event.endpoints.length === 0 ? 'No webhook’s conditions matched it.' : undefined}
        >
          <Sent event={event} />
        </Card>
        {event.not_sent_total > 0 && (
          <Card title="Not sent to" about="The first reason that kept it from each.">
            <NotSent event={event} />
          </Card>
        )}
        <Card
          title="Payload"
          about="Laid out for reading; copied, it is the exact text that every attempt sends and signs."
        >
          <Code label="Event as JSON" text={pretty(event.payload_text)} copied={event.payload_text} tall />
        </Card>
      </div>
    </Page>
  )
}

function Sent({ event }: { event: Event }) {
  return (
    <ul className="divide-y divide-line">
      {event.endpoints.map(sending => (
        <li key={sending.delivery_id}>
          <Link
            to="/deliveries/$id"
            params={{ id: sending.delivery_id }}
            className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 py-2 text-sm hover:bg-sunken"
          >
            <Badge>{sending.outcome}</Badge>
            <span className="font-medium">{sending.endpoint_name || 'A webhook without a name'}</span>
            {sending.replay_of && <span className="text-info">replay</span>}
            <span className="ml-auto text-xs text-muted">
              {sending.reason ??
                (sending.last_status_code !== null
                  ? `HTTP ${sending.last_status_code}`
                  : sending.outcome === 'delivered'
                    ? 'confirmed'
                    : 'on its way')}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  )
}

function NotSent({ event }: { event: Event }) {
  const more = event.not_sent_total - event.not_sent_to.length
  return (
    <ul className="divide-y divide-line text-sm">
      {event.not_sent_to.map(({ endpoint_id, endpoint_name, reason, changed_since }) => (
        <li key={endpoint_id} className="flex flex-wrap justify-between gap-x-4 py-2">
          <Link to="/webhooks/$id" params={{ id: endpoint_id }} className="underline underline-offset-2">
            {endpoint_name || endpoint_id}
          </Link>
          <span className="text-muted">
            {reason}
            {changed_since && ' (by its conditions of today)'}
          </span>
        </li>
      ))}
      {more > 0 && <li className="py-2 text-muted">and {more} more</li>}
    </ul>
  )
}
