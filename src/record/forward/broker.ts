import type { Destination } from '../../store/forwarders.ts'
import type { BrokerUrl } from './url.ts'

/** What is sent to a broker. */
export interface BrokerMessage {
  /** Names it for the broker's own deduplication: the attempt's, or the delivery's. */
  readonly id: string
  /** What shares a key stays in order: the delivery's id, or the monitor's name. */
  readonly key: string
  readonly body: string
  /** The media type of `body`. */
  readonly contentType: string
  /** Further headers, names in lower case; left out: none. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The media type of a CloudEvent as JSON. */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json'

/** An open way to a broker, for all that is sent there. */
export interface BrokerLink<Kind extends Destination['broker'] = Destination['broker']> {
  /**
   * Looks whether a destination is there, as far as the broker tells.
   * @throws Error in words that hold no secret
   */
  find(destination: Extract<Destination, { broker: Kind }>): Promise<void>
  /**
   * Resolves when the broker has confirmed, and so keeps, all of them; rejects (any of them may be kept
   * all the same) with an Error that says why. No two of `messages` share a key.
   */
  publish(
    destination: Extract<Destination, { broker: Kind }>,
    messages: readonly BrokerMessage[],
  ): Promise<void>
  /** Resolves with the reason when the connection ends by itself. */
  readonly lost: Promise<Error>
  /** Ends it; never rejects. What is being published may be cut off. */
  close(): Promise<void>
}

/** An open way to one destination. */
export interface BrokerConnection {
  /** As {@link BrokerLink.publish}. */
  publish(messages: readonly BrokerMessage[]): Promise<void>
  readonly lost: Promise<Error>
  close(): Promise<void>
}

/** Which brokers may be connected to, and how. */
export interface BrokerNetwork {
  /** Whether connections without TLS are allowed. */
  readonly allowsPlain: boolean
  /** Certificate authorities (PEM) to trust; null: the machine's. */
  readonly authorities: string[] | null
  /** The address of a host to connect to: allowed, and it answers. @throws Error in words when there is none */
  reach(hostname: string, port: number): Promise<string>
}

/** One kind of broker. */
export interface Broker<Kind extends Destination['broker']> {
  /** @throws Error in words that hold no secret */
  connect(url: BrokerUrl, network: BrokerNetwork): Promise<BrokerLink<Kind>>
}

/** How long a broker may take over one step of connecting; ms. */
export const CONNECT_MS = 5_000
/** How long a broker may take to confirm; ms. */
export const CONFIRM_MS = 30_000
/** What brokers list us as. */
export const CLIENT_NAME = 'statuspulse'
