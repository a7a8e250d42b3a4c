/** The way out: which targets are allowed, and connections that go nowhere else. */
export { checkAddress } from './address.ts'
export { type Connection, Connector, type Hello, type Opening, type Phase } from './connector.ts'
export { EgressError } from './egress-error.ts'
export { checkNetwork, type EgressPolicy } from './policy.ts'
export { probeTls, type TlsReport } from './probe.ts'
export { type Lookup, Resolver } from './resolve.ts'
export { checkUrl, readTarget, type Target } from './target.ts'
export { tlsFailure } from './tls-failure.ts'
