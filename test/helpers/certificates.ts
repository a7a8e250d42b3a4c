import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'

/** A private key and its certificate (chain), PEM: what a TLS server is started with. */
export interface Identity {
  readonly key: string
  readonly cert: string
}

/** An authority made for this run, and what servers show in tests. */
export interface Certificates {
  /** The authority that `good`, `expired` and `wrongName` come from; PEM. */
  readonly ca: string
  /** For localhost, 127.0.0.1, ::1 and *.receiver.test. */
  readonly good: Identity
  /** As `good`, but its time ended yesterday. */
  readonly expired: Identity
  /** In order, but for `elsewhere.test` only. */
  readonly wrongName: Identity
  readonly selfSigned: Identity
  /** As `good`, from an authority that nobody trusts. */
  readonly untrusted: Identity
}

const DAY_MS = 86_400_000
const GOOD_NAMES = ['localhost', '127.0.0.1', '::1', 'receiver.test', '*.receiver.test']

let made: Certificates | undefined

/** The certificates of this run: made at the first call (a tenth of a second or two), the same ones after. */
export function makeCertificates(): Certificates {
  made ??= make()
  return made
}

function make(): Certificates {
  const authority = makeKey()
  const server = makeKey()
  // An authority outlives what it signs, as real ones do: a chain's expiry is its server's.
  const ca = certify({
    subject: 'Test Authority',
    issuer: 'Test Authority',
    of: authority,
    by: authority,
    days: [-1, 365],
  })
  const issue = (names: readonly string[], days: readonly [number, number], issuer = 'Test Authority') => {
    const by = issuer === 'Test Authority' ? authority : makeKey()
    return { key: server.pem, cert: certify({ subject: names[0]!, issuer, of: server, by, names, days }) }
  }
  return {
    ca,
    good: issue(GOOD_NAMES, [-1, 90]),
    expired: issue(GOOD_NAMES, [-90, -1]),
    wrongName: issue(['elsewhere.test'], [-1, 90]),
    selfSigned: {
      key: server.pem,
      cert: certify({ subject: 'localhost', issuer: 'localhost', of: server, by: server, names: GOOD_NAMES }),
    },
    untrusted: issue(GOOD_NAMES, [-1, 90], 'Unknown Authority'),
  }
}

interface Key {
  readonly pem: string
  readonly pair: forge.pki.rsa.PrivateKey
}

function makeKey(): Key {
  // Node's own generator: the library's is in JavaScript, and slow.
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return { pem: privateKey, pair: forge.pki.privateKeyFromPem(privateKey) as forge.pki.rsa.PrivateKey }
}

let serial = 0

/** Signs a certificate. Without `names` it is an authority's. `days`: from and to, counted from now. */
function certify(order: {
  subject: string
  issuer: string
  of: Key
  by: Key
  names?: readonly string[]
  days?: readonly [number, number]
}): string {
  const [from, to] = order.days ?? [-1, 90]
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = forge.pki.setRsaPublicKey(order.of.pair.n, order.of.pair.e)
  certificate.serialNumber = (++serial).toString(16).padStart(4, '0')
  certificate.validity.notBefore = new Date(Date.now() + from * DAY_MS)
  certificate.validity.notAfter = new Date(Date.now() + to * DAY_MS)
  certificate.setSubject([{ name: 'commonName', value: order.subject }])
  certificate.setIssuer([{ name: 'commonName', value: order.issuer }])
  certificate.setExtensions(order.names ? serverExtensions(order.names) : AUTHORITY_EXTENSIONS)
  certificate.sign(order.by.pair, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

const AUTHORITY_EXTENSIONS = [
  { name: 'basicConstraints', cA: true, critical: true },
  { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
]

function serverExtensions(names: readonly string[]): object[] {
  const altNames = names.map(name =>
    /^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
  )
  return [
    { name: 'basicConstraints', cA: false },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames },
  ]
}
