import type { Destination } from '../../store/forwarders.ts'
import type { BrokerConnection, BrokerNetwork } from './broker.ts'
import { kafka } from './kafka.ts'
import { nats } from './nats.ts'
import { rabbitmq } from './rabbitmq.ts'
import { type BrokerUrl, readBrokerUrl } from './url.ts'

/** How long it may take to connect and to look whether the destination is there; ms. */
const CONNECT_IN_ALL_MS = 15_000

/** Connects to a destination's broker. @throws Error in words that hold no secret */
export async function connectBroker(
  url: string,
  destination: Destination,
  network: BrokerNetwork,
): Promise<BrokerConnection> {
  const read = readBrokerUrl(destination.broker, url)
  if (typeof read === 'string') throw new Error(read)
  if (!read.secure && !network.allowsPlain)
    throw new Error('must be a TLS URL; the operator does not allow connections without')
  const connecting = connect(read, destination, network)
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    // Whatever comes of it then is of no use.
    connecting.then(connection => connection.close()).catch(() => {})
    late.reject(
      new Error(
        `${read.hostname}:${read.port} did not answer as a broker does within ${CONNECT_IN_ALL_MS} ms`,
      ),
    )
  }, CONNECT_IN_ALL_MS)
  try {
    return await Promise.race([connecting, late.promise])
  } finally {
    clearTimeout(timer)
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
