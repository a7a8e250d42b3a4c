import type { BrokerKind, Destination } from '../../store/forwarders.ts'
import type { Broker, BrokerConnection, BrokerLink, BrokerNetwork } from './broker.ts'
import { kafka } from './kafka.ts'
import { nats } from './nats.ts'
import { rabbitmq } from './rabbitmq.ts'
import { type BrokerUrl, readBrokerUrl } from './url.ts'
import { within } from './within.ts'

/** How long it may take to connect, and to look whether the destination is there; ms. */
const CONNECT_IN_ALL_MS = 15_000
const CLOSE_MS = 2_000

const BROKERS = { nats, rabbitmq, kafka } as const satisfies { [Kind in BrokerKind]: Broker<Kind> }

/**
 * Connects to a broker.
 * @param ended gives up
 * @throws Error in words that hold no secret
 */
export async function linkBroker(
  kind: BrokerKind,
  url: string,
  network: BrokerNetwork,
  ended?: AbortSignal,
): Promise<BrokerLink> {
  const read = readBrokerUrl(kind, url)
  if (typeof read === 'string') throw new Error(read)
  if (!read.secure && !network.allowsPlain)
    throw new Error('must be a TLS URL; the operator does not allow connections without')
  // Of this kind: whoever links gives it destinations of this kind only.
  const connecting = BROKERS[kind].connect(read, network) as Promise<BrokerLink>
  return inTime(connecting, read, link => link.close(), ended)
}

/**
 * Connects to a destination's broker, and looks whether the destination is there.
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
  const link = await linkBroker(destination.broker, url, network, ended)
  try {
    await inTime(link.find(destination), read, () => {}, ended)
  } catch (error) {
    await within(link.close(), CLOSE_MS, '').catch(() => {})
    throw error
  }
  return {
    publish: messages => link.publish(destination, messages),
    lost: link.lost,
    close: () => link.close(),
  }
}

/** @param undo what is done with a result that comes too late */
async function inTime<T>(
  work: Promise<T>,
  { hostname, port }: BrokerUrl,
  undo: (result: T) => void,
  ended?: AbortSignal,
): Promise<T> {
  try {
    const late = `${hostname}:${port} did not answer as a broker does within ${CONNECT_IN_ALL_MS / 1000} s`
    return await within(work, CONNECT_IN_ALL_MS, late, ended)
  } catch (error) {
    work.then(undo).catch(() => {})
    throw error
  }
}
