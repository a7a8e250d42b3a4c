import type { BrokerMessage } from '../../record/forward/broker.ts'
import type { Destination } from '../../store/forwarders.ts'

/** One message on its way to a broker. */
export interface OutgoingMessage {
  /** The broker's, credentials included. */
  readonly url: string
  /** Where in the broker. */
  readonly place: Destination
  readonly message: BrokerMessage
  /** Over connecting, sending and the broker's confirmation. */
  readonly timeoutMs: number
}
