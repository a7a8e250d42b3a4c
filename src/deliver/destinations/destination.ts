import type { z } from 'zod'
import type { Endpoint, Event, Exchange, Order, Verdict } from '../../ground/vocabulary.ts'
import type { Destination as Place } from '../../store/forwarders.ts'
import type { OutgoingMessage } from '../brokers/outgoing.ts'
import type { OutgoingRequest } from '../http/sender.ts'
import type { MailServer, OutgoingMail } from '../smtp/mail.ts'

/** One attempt that is about to be made. */
export interface Shipment {
  readonly event: Event
  /** The event's payload, or what the endpoint's template makes of it. */
  readonly payload: string
  readonly endpoint: Endpoint
  readonly deliveryId: string
  readonly requestId: string
  /** 0 on the first attempt, then 1 to 14. */
  readonly retryAttempt: number
  /** Start of the attempt; ms since the epoch. */
  readonly now: number
  /** Ours, for `User-Agent`. */
  readonly version: string
  /** Where the console is, for links; without a slash at its end. */
  readonly publicUrl: string | null
  /** Earlier events of the incident that were never delivered because this one took their place. */
  readonly superseded: number
}

/** A kind of endpoint: how an event becomes a request there, and what its answers mean. Pure. */
export type Destination = HttpDestination | MailDestination | BrokerDestination

/** One that is reached by POSTs to the endpoint's URL. */
export type HttpDestination = Adapter<OutgoingRequest> & { readonly transport: 'http' }

/** One that is reached through a mail server, which the endpoint's options name. */
export type MailDestination = Adapter<OutgoingMail> & {
  readonly transport: 'smtp'
  /** @param options valid ones */
  serverOf(options: Readonly<Record<string, unknown>>): MailServer
}

/** One that is a broker: at the endpoint's URL, at the place in it that the options name. */
export type BrokerDestination = Adapter<OutgoingMessage> & {
  readonly transport: 'broker'
  /** @throws Error when the options are not valid */
  placeOf(options: Readonly<Record<string, unknown>>): Place
}

interface Adapter<Request> {
  /** The kind's name for people. */
  readonly label: string
  /** One line: what it reaches, and by what. */
  readonly about: string
  readonly defaultOrder: Order
  readonly defaultSuccessStatuses: readonly number[]
  /** Attempts a second of an endpoint that says nothing else; null: no limit. */
  readonly defaultRatePerSecond: number | null
  /** What the service itself allows one URL, whatever an endpoint says; left out: no such limit is known. */
  readonly mostPerSecondOfUrl?: number
  /** How a storm is sent: many events in one message; left out: always one by one. */
  readonly digest?: Digests<Request>
  /** Settings of this kind (an endpoint's `options`), strict. */
  readonly optionsSchema: z.ZodObject
  /** Names of the options that nobody is ever shown. */
  readonly secretOptions?: readonly string[]
  /** Whoever has the URL can send there: nobody is shown more of it than its host. */
  readonly urlIsSecret?: boolean
  /** The URL may hold a user and a password, which nobody is shown. */
  readonly urlHasCredentials?: boolean
  /** An endpoint's URL is {@link defaultUrl}, and cannot be given. */
  readonly urlIsMade?: boolean
  /** The URL of an endpoint that is registered without one; left out: every endpoint needs its own. */
  defaultUrl?(options: Readonly<Record<string, unknown>>): string
  /** The JSONata template that the payload goes through on its way out; undefined: it goes as it is. */
  templateOf?(endpoint: Endpoint): string | undefined
  /**
   * The request of one attempt.
   * @throws Error in words for the attempt's record, when the endpoint's settings do not allow one
   */
  buildRequest(shipment: Shipment): Request
  /** @param now when the answer was there; ms since the epoch */
  judge(exchange: Exchange, endpoint: Endpoint, now: number): Verdict
}

/** Many events in one message, of which each is named. */
export interface Digests<Request> {
  /** So many that wait are a storm. */
  readonly from: number
  /** What one message has room for, in the measure of {@link weigh}. */
  readonly room: number
  /** What an event takes of the room at the most; always less than half of it. */
  weigh(sent: { readonly event: Event; readonly superseded: number }): number
  /** @param shipments two or more, of one endpoint, that fit into the room */
  buildRequest(shipments: readonly Shipment[]): Request
}
