import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { deliveriesQuery } from '../../api/queries.ts'
import { DeliveryRow } from '../../parts/delivery-row.tsx'
import { buttonClass } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Skeleton } from '../../ui/states.tsx'

const SHOWN = 5

/** The latest deliveries to an endpoint, and the way to all of them. */
export function RecentDeliveries({ endpointId }: { endpointId: string }) {
  const { data } = useInfiniteQuery(deliveriesQuery({ endpoint_id: endpointId }))
  const rows = data?.pages[0]?.data.slice(0, SHOWN)
  return (
    <Card
      id="deliveries"
      title="Latest deliveries"
      action={
        <Link to="/deliveries" search={{ endpoint_id: endpointId }} className={buttonClass()}>
          All of them
        </Link>
      }
    >
      {!rows ? (
        <Skeleton rows={3} />
      ) : rows.length === 0 ? (
        <p className="text-sm text-muted">
          None yet. The first event that meets the conditions shows up here.
        </p>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {rows.map(delivery => (
            <DeliveryRow key={delivery.id} delivery={delivery} />
          ))}
        </ul>
      )}
    </Card>
  )
}
