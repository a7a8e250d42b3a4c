import type { EndpointKind } from '../../ground/vocabulary.ts'
import type { Destination, HttpDestination } from './destination.ts'
import { discord } from './discord.ts'
import { email } from './email.ts'
import { kafka } from './kafka.ts'
import { nats } from './nats.ts'
import { pagerduty } from './pagerduty.ts'
import { rabbitmq } from './rabbitmq.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'
import { webhook } from './webhook.ts'

export type { Destination, Shipment } from './destination.ts'

const DESTINATIONS = {
  webhook,
  slack,
  pagerduty,
  teams,
  discord,
  email,
  nats,
  rabbitmq,
  kafka,
} as const satisfies Readonly<Record<EndpointKind, Destination>>

/** Kinds that are reached by HTTP. */
export type HttpKind = {
  [K in EndpointKind]: (typeof DESTINATIONS)[K] extends HttpDestination ? K : never
}[EndpointKind]

/** How endpoints of this kind are spoken to. */
export function destinationFor(kind: HttpKind): HttpDestination
export function destinationFor(kind: EndpointKind): Destination
export function destinationFor(kind: EndpointKind): Destination {
  return DESTINATIONS[kind]
}
