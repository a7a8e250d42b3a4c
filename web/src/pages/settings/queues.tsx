import { useQuery } from '@tanstack/react-query'
import { Inbox } from 'lucide-react'
import { type Queue, queueQuery, queuesQuery, useDeleteConsumer, useDeleteQueue } from '../../api/settings.ts'
import { duration } from '../../lib/time.ts'
import { IfMay, May } from '../../parts/may.tsx'
import { Badge } from '../../ui/badge.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { CreateQueue } from './create-queue.tsx'
import { Forwarders } from './forwarders.tsx'
import { Sure } from './parts.tsx'

/** It is there from the start, and always. */
const DEFAULT_QUEUE = 'ops-integrations'
/** Behind for longer than this, a consumer is worth a look; seconds. */
const LATE_S = 60

export type Lag = Queue['consumers'][number]['lag']

/** Durable feeds of attempts for other programs, who reads them, and how far they are. */
export function QueuesPage() {
  return (
    <Page
      title="Queues"
      about="Durable feeds of every attempt for other programs: they read on where they were, whatever restarts."
      actions={
        <May need="admin">
          <CreateQueue />
        </May>
      }
    >
      <Queues />
    </Page>
  )
}

function Queues() {
  const { data, error, refetch } = useQuery(queuesQuery)
  if (error) return <Failure error={error} retry={refetch} />
  if (!data) return <Skeleton rows={2} className="h-52" />
  if (data.length === 0)
    return (
      <Empty icon={Inbox} title="No queue">
        A queue holds the attempts that its filter wants, in order, until your program has taken them.
      </Empty>
    )
  return (
    <div className="space-y-5">
      {data.map(({ name }) => (
        <QueueCard key={name} name={name} />
      ))}
    </div>
  )
}

function QueueCard({ name }: { name: string }) {
  const { data: queue, error, refetch } = useQuery(queueQuery(name))
  if (error) return <Failure error={error} retry={refetch} />
  if (!queue) return <Skeleton rows={1} className="h-52" />
  // A forwarder's own place is shown with it.
  const consumers = queue.consumers.filter(consumer => !consumer.name.startsWith('fwd_'))
  return (
    <Card
      id={`queue-${name}`}
      title={name}
      about={filterInWords(queue)}
      action={
        name !== DEFAULT_QUEUE && (
          <May need="admin">
            <DeleteQueue name={name} />
          </May>
        )
      }
    >
      <h3 className="text-sm font-medium">Consumers</h3>
      {consumers.length === 0 ? (
        <p className="mt-1 text-sm text-muted">
          Nobody reads it yet. A consumer is made by its first read:{' '}
          <code className="font-mono text-xs break-all text-ink">
            GET /v1/queues/{name}/messages?consumer=my-program
          </code>
        </p>
      ) : (
        <ul aria-label={`Consumers of ${name}`} className="mt-1 divide-y divide-line">
          {consumers.map(consumer => (
            <ConsumerRow key={consumer.name} queue={name} consumer={consumer} />
          ))}
        </ul>
      )}
      <IfMay need="admin">
        <Forwarders queue={name} />
      </IfMay>
    </Card>
  )
}

function ConsumerRow({ queue, consumer }: { queue: string; consumer: Queue['consumers'][number] }) {
  const remove = useDeleteConsumer(queue)
  const { name, cursor, updated_at, lag } = consumer
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 py-2">
      <div className="min-w-0 flex-1 basis-48">
        <p className="text-sm break-words">{name}</p>
        <p className="truncate text-xs text-muted" title={cursor}>
          moved <Time at={updated_at} />, at <span className="font-mono">{cursor}</span>
        </p>
      </div>
      <LagBadge lag={lag} />
      <May need="admin">
        <Sure
          label="Delete"
          title={`Delete the consumer ${name}?`}
          deed="Delete"
          keep="Keep it"
          busy={remove.isPending}
          error={remove.error}
          onDo={close => remove.mutate(name, { onSuccess: close })}
        >
          How far it was is forgotten. If it reads again, it is a new one, and begins where new ones do.
        </Sure>
      </May>
    </li>
  )
}

/** How far a place in a queue is behind. */
export function LagBadge({ lag: { messages, is_capped, age_seconds } }: { lag: Lag }) {
  if (messages === 0 && !is_capped) return <Badge tone="ok">has everything</Badge>
  const count = `${messages}${is_capped ? ' or more' : ''} behind`
  return (
    <Badge
      tone={age_seconds > LATE_S ? 'warn' : 'idle'}
    >{`${count}, ${duration(age_seconds * 1_000)}`}</Badge>
  )
}

function DeleteQueue({ name }: { name: string }) {
  const remove = useDeleteQueue()
  return (
    <Sure
      label="Delete"
      title={`Delete the queue ${name}?`}
      deed="Delete"
      keep="Keep it"
      busy={remove.isPending}
      error={remove.error}
      onDo={close => remove.mutate(name, { onSuccess: close })}
    >
      Its consumers forget how far they were, and its forwarders stop. The attempts themselves stay.
    </Sure>
  )
}

function filterInWords({ filter }: Queue): string {
  const said = [
    ['monitors', filter.monitors],
    ['not of', filter.exclude_monitors],
    ['severities', filter.severities],
    ['event types', filter.event_types],
    ['regions', filter.regions],
    ['webhooks', filter.endpoint_ids],
    ['outcomes', filter.outcomes],
  ] as const
  const parts = said.flatMap(([name, list]) => (list.length > 0 ? `${name} ${list.join(', ')}` : []))
  return parts.length === 0 ? 'Every attempt of this workspace.' : `Attempts with ${parts.join('; ')}.`
}
