import type { Destination } from '../../store/forwarders.ts'
import type { BrokerConnection, BrokerNetwork } from './broker.ts'
import { kafka } from './kafka.ts'
import { nats } from './nats.ts'
import { rabbitmq } from './rabbitmq.ts'
import { type BrokerUrl, readBrokerUrl } from './url.ts'
import { within } from './within.ts'

/** How long it may take to connect and to look whether the destination is there; ms. */
const CONNECT_IN_ALL_MS = 15_000

/**
 * Connects to a destination's broker.
 * @param ended gives up
 * @throws Error in words that hold no secret
 */
export async function connectBroker(
  url: string,
  destination: Destination,
  network: BrokerNetwork,
  ended?: AbortSignal,
): Promise<BrokerConnection> {
  const read = readBrokerUrl(destination.broker, url)
  if (typeof read === 'string') throw new Error(read)
  if (!read.secure && !network.allowsPlain)
    throw new Error('must be a TLS URL; the operator does not allow connections without')
  const connecting = connect(read, destination, network)
  try {
    const late = `${read.hostname}:${read.port} did not answer as a broker does within ${CONNECT_IN_ALL_MS / 1000} s`
    return await within(connecting, CONNECT_IN_ALL_MS, late, ended)
  } catch (error) {
    // Whatever comes of it yet is of no use.
    connecting.then(connection => connection.close()).catch(() => {})
    throw error
  }
}

function connect(
  url: BrokerUrl,
  destination: Destination,
  network: BrokerNetwork,
): Promise<BrokerConnection> {
  switch (destination.broker) {
    case 'nats':
      return nats.connect(url, destination, network)
    case 'rabbitmq':
      return rabbitmq.connect(url, destination, network)
    case 'kafka':
      return kafka.connect(url, destination, network)
  }
}
