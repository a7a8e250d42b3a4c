import type { EndpointKind } from '../../ground/vocabulary.ts'
import type { Destination } from './destination.ts'
import { discord } from './discord.ts'
import { pagerduty } from './pagerduty.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'
import { webhook } from './webhook.ts'

export type { Destination, Shipment } from './destination.ts'

const DESTINATIONS: Readonly<Record<EndpointKind, Destination>> = {
  webhook,
  slack,
  pagerduty,
  teams,
  discord,
}

/** How endpoints of this kind are spoken to. */
export function destinationFor(kind: EndpointKind): Destination {
  return DESTINATIONS[kind]
}
