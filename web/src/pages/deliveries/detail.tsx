import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { RotateCcw } from 'lucide-react'
import { useReplayDelivery } from '../../api/actions.ts'
import { deliveryQuery, endpointQuery } from '../../api/queries.ts'
import type { DeliveryDetail } from '../../api/types.ts'
import { sentence } from '../../lib/text.ts'
import { AttemptView, answerOf } from '../../parts/attempt-view.tsx'
import { May } from '../../parts/may.tsx'
import { Badge, Note, toneOf } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card, Fact, Facts } from '../../ui/card.tsx'
import { CopyButton, Id } from '../../ui/code.tsx'
import { Page } from '../../ui/page.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { nameOf } from '../webhooks/endpoint-words.ts'
import { AttemptAxis } from './attempt-axis.tsx'

const ABOVE = <Link to="/deliveries">Deliveries</Link>

/** One delivery: how it stands and why, and every attempt of it. */
export function DeliveryPage() {
  const { id } = useParams({ from: '/deliveries/$id' })
  const { data: delivery, error, refetch } = useQuery(deliveryQuery(id))
  if (!delivery)
    return (
      <Page title="Delivery" above={ABOVE}>
        {error ? <Failure error={error} retry={refetch} /> : <Skeleton rows={3} className="h-40" />}
      </Page>
    )
  return (
    <Page
      title={delivery.monitor_name}
      above={ABOVE}
      about={
        <span className="flex flex-wrap items-center gap-3">
          <Badge>{delivery.status}</Badge>
          {delivery.dry_run && <Badge>dry run</Badge>}
          <span className="inline-flex items-center">
            <Id text={delivery.id} />
            <CopyButton text={delivery.id} label="Copy delivery id" />
          </span>
        </span>
      }
      actions={
        <May need="respond">
          <Replay delivery={delivery} />
        </May>
      }
    >
      <div className="space-y-4">
        <Why delivery={delivery} />
        <Card
          title="Attempts in time"
          about="From the first attempt to six hours later; each doubling has the same room."
        >
          <AttemptAxis delivery={delivery} />
        </Card>
        <Card title="Where it comes from and goes">
          <Origin delivery={delivery} />
        </Card>
        <Card title="Attempts">
          <Attempts delivery={delivery} />
        </Card>
      </div>
    </Page>
  )
}

/** In one sentence: what came of it, and what happens next. */
function Why({ delivery }: { delivery: DeliveryDetail }) {
  const { status, reason, next_attempt_at, finished_at, attempts } = delivery
  return (
    <Note tone={toneOf(status)}>
      {status === 'delivered' && (
        <>
          Its conditions matched, and the receiver took it at attempt {attempts}
          {finished_at && (
            <>
              , <Time at={finished_at} />
            </>
          )}
          .
        </>
      )}
      {status === 'pending' && (
        <>
          {sentence(reason ?? 'on its way')}{' '}
          {next_attempt_at && (
            <>
              The next attempt is due <Time at={next_attempt_at} />.
            </>
          )}
        </>
      )}
      {status === 'failed' && (
        <>{sentence(reason ?? 'it failed')} Mend the receiver, then replay it: the event is kept.</>
      )}
      {status === 'cancelled' && <>{sentence(reason ?? 'it was cancelled')}</>}
    </Note>
  )
}

function Origin({ delivery }: { delivery: DeliveryDetail }) {
  const { data: endpoint } = useQuery(endpointQuery(delivery.endpoint_id))
  return (
    <Facts>
      <Fact name="Event">
        <Link to="/events/$id" params={{ id: delivery.event_id }} className="underline underline-offset-2">
          <Id text={delivery.event_id} />
        </Link>
      </Fact>
      <Fact name="Webhook">
        <Link
          to="/webhooks/$id"
          params={{ id: delivery.endpoint_id }}
          className="underline underline-offset-2"
        >
          {endpoint ? nameOf(endpoint) : <Id text={delivery.endpoint_id} />}
        </Link>
      </Fact>
      <Fact name="Made">
        <Time at={delivery.created_at} exact />
      </Fact>
      {delivery.incident_id && (
        <Fact name="Incident">
          <Id text={delivery.incident_id} />
        </Fact>
      )}
      {delivery.replay_of && (
        <Fact name="Replay of">
          <Link
            to="/deliveries/$id"
            params={{ id: delivery.replay_of }}
            className="underline underline-offset-2"
          >
            <Id text={delivery.replay_of} />
          </Link>
        </Fact>
      )}
    </Facts>
  )
}

function Attempts({ delivery }: { delivery: DeliveryDetail }) {
  const latestFirst = delivery.attempt_log.toReversed()
  if (latestFirst.length === 0)
    return (
      <p className="text-sm text-muted">
        None was made. {sentence(delivery.reason ?? 'the first is about to be')}
      </p>
    )
  return (
    <div className="divide-y divide-line border-t border-line">
      {latestFirst.map((attempt, index) => (
        <details key={attempt.id} open={index === 0} className="group">
          <summary className="flex min-h-12 list-none flex-wrap items-center gap-x-4 gap-y-1 py-2.5 text-sm">
            <span className="font-medium">
              {attempt.retry_attempt === 0 ? 'First attempt' : `Retry ${attempt.retry_attempt}`}
            </span>
            <Badge>{attempt.outcome}</Badge>
            <span className="text-muted">{answerOf(attempt)}</span>
            <span className="ml-auto text-xs text-muted">
              <Time at={attempt.started_at} />
            </span>
          </summary>
          <div className="pt-2 pb-6">
            <AttemptView attempt={attempt} />
          </div>
        </details>
      ))}
    </div>
  )
}

function Replay({ delivery }: { delivery: DeliveryDetail }) {
  const replay = useReplayDelivery(delivery.id)
  const navigate = useNavigate()
  if (delivery.dry_run) return null
  return (
    <div className="text-right">
      <Button
        look="primary"
        busy={replay.isPending}
        onClick={() =>
          replay.mutate(undefined, {
            onSuccess: ({ delivery_id }) => navigate({ to: '/deliveries/$id', params: { id: delivery_id } }),
          })
        }
      >
        <RotateCcw aria-hidden="true" className="size-4" />
        Replay
      </Button>
      {replay.error && (
        <p role="alert" className="mt-1 max-w-xs text-sm text-bad">
          {replay.error.message}
        </p>
      )}
    </div>
  )
}
