import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Siren } from 'lucide-react'
import { type IncidentFilters, incidentsQuery } from '../../api/queries.ts'
import { INCIDENT_STATES } from '../../api/types.ts'
import { IncidentRow } from '../../parts/incident-row.tsx'
import { Button } from '../../ui/button.tsx'
import { Page } from '../../ui/page.tsx'
import { Empty, Failure, Skeleton } from '../../ui/states.tsx'

export function IncidentsPage() {
  const filters = useSearch({ from: '/incidents' })
  const navigate = useNavigate()
  const change = (search: IncidentFilters) => navigate({ to: '/incidents', search, replace: true })
  return (
    <Page
      title="Incidents"
      about="The spans in which a monitor was not operational, and what was done about them."
    >
      <fieldset className="mb-4 flex flex-wrap gap-1.5">
        <legend className="sr-only">State</legend>
        {INCIDENT_STATES.map(state => (
          <button
            key={state}
            type="button"
            aria-pressed={filters.state === state}
            onClick={() => {
              const { state: chosen, ...others } = filters
              change(chosen === state ? others : { ...others, state })
            }}
            className="min-h-8 rounded-full border border-line-strong bg-surface px-3 text-sm hover:bg-sunken aria-pressed:border-ink aria-pressed:bg-ink aria-pressed:text-paper"
          >
            {state}
          </button>
        ))}
        {filters.monitor && (
          <Button onClick={() => change({})}>Every monitor, not only {filters.monitor}</Button>
        )}
      </fieldset>
      <Results filters={filters} />
    </Page>
  )
}

function Results({ filters }: { filters: IncidentFilters }) {
  const list = useInfiniteQuery(incidentsQuery(filters))
  if (list.error) return <Failure error={list.error} retry={list.refetch} />
  if (!list.data) return <Skeleton rows={5} />
  const rows = list.data.pages.flatMap(page => page.data)
  if (rows.length === 0)
    return (
      <Empty icon={Siren} title={Object.keys(filters).length > 0 ? 'None of these' : 'No incident'}>
        When a monitor that is watched here goes down, degrades or breaches a threshold, its incident is here
        until it is resolved, and afterwards.
      </Empty>
    )
  return (
    <>
      <ul className="divide-y divide-line rounded-2xl border border-line bg-surface px-3 shadow-card sm:px-5">
        {rows.map(incident => (
          <IncidentRow key={incident.id} incident={incident} />
        ))}
      </ul>
      {list.hasNextPage && (
        <div className="mt-4 text-center">
          <Button busy={list.isFetchingNextPage} onClick={() => list.fetchNextPage()}>
            Earlier ones
          </Button>
        </div>
      )}
    </>
  )
}
