import { z } from 'zod'
import type { EgressPolicy } from '../../deliver/egress/index.ts'
import { connectFor } from './base/connect.ts'
import { type Host, hostField, normalHost, portField, refusalOfHost, targetOf } from './base/host.ts'
import type { CheckResult } from './base/result.ts'
import { bounded, type CheckOptions } from './base/run.ts'

/** A port that must take connections. */
export const schema = z.strictObject({ host: hostField, port: portField })
export type TcpSpec = z.infer<typeof schema>

/** Connects, sends nothing, and hangs up. */
export function run(spec: TcpSpec, options: CheckOptions): Promise<CheckResult> {
  return bounded(options, async run => {
    await connectFor(run, targetOf(spec.host, spec.port, false), { protocols: [] })
  })
}

/** Why a spec is refused as far as that shows without DNS; null: it may be tried. */
export function refusalOf(spec: TcpSpec, policy: EgressPolicy): string | null {
  return refusalOfHost(spec.host, policy)
}

/** Whom the check depends on. */
export function hostOf(spec: TcpSpec): Host {
  return { hostname: normalHost(spec.host) ?? spec.host, port: spec.port }
}
