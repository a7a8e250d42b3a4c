import { useQuery } from '@tanstack/react-query'
import { retentionQuery } from '../../api/settings.ts'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'

/** How long things are kept, and where that is changed. */
export function RetentionPage() {
  return (
    <Page title="Retention" about="How long what happened is kept, and then dropped for good.">
      <Spans />
    </Page>
  )
}

function Spans() {
  const { data, error, refetch } = useQuery(retentionQuery)
  if (error) return <Failure error={error} retry={refetch} />
  if (!data) return <Skeleton rows={3} className="h-28" />
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Card title="What happened" about="Events, deliveries, attempts, samples and resolved incidents.">
        <Amount>{inDays(data.event_days)}</Amount>
        <p className="mt-1 text-sm text-muted">
          {data.oldest_day
            ? `The oldest day that is kept is ${data.oldest_day}. Whole days (UTC) are dropped at once.`
            : 'Nothing is old enough to be dropped yet.'}
        </p>
        <Setting name="retention-days" />
      </Card>
      <Card title="Audit log" about="Who changed what, and when.">
        <Amount>{inDays(data.audit_days)}</Amount>
        <p className="mt-1 text-sm text-muted">Entries are dropped one by one as they get older.</p>
        <Setting name="audit-retention-days" />
      </Card>
      <Card
        title="Producers’ event ids"
        about="By which an event that is sent twice is known, and kept once."
      >
        <Amount>{data.event_id_hours} hours</Amount>
        <p className="mt-1 text-sm text-muted">This cannot be changed.</p>
      </Card>
      <Card
        title="Kept until you delete it"
        about="Monitors, webhooks, silences, queues, keys and workspaces."
      >
        <p className="text-sm text-muted">
          An open incident is kept as long as it is open, and a queue’s place as long as its consumer. What a
          queue holds are attempts, and they go with the days.
        </p>
      </Card>
    </div>
  )
}

function Amount({ children }: { children: React.ReactNode }) {
  return <p className="tabular text-2xl font-semibold">{children}</p>
}

function Setting({ name }: { name: string }) {
  const variable = `STATUSPULSE_${name.toUpperCase().replaceAll('-', '_')}`
  return (
    <p className="mt-3 text-sm">
      For the whole installation, where it is started: <code className="font-mono text-xs">--{name}</code> or{' '}
      <code className="font-mono text-xs break-words">{variable}</code>.
    </p>
  )
}

function inDays(days: number): string {
  return days === 1 ? 'One day' : `${days} days`
}
