import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { BookOpen, ChevronRight, Plus, Webhook } from 'lucide-react'
import { endpointsQuery } from '../../api/queries.ts'
import type { Endpoint } from '../../api/types.ts'
import { IfMay } from '../../parts/may.tsx'
import { Badge } from '../../ui/badge.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { filterInWords, nameOf, stateOf } from './endpoint-words.ts'

export function WebhooksPage() {
  const { data, error, refetch } = useQuery(endpointsQuery)
  return (
    <Page
      title="Webhooks — Real-Time Event Streaming"
      about="Every incident, status change and metric threshold, as a signed POST to where you want it."
      actions={
        <>
          <a href="/docs/" className={buttonClass()}>
            <BookOpen aria-hidden="true" className="size-4" />
            View API docs
          </a>
          <IfMay need="admin">
            <Link to="/webhooks/new" className={buttonClass('primary')}>
              <Plus aria-hidden="true" className="size-4" />
              Add a webhook
            </Link>
          </IfMay>
        </>
      }
    >
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : !data ? (
        <Skeleton className="h-22" rows={4} />
      ) : data.length === 0 ? (
        <NoWebhooks />
      ) : (
        <ul className="space-y-2">
          {data.map(endpoint => (
            <Row key={endpoint.id} endpoint={endpoint} />
          ))}
        </ul>
      )}
    </Page>
  )
}

function Row({ endpoint }: { endpoint: Endpoint }) {
  const state = stateOf(endpoint)
  return (
    <li>
      <Link
        to="/webhooks/$id"
        params={{ id: endpoint.id }}
        className="flex min-h-22 items-center gap-4 rounded-2xl border border-line bg-surface px-5 py-4 shadow-card transition-colors hover:border-line-strong"
      >
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h2 className="min-w-0 font-medium break-words">{nameOf(endpoint)}</h2>
            <Badge tone={state.tone}>{state.word}</Badge>
            {endpoint.failing_since && (
              <span className="text-xs text-bad">
                failing since <Time at={endpoint.failing_since} />
              </span>
            )}
          </div>
          <p className="mt-0.5 truncate font-mono text-xs text-muted">{endpoint.url}</p>
          <p className="mt-1 text-sm text-muted">{filterInWords(endpoint.filter)}</p>
        </div>
        <span className="hidden text-xs text-muted capitalize sm:block">{endpoint.kind}</span>
        <ChevronRight aria-hidden="true" className="size-4 shrink-0 text-muted" />
      </Link>
    </li>
  )
}

function NoWebhooks() {
  return (
    <Empty
      icon={Webhook}
      title="No webhook yet"
      action={
        <IfMay need="admin">
          <Link to="/webhooks/new" className={buttonClass('primary')}>
            <Plus aria-hidden="true" className="size-4" />
            Add the first webhook
          </Link>
        </IfMay>
      }
    >
      A webhook is an address that hears of events: a URL of yours, a Slack channel, PagerDuty, Teams or
      Discord. Say which events it wants, try it with a dry run, and switch it on. Two minutes.
    </Empty>
  )
}
