import { EgressError } from './egress-error.ts'
import type { Target } from './target.ts'

/** What OpenSSL's and Node's codes mean for whoever runs the receiver. */
const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  CERT_REVOKED: 'its certificate was revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate chain ends in a self-signed authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate was issued by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate was issued by an authority that is not trusted here, or it does not send the intermediate certificates',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate was issued by an authority that is not trusted here, or it does not send the intermediate certificates',
  CERT_UNTRUSTED: 'its certificate is not trusted here',
  INVALID_CA: 'its certificate was signed by a certificate that is not an authority',
  INVALID_PURPOSE: 'its certificate is not meant for servers',
  CERT_SIGNATURE_FAILURE: "its certificate's signature is wrong",
  CA_MD_TOO_WEAK: 'its certificate chain uses a signature hash that is too weak',
  CA_KEY_TOO_SMALL: 'its certificate chain uses a key that is too small',
  EE_KEY_TOO_SMALL: "its certificate's key is too small",
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it offers no TLS 1.2 or newer',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'it offers no TLS 1.2 or newer',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS on this port',
  ERR_SSL_HTTP_REQUEST: 'it does not speak TLS on this port',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it asks for a client certificate',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'it does not know the host name',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'no cipher or setting of TLS suits both sides',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'it speaks neither HTTP/1.1 nor HTTP/2',
  ECONNRESET: 'it reset the connection during the handshake',
  EPIPE: 'it closed the connection during the handshake',
}

/** A failed handshake (or a TLS error later on) as one line: which host, and exactly what was wrong. */
export function tlsFailure(target: Target, error: Error): EgressError {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = namesOf(error)
    return new EgressError(
      'tls',
      `TLS with ${target.label} failed: its certificate is for ${names}, not for ${target.hostname}`,
      error,
    )
  }
  const reason = REASONS[code] ?? (code ? `${error.message.split('\n', 1)[0]} (${code})` : error.message)
  return new EgressError('tls', `TLS with ${target.label} failed: ${reason}`, error)
}

/** The names that a certificate does cover; `error` is Node's ERR_TLS_CERT_ALTNAME_INVALID. */
function namesOf(error: Error): string {
  const certificate = (error as { cert?: { subjectaltname?: string; subject?: { CN?: string } } }).cert
  const names = certificate?.subjectaltname ?? certificate?.subject?.CN ?? 'no name'
  const short = names.replaceAll(/(?:DNS|IP Address):/g, '')
  return short.length > 200 ? `${short.slice(0, 200)}…` : short
}
