import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Gauge, Plus } from 'lucide-react'
import { deliveryStatsQuery, endpointsQuery, waitingQuery } from '../../api/queries.ts'
import type { DeliveryStats, Endpoint } from '../../api/types.ts'
import { IfMay } from '../../parts/may.tsx'
import { TimeChart } from '../../parts/time-chart.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton, Stale } from '../../ui/states.tsx'
import { BusiestMonitors } from './busiest-monitors.tsx'
import { EndpointHealth } from './endpoint-health.tsx'
import { attemptsOf, seriesOf, TARGET_MS } from './figures.ts'
import { Tiles } from './tiles.tsx'
import { Verdict } from './verdict.tsx'

const RANGES = [
  [15, '15 min'],
  [60, '1 h'],
  [360, '6 h'],
  [1440, '24 h'],
] as const
const DEFAULT_MINUTES = 60
const REFRESH_MS = 10_000

const TARGET = [{ value: TARGET_MS, text: `${TARGET_MS} ms` }]

/** How deliveries go, and if they do not: is it us or them? */
export function OverviewPage() {
  const { minutes = DEFAULT_MINUTES } = useSearch({ from: '/overview' })
  const navigate = useNavigate()
  const stats = useQuery({ ...deliveryStatsQuery(minutes), refetchInterval: REFRESH_MS })
  const endpoints = useQuery(endpointsQuery)
  return (
    <Page
      title="Overview"
      about="How deliveries go. Refreshed every ten seconds."
      actions={
        <fieldset className="inline-flex gap-1 rounded-lg bg-idle-soft p-1">
          <legend className="sr-only">Time range</legend>
          {RANGES.map(([range, text]) => (
            <button
              key={range}
              type="button"
              aria-pressed={range === minutes}
              onClick={() => navigate({ to: '/overview', search: { minutes: range }, replace: true })}
              className="min-h-7 rounded-md px-3 text-sm text-muted aria-pressed:bg-surface aria-pressed:font-medium aria-pressed:text-ink aria-pressed:shadow-card"
            >
              {text}
            </button>
          ))}
        </fieldset>
      }
    >
      {stats.error && !stats.data ? (
        <Failure error={stats.error} retry={stats.refetch} />
      ) : endpoints.error && !endpoints.data ? (
        <Failure error={endpoints.error} retry={endpoints.refetch} />
      ) : !stats.data || !endpoints.data ? (
        <Skeleton rows={4} className="h-36" />
      ) : endpoints.data.length === 0 ? (
        <Welcome />
      ) : (
        <>
          <Stale error={stats.error} at={stats.dataUpdatedAt} />
          <Figures stats={stats.data} endpoints={endpoints.data} />
        </>
      )}
    </Page>
  )
}

function Figures({ stats, endpoints }: { stats: DeliveryStats; endpoints: readonly Endpoint[] }) {
  const waiting = useQuery({ ...waitingQuery, refetchInterval: REFRESH_MS })
  return (
    <div className="space-y-4">
      <Verdict stats={stats} endpoints={endpoints} />
      <Tiles total={stats.total} waiting={waiting.data} />
      {stats.is_sampled && (
        <p className="text-sm text-muted">
          There is so much that each point is judged by its first 2,000 attempts.
        </p>
      )}
      {attemptsOf(stats.total) > 0 && (
        <div className="grid gap-4 lg:grid-cols-2">
          <Card
            title="Us: from detection to the receiver"
            about="Until a first attempt’s request is on its way."
          >
            <TimeChart
              {...seriesOf(stats, 'ours_ms')}
              limits={TARGET}
              summary="Latency from detection to the receiver over time, against the line of 200 ms"
            />
          </Card>
          <Card title="Them: until the receiver has answered" about="Every attempt, retries too.">
            <TimeChart
              {...seriesOf(stats, 'theirs_ms')}
              summary="How long receivers take to answer, over time"
            />
          </Card>
        </div>
      )}
      <div className="grid gap-4 lg:grid-cols-[3fr_2fr]">
        <EndpointHealth health={stats.endpoints} endpoints={endpoints} waiting={waiting.data?.data ?? []} />
        <BusiestMonitors monitors={stats.monitors} />
      </div>
    </div>
  )
}

function Welcome() {
  return (
    <Empty
      icon={Gauge}
      title="Nothing is sent anywhere yet"
      action={
        <IfMay need="admin">
          <Link to="/webhooks/new" className={buttonClass('primary')}>
            <Plus aria-hidden="true" className="size-4" />
            Add the first webhook
          </Link>
        </IfMay>
      }
    >
      StatusPulse tells other systems the moment something changes. Add a webhook, and this page shows how
      fast and how surely they hear of it.
    </Empty>
  )
}
