import type { TLSSocket } from 'node:tls'
import { z } from 'zod'
import type { EgressPolicy } from '../../deliver/egress/index.ts'
import {
  assertNames,
  count,
  distrust,
  expiryWarningDays,
  hasOtherName,
  noteTls,
  verifyField,
} from './base/certificate.ts'
import { connectFor } from './base/connect.ts'
import { type Host, hostField, normalHost, portField, refusalOfHost, targetOf } from './base/host.ts'
import { CheckFailure, type CheckResult } from './base/result.ts'
import { bounded, type CheckOptions } from './base/run.ts'

/** A server whose certificate must be in order. TLS from the first byte on; 1.2 or newer. */
export const schema = z.strictObject({
  host: hostField,
  port: portField.default(443),
  server_name: hostField
    .optional()
    .meta({ description: 'Asked for in the handshake (SNI). Left out: the host.' }),
  names: z
    .array(hostField)
    .max(100)
    .default([])
    .meta({ description: 'All must be covered by the certificate. Empty: the server name must.' }),
  verify: verifyField,
  min_days_left: z.int().min(0).max(365).default(0).meta({
    description: 'Fails when a certificate of the chain expires in fewer days than this.',
  }),
  expiry_warning_days: expiryWarningDays,
})
export type TlsSpec = z.infer<typeof schema>

/** Makes a whole handshake, judges the certificate, and hangs up. */
export function run(spec: TlsSpec, options: CheckOptions): Promise<CheckResult> {
  return bounded(options, async run => {
    const target = targetOf(spec.host, spec.port, true)
    const serverName = normalHost(spec.server_name ?? spec.host) ?? spec.host
    const names = spec.names.length > 0 ? spec.names : spec.verify ? [serverName] : []
    const socket = (await connectFor(run, target, { protocols: [], serverName })).socket as TLSSocket
    const { daysLeft } = noteTls(run, socket, target, spec.expiry_warning_days)
    // Names are judged below, by what the spec expects.
    const reason = spec.verify && !hasOtherName(socket) ? distrust(socket, target) : null
    if (reason) throw reason
    assertNames(socket, target, names)
    if (daysLeft < spec.min_days_left)
      throw new CheckFailure(
        'assertion',
        `The certificate of ${target.label} expires in ${count(daysLeft, 'day')}, fewer than ${spec.min_days_left}`,
      )
  })
}

/** Why a spec is refused as far as that shows without DNS; null: it may be tried. */
export function refusalOf(spec: TlsSpec, policy: EgressPolicy): string | null {
  return refusalOfHost(spec.host, policy)
}

/** Whom the check depends on. */
export function hostOf(spec: TlsSpec): Host {
  return { hostname: normalHost(spec.host) ?? spec.host, port: spec.port }
}
