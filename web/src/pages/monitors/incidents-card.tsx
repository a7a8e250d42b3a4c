import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { incidentsQuery } from '../../api/queries.ts'
import { IncidentRow } from '../../parts/incident-row.tsx'
import { Card } from '../../ui/card.tsx'
import { Failure, Skeleton } from '../../ui/states.tsx'

const SHOWN = 5

/** The monitor's incidents, the latest first. */
export function IncidentsCard({ monitor }: { monitor: string }) {
  const { data, error, refetch } = useInfiniteQuery(incidentsQuery({ monitor }))
  const incidents = data?.pages.flatMap(page => page.data)
  return (
    <Card title="Incidents" about="The latest first.">
      {error ? (
        <Failure error={error} retry={refetch} />
      ) : !incidents ? (
        <Skeleton rows={2} />
      ) : incidents.length === 0 ? (
        <p className="text-sm text-muted">It was in no trouble that is still on record.</p>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {incidents.slice(0, SHOWN).map(incident => (
            <IncidentRow key={incident.id} incident={incident} />
          ))}
        </ul>
      )}
      {incidents && incidents.length > SHOWN && (
        <p className="mt-3 text-sm">
          <Link to="/incidents" search={{ monitor }} className="underline underline-offset-2">
            All of its incidents
          </Link>
        </p>
      )}
    </Card>
  )
}
