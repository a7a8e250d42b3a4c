import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { ListChecks, RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { type DeliveryFilters, deliveriesQuery, endpointsQuery } from '../../api/queries.ts'
import { DeliveryRow } from '../../parts/delivery-row.tsx'
import { May } from '../../parts/may.tsx'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton, Stale } from '../../ui/states.tsx'
import { nameOf } from '../webhooks/endpoint-words.ts'
import { Filters } from './filters.tsx'
import { ReplayAllDialog } from './replay-all.tsx'

/** What became of events: found by anything that is known of it, all of it in the address. */
export function DeliveriesPage() {
  const filters = useSearch({ from: '/deliveries' })
  const navigate = useNavigate()
  const [isReplaying, setReplaying] = useState(false)
  const change = (next: DeliveryFilters) => navigate({ to: '/deliveries', search: next, replace: true })
  return (
    <Page
      title="Deliveries"
      about="Every event on its way to every endpoint, and what came of it."
      actions={
        <May need="admin">
          <Button onClick={() => setReplaying(true)}>
            <RotateCcw aria-hidden="true" className="size-4" />
            Replay what failed…
          </Button>
        </May>
      }
    >
      <Filters filters={filters} onChange={change} />
      <Results filters={filters} onClear={() => change({})} />
      <ReplayAllDialog
        isOpen={isReplaying}
        onClose={() => setReplaying(false)}
        endpointId={filters.endpoint_id}
      />
    </Page>
  )
}

function Results({ filters, onClear }: { filters: DeliveryFilters; onClear: () => void }) {
  const list = useInfiniteQuery(deliveriesQuery(filters))
  const { data: endpoints = [] } = useQuery(endpointsQuery)
  const names = new Map(endpoints.map(endpoint => [endpoint.id, nameOf(endpoint)]))
  const isFiltered = Object.keys(filters).length > 0
  if (list.error && !list.data) return <Failure error={list.error} retry={list.refetch} />
  if (!list.data) return <Skeleton rows={8} />
  const rows = list.data.pages.flatMap(page => page.data)
  if (rows.length === 0)
    return isFiltered ? (
      <Empty
        icon={ListChecks}
        title="Nothing matches"
        action={<Button onClick={onClear}>Clear filters</Button>}
      >
        No delivery has all of this. Take a filter away, or look further back.
      </Empty>
    ) : (
      <Empty
        icon={ListChecks}
        title="No delivery yet"
        action={
          <Link to="/webhooks" className={buttonClass('primary')}>
            To the webhooks
          </Link>
        }
      >
        Each event that meets a webhook’s conditions becomes a delivery. Send a dry run from a webhook’s page
        to see one now.
      </Empty>
    )
  return (
    <>
      <Stale error={list.error} at={list.dataUpdatedAt} />
      <div className="overflow-hidden rounded-2xl border border-line bg-surface px-3 shadow-card sm:px-5">
        <ul aria-label="Deliveries" aria-busy={list.isPlaceholderData} className="divide-y divide-line">
          {rows.map(delivery => (
            <DeliveryRow
              key={delivery.id}
              delivery={delivery}
              endpointName={names.get(delivery.endpoint_id) ?? 'an endpoint that is gone'}
            />
          ))}
        </ul>
      </div>
      <div className="mt-4 flex items-center justify-center">
        {list.hasNextPage ? (
          <Button busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            {list.isFetchingNextPage ? 'Loading…' : 'Earlier ones'}
          </Button>
        ) : (
          <p className="text-sm text-muted">
            {rows.length === 1 ? 'That is the only one.' : `These ${rows.length} are all.`}
          </p>
        )}
      </div>
    </>
  )
}
