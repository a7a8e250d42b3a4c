import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import { z } from 'zod'
import { type EgressError, type Target, tlsFailure } from '../../../deliver/egress/index.ts'
import { CheckFailure, type TlsFacts } from './result.ts'
import type { Run } from './run.ts'

const DAY_MS = 86_400_000

export const expiryWarningDays = z.int().min(0).max(365).default(14).meta({
  description: 'Warns when a certificate of the chain expires in fewer days than this. 0: never.',
})

export const verifyField = z.boolean().default(true).meta({
  description: 'Fails unless the certificate is trusted, valid now, and for this name.',
})

/** Takes note of what a handshake showed, and warns of a certificate that expires soon. */
export function noteTls(run: Run, socket: TLSSocket, target: Target, warningDays: number): TlsFacts {
  const tls = readTls(socket)
  run.tls = tls
  if (tls.daysLeft < warningDays) {
    const when = new Date(tls.expiresAt).toISOString().slice(0, 10)
    const left = tls.daysLeft < 0 ? 'has expired' : `expires in ${count(tls.daysLeft, 'day')}`
    const message = `The certificate of ${target.label} ${left} (${when})`
    // A redirect may have led to the same server again.
    if (!run.warnings.some(warning => warning.message === message))
      run.warnings.push({ class: 'tls_expiry', message })
  }
  return tls
}

/** Why the certificate is not trusted, not valid now or not the target's; null: nothing is wrong with it. */
export function distrust(socket: TLSSocket, target: Target): EgressError | null {
  if (socket.authorized) return null
  const code = String(socket.authorizationError ?? 'CERT_UNTRUSTED')
  const cert = socket.getPeerCertificate()
  return tlsFailure(target, Object.assign(new Error(code), { code, cert }))
}

/** Whether all that is wrong is the name that it was asked for by. */
export function hasOtherName(socket: TLSSocket): boolean {
  return String(socket.authorizationError) === 'ERR_TLS_CERT_ALTNAME_INVALID'
}

/** @throws CheckFailure unless the certificate covers every one of `names` */
export function assertNames(socket: TLSSocket, target: Target, names: readonly string[]): void {
  const certificate = socket.getPeerCertificate()
  const missing = names.filter(name => checkServerIdentity(name, certificate) !== undefined)
  if (missing.length === 0) return
  const covered = namesIn(certificate.subjectaltname).slice(0, 10).join(', ')
  throw new CheckFailure(
    'tls',
    `TLS with ${target.label} failed: its certificate is for ${covered || 'no name'}, not for ${missing.join(', ')}`,
  )
}

/** `1 day`, `2 days` */
export function count(number: number, unit: string): string {
  return `${number} ${unit}${number === 1 ? '' : 's'}`
}

function readTls(socket: TLSSocket): TlsFacts {
  const leaf = socket.getPeerCertificate(true)
  const expiresAt = Math.min(...chainOf(leaf).map(certificate => Date.parse(certificate.valid_to)))
  return {
    protocol: socket.getProtocol() ?? '',
    authorized: socket.authorized,
    issuer: [leaf.issuer?.CN ?? leaf.issuer?.O ?? ''].flat().join(', '),
    names: namesIn(leaf.subjectaltname),
    expiresAt,
    daysLeft: Math.floor((expiresAt - Date.now()) / DAY_MS),
  }
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  let certificate: DetailedPeerCertificate | undefined = leaf
  // An authority is its own issuer.
  while (certificate?.valid_to && !chain.includes(certificate)) {
    chain.push(certificate)
    certificate = certificate.issuerCertificate
  }
  return chain
}

function namesIn(subjectAltName: string | undefined): string[] {
  return subjectAltName?.split(', ').map(name => name.replace(/^(?:DNS|IP Address):/, '')) ?? []
}
