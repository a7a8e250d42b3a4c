import { getCACertificates } from 'node:tls'
import type { BrokerNetwork } from '../record/forward/broker.ts'
import { dial } from './egress/dial.ts'
import { type EgressPolicy, Resolver } from './egress/index.ts'

/** How long a TCP connection to a broker may take; ms. */
const REACH_MS = 5_000

/**
 * The operator's rules for targets, for brokers: an address is public or in a network that the operator allows, and
 * without TLS only where `http:` is allowed. Any port: a broker's own protocol does no harm to what is none.
 */
export function brokerNetwork(policy: EgressPolicy): BrokerNetwork {
  const resolver = new Resolver(policy)
  return {
    allowsPlain: policy.allowHttp,
    authorities: policy.extraCa ? [...getCACertificates('default'), policy.extraCa] : null,
    async reach(hostname, port) {
      const label = `${hostname}:${port}`
      return reachable(await resolver.addressesOf({ hostname, label }), port, label)
    },
  }
}

/** The first of the addresses that takes a connection. @throws EgressError */
function reachable(addresses: readonly string[], port: number, label: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const giveUp = dial(addresses, port, label, (error, socket) => {
      clearTimeout(timer)
      const address = socket?.remoteAddress
      socket?.destroy()
      if (address) resolve(address)
      else reject(error ?? new Error(`${label} hung up`))
    })
    const timer = setTimeout(() => {
      giveUp()
      reject(new Error(`${label} did not answer the connection request within ${REACH_MS} ms`))
    }, REACH_MS)
  })
}
