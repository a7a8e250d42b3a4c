import { isIP } from 'node:net'
import { CHECKS, CheckNetwork, type Host } from './checks/index.ts'
import { isSilent, type Probe } from './scheduler-network.ts'

/** Asks by connecting to the port and sending nothing. */
export function probeOver(network: CheckNetwork): Probe {
  return async ({ hostname, port }, timeoutMs) =>
    !isSilent(await CHECKS.tcp.run({ host: hostname, port }, { network, timeoutMs }))
}

/** The way to what the operator named: it may be anywhere, the gateway or a machine beside us. */
export function operatorNetwork(version: string): CheckNetwork {
  return new CheckNetwork({ policy: { allowHttp: true, allowNetworks: ['0.0.0.0/0', '::/0'] }, version })
}

/** Reads `host:port`, `address:port` or `[address]:port`; null: it is none of them. */
export function readReference(text: string): Host | null {
  const match = /^(?:\[([\d.:a-f]+)\]|([^\s:[\]]+)):(\d{1,5})$/i.exec(text)
  const port = Number(match?.[3])
  if (!match || port < 1 || port > 65_535) return null
  const host = match[1] ?? match[2]!
  if (match[1] !== undefined && isIP(host) !== 6) return null
  const spec = CHECKS.tcp.schema.safeParse({ host, port })
  return spec.success ? CHECKS.tcp.hostOf(spec.data) : null
}
