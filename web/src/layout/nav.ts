import {
  Activity,
  BellOff,
  Gauge,
  ListChecks,
  type LucideIcon,
  Radio,
  Settings,
  Siren,
  Webhook,
} from 'lucide-react'

interface Place {
  readonly to:
    | '/overview'
    | '/webhooks'
    | '/deliveries'
    | '/live'
    | '/monitors'
    | '/incidents'
    | '/quiet'
    | '/settings'
  readonly name: string
  /** After `g`. */
  readonly key: string
  readonly icon: LucideIcon
}

/** The places of the console, in the order in which they are shown. */
export const PLACES: readonly Place[] = [
  { to: '/overview', name: 'Overview', key: 'o', icon: Gauge },
  { to: '/webhooks', name: 'Webhooks', key: 'w', icon: Webhook },
  { to: '/deliveries', name: 'Deliveries', key: 'd', icon: ListChecks },
  { to: '/live', name: 'Live', key: 'l', icon: Radio },
  { to: '/monitors', name: 'Monitors', key: 'm', icon: Activity },
  { to: '/incidents', name: 'Incidents', key: 'i', icon: Siren },
  { to: '/quiet', name: 'Quiet', key: 'q', icon: BellOff },
  { to: '/settings', name: 'Settings', key: 's', icon: Settings },
]
