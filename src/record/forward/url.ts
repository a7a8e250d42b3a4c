import { isIP } from 'node:net'
import type { BrokerKind } from '../../store/forwarders.ts'

/** Where a broker is, and who we are to it. */
export interface BrokerUrl {
  readonly secure: boolean
  /** A name, or an IP address without brackets. */
  readonly hostname: string
  /** For the TLS server name: an IP address is none. */
  readonly serverName: string
  readonly port: number
  readonly username: string | null
  readonly password: string | null
  /** What follows the host, without its first slash, decoded: RabbitMQ's virtual host. */
  readonly path: string
  /** `?mechanism=`: how Kafka asks who we are. */
  readonly mechanism: SaslMechanism
}

const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const
type SaslMechanism = (typeof SASL_MECHANISMS)[number]

/** Per broker: the scheme without and with TLS, and their ports. */
const SCHEMES: Readonly<Record<BrokerKind, { plain: [string, number]; secure: [string, number] }>> = {
  nats: { plain: ['nats:', 4222], secure: ['tls:', 4222] },
  rabbitmq: { plain: ['amqp:', 5672], secure: ['amqps:', 5671] },
  kafka: { plain: ['kafka:', 9092], secure: ['kafkas:', 9093] },
}

/** Reads a broker's URL; a text says what is wrong with it (a clause whose subject is the URL). */
export function readBrokerUrl(kind: BrokerKind, text: string): BrokerUrl | string {
  if (/[\u0000-\u0020\u007f\\]/.test(text)) return 'holds a space, a control character or a backslash'
  if (!URL.canParse(text)) return 'is not a URL'
  const url = new URL(text)
  const { plain, secure } = SCHEMES[kind]
  if (url.protocol !== plain[0] && url.protocol !== secure[0])
    return `must start with ${secure[0]}// (TLS) or ${plain[0]}//`
  if (url.hostname === '') return 'names no host'
  if (url.hash !== '') return 'must not carry a fragment (#…)'
  const path = decoded(url.pathname.slice(1))
  const username = decoded(url.username)
  const password = decoded(url.password)
  if (path === null || username === null || password === null) return 'holds a % that begins no character'
  if (path !== '' && kind !== 'rabbitmq') return 'must not carry a path'
  const mechanism = url.searchParams.get('mechanism') ?? 'PLAIN'
  const isKnown = [...url.searchParams.keys()].every(name => name === 'mechanism' && kind === 'kafka')
  if (!isKnown) return `must not carry parameters${kind === 'kafka' ? ' other than mechanism' : ''}`
  if (!isMechanism(mechanism)) return `must have one of ${SASL_MECHANISMS.join(', ')} as mechanism`
  const [scheme, port] = url.protocol === secure[0] ? secure : plain
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  return {
    secure: scheme === secure[0],
    hostname,
    serverName: isIP(hostname) ? '' : hostname,
    port: url.port === '' ? port : Number(url.port),
    username: username === '' ? null : username,
    password: password === '' ? null : password,
    path,
    mechanism,
  }
}

/** A URL that {@link readBrokerUrl} takes, without its secrets: a NATS token stands where a user does. */
export function shownBrokerUrl(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, '//***@')
}

function isMechanism(text: string): text is SaslMechanism {
  return (SASL_MECHANISMS as readonly string[]).includes(text)
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
