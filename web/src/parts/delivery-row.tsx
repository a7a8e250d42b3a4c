import type { Delivery } from '../api/types.ts'
import { Badge } from '../ui/badge.tsx'
import { PlainLink } from '../ui/plain-link.tsx'
import { Time } from '../ui/time.tsx'

/** A delivery in a list: what, how it stands, and why. @param props.endpointName left out where it is plain */
export function DeliveryRow({ delivery, endpointName }: { delivery: Delivery; endpointName?: string }) {
  const { attempts } = delivery
  return (
    <li>
      <PlainLink
        href={`/deliveries/${delivery.id}`}
        className="grid min-h-14 grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 px-1 py-2.5 transition-colors hover:bg-sunken sm:grid-cols-[7.5rem_minmax(0,1fr)_minmax(0,1fr)_5.5rem]"
      >
        <span className="order-2 justify-self-end sm:order-none sm:justify-self-start">
          <Badge>{delivery.status}</Badge>
        </span>
        <span className="min-w-0">
          <span className="block truncate text-sm font-medium">
            {delivery.monitor_name}
            {delivery.dry_run && <span className="ml-2 font-normal text-info">dry run</span>}
            {delivery.replay_of && <span className="ml-2 font-normal text-info">replay</span>}
          </span>
          {endpointName && <span className="block truncate text-xs text-muted">to {endpointName}</span>}
        </span>
        <span className="order-3 col-span-2 min-w-0 truncate text-xs text-muted sm:order-none sm:col-span-1">
          <span className="sm:hidden">
            <Time at={delivery.created_at} />:{' '}
          </span>
          {delivery.reason ??
            (attempts === 0
              ? 'not tried yet'
              : `${delivery.last_status_code === null ? 'Confirmed' : `HTTP ${delivery.last_status_code}`} after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`)}
        </span>
        <span className="hidden justify-self-end text-xs text-muted sm:block">
          <Time at={delivery.created_at} />
        </span>
      </PlainLink>
    </li>
  )
}
