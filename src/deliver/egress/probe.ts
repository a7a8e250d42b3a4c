import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { unacceptable } from '../../ground/errors.ts'
import { type Connection, Connector, type Phase } from './connector.ts'
import type { EgressPolicy } from './policy.ts'
import type { Lookup } from './resolve.ts'
import { readTarget, type Target } from './target.ts'

/** What a handshake showed, in the API's own words: it is stored and answered as it is. */
export interface TlsReport {
  /** `TLSv1.2` or `TLSv1.3` */
  readonly protocol: string
  readonly cipher: string
  /** Always true: what is not trusted is refused. */
  readonly authorized: boolean
  /** From the receiver's own certificate to the authority. */
  readonly chain: readonly TlsCertificate[]
  /** Names and addresses that the certificate covers. */
  readonly names: readonly string[]
  /** When the first certificate of the chain to expire does so; RFC 3339. */
  readonly expires_at: string
  /** Whole days until then. */
  readonly days_left: number
  /** `h2` or `http/1.1`; null: the receiver chose none, so HTTP/1.1 is spoken. */
  readonly alpn: string | null
  readonly remote_address: string
}

export interface TlsCertificate {
  readonly subject: string
  readonly issuer: string
  readonly valid_from: string
  readonly valid_to: string
  /** SHA-256, upper-case hex pairs with colons. */
  readonly fingerprint256: string
}

const PHASES: Readonly<Record<Phase, string>> = {
  dns: 'its name was looked up',
  connect: 'the connection was opened',
  tls: 'the TLS handshake was made',
  open: 'the TLS handshake was made',
}

/**
 * Makes a real handshake with a URL's host, the way a delivery does, sends nothing, and reports it;
 * null for an `http:` URL that the operator allows.
 * @param timeoutMs over all of it
 * @throws Problem 422 (path `url`) saying which host, and what is wrong with it
 */
export async function probeTls(
  url: string,
  policy: EgressPolicy,
  timeoutMs: number,
  lookup?: Lookup,
): Promise<TlsReport | null> {
  const read = readTarget(url, policy)
  if ('refused' in read) throw unacceptable('url', read.refused)
  const { target } = read
  if (!target.secure) return null
  const connection = await openWithin(new Connector({ policy, ...(lookup && { lookup }) }), target, timeoutMs)
  try {
    return reportOf(connection.socket as TLSSocket, connection.remoteAddress)
  } finally {
    connection.socket.destroy()
  }
}

function openWithin(connector: Connector, target: Target, timeoutMs: number): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const opening = connector.open(target, (error, connection) => {
      clearTimeout(timer)
      if (!connection)
        return reject(unacceptable('url', error?.message ?? `${target.label} cannot be reached`))
      connection.socket.on('error', () => {})
      resolve(connection)
    })
    const timer = setTimeout(() => {
      opening.abort()
      reject(
        unacceptable(
          'url',
          `${target.label} gave no answer within ${timeoutMs} ms while ${PHASES[opening.phase]}`,
        ),
      )
    }, timeoutMs)
  })
}

function reportOf(socket: TLSSocket, remoteAddress: string): TlsReport {
  const certificates = chainOf(socket.getPeerCertificate(true))
  const ends = certificates.map(certificate => Date.parse(certificate.valid_to))
  const expiresAt = Math.min(...ends)
  const leaf = certificates[0]
  return {
    protocol: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    authorized: socket.authorized,
    chain: certificates.map(certificate => ({
      subject: nameOf(certificate.subject),
      issuer: nameOf(certificate.issuer),
      valid_from: new Date(certificate.valid_from).toISOString(),
      valid_to: new Date(certificate.valid_to).toISOString(),
      fingerprint256: certificate.fingerprint256,
    })),
    names: namesIn(leaf),
    expires_at: new Date(expiresAt).toISOString(),
    days_left: Math.floor((expiresAt - Date.now()) / 86_400_000),
    alpn: socket.alpnProtocol || null,
    remote_address: remoteAddress,
  }
}

function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  const seen = new Set<string>()
  let certificate: DetailedPeerCertificate | undefined = leaf
  // An authority is its own issuer.
  while (certificate?.fingerprint256 && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256)
    chain.push(certificate)
    certificate = certificate.issuerCertificate
  }
  return chain
}

function nameOf(name: DetailedPeerCertificate['subject'] | undefined): string {
  return Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join('+') : value}`)
    .join(', ')
}

function namesIn(certificate: DetailedPeerCertificate | undefined): string[] {
  const names = certificate?.subjectaltname?.split(', ').map(name => name.replace(/^(?:DNS|IP Address):/, ''))
  return names ?? []
}
