import type { z } from 'zod'
import type { EgressPolicy } from '../../deliver/egress/index.ts'
import type { Host } from './base/host.ts'
import type { CheckNetwork } from './base/network.ts'
import type { CheckResult } from './base/result.ts'
import type { CheckOptions } from './base/run.ts'
import * as dns from './dns.ts'
import * as http from './http.ts'
import * as tcp from './tcp.ts'
import * as tls from './tls.ts'

export type { Host } from './base/host.ts'
export { CheckNetwork } from './base/network.ts'
export {
  CHECK_ERROR_CLASSES,
  type CheckErrorClass,
  type CheckResult,
} from './base/result.ts'
export type { CheckOptions } from './base/run.ts'

/**
 * One kind of check: a module of this folder. Specs are in the API's own words (snake_case): they are
 * taken, kept, exported and shown as they are, and `schema` fills in the defaults.
 */
export interface CheckKindModule<S> {
  readonly schema: z.ZodType<S>
  /** Never rejects. Bounded as a whole by `timeoutMs`; when it resolves, nothing of it is open any more. */
  run(spec: S, options: CheckOptions): Promise<CheckResult>
  /** Why a spec is refused by policy, as far as that shows without DNS: a clause whose subject is URL or host. */
  refusalOf(spec: S, policy: EgressPolicy): string | null
  /** Whom the check depends on. */
  hostOf(spec: S): Host | null
}

/** The spec of each kind. */
export interface CheckSpecs {
  readonly http: http.HttpSpec
  readonly tcp: tcp.TcpSpec
  readonly tls: tls.TlsSpec
  readonly dns: dns.DnsSpec
}
export type CheckKind = keyof CheckSpecs

/** Every kind of check. */
export const CHECKS: { readonly [K in CheckKind]: CheckKindModule<CheckSpecs[K]> } = { http, tcp, tls, dns }

/** A check of which only the run is left to do. */
export interface PreparedCheck {
  /** Whom it depends on; null: nobody in particular. */
  readonly host: Host | null
  /** Why the policy refuses it, as far as that shows without DNS; null: it may be tried. */
  readonly refusal: string | null
  /** Never rejects. */
  readonly run: (options: Omit<CheckOptions, 'network'>) => Promise<CheckResult>
}

/**
 * Reads a spec, as it was given or kept, and binds it to its kind and the node's way out.
 * @throws ZodError
 */
export function prepareCheck<K extends CheckKind>(
  kind: K,
  spec: unknown,
  network: CheckNetwork,
): PreparedCheck {
  const module = CHECKS[kind]
  const read = module.schema.parse(spec)
  return {
    host: module.hostOf(read),
    refusal: module.refusalOf(read, network.policy),
    run: options => module.run(read, { ...options, network }),
  }
}

/** Whether monitors of a kind are watched by checks. */
export function isCheckKind(kind: string): kind is CheckKind {
  return Object.hasOwn(CHECKS, kind)
}
