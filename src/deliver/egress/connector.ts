import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
  connect as tlsConnect,
} from 'node:tls'
import { LRUCache } from 'lru-cache'
import { checkAddress } from './address.ts'
import { dial } from './dial.ts'
import { EgressError } from './egress-error.ts'
import type { EgressPolicy } from './policy.ts'
import { type Lookup, Resolver } from './resolve.ts'
import type { Target } from './target.ts'
import { tlsFailure } from './tls-failure.ts'

/** Where an opening stands. */
export type Phase = 'dns' | 'connect' | 'tls' | 'open'

/** A connection to a checked address, and how it came about. */
export interface Connection {
  readonly socket: Socket | TLSSocket
  readonly remoteAddress: string
  /** `TLSv1.2` or `TLSv1.3`; null on plain HTTP. */
  readonly tlsVersion: string | null
  readonly httpVersion: '1.1' | '2'
}

/** What a TLS handshake asks for. */
export interface Hello {
  /** ALPN, best first; none: the server is not asked. */
  readonly protocols: readonly string[]
  /** In place of the target's host name. */
  readonly serverName?: string
}

const HTTP_HELLO: Hello = { protocols: ['h2', 'http/1.1'] }

/** Kept sessions, so that a receiver that hears from us now and then is spared full handshakes. */
const MOST_SESSIONS = 5_000
/** After this a full handshake is made again: a resumed one does not look at the certificate anew. */
const SESSION_AGE_MS = 600_000

/**
 * Opens connections, and is the only way out: literal or resolved, an address is checked, the socket
 * goes to that very address, and what it is connected to is checked again (DESIGN: "SSRF"). TLS is
 * 1.2 or newer and verified; proxies from the environment play no part.
 */
export class Connector {
  readonly #policy: EgressPolicy
  readonly #resolver: Resolver
  readonly #sessions = new LRUCache<string, Buffer>({ max: MOST_SESSIONS, ttl: SESSION_AGE_MS })
  readonly #probing: boolean
  #context: SecureContext | null = null

  /**
   * @param options.lookup in place of the machine's resolver
   * @param options.probing for whoever examines a server rather than sends it something: every handshake
   *   is a full one, and a connection whose certificate is not trusted is handed over all the same
   *   (`socket.authorized` says so), to be judged before anything is written to it
   */
  constructor(options: { policy: EgressPolicy; lookup?: Lookup; probing?: boolean }) {
    this.#policy = options.policy
    this.#resolver = new Resolver(options.policy, options.lookup)
    this.#probing = options.probing ?? false
  }

  /**
   * Starts to open a connection. `done` is called once, unless the opening is aborted before; with the
   * connection, in the very tick in which the handshake ended, so that no byte is missed. It has to put
   * its own listener for errors on the socket before it returns.
   */
  open(
    target: Target,
    done: (error: EgressError | null, connection: Connection | null) => void,
    hello: Hello = HTTP_HELLO,
  ): Opening {
    const opening = new Opening(done)
    this.#resolver.addressesOf(target).then(
      addresses => {
        if (!opening.over) this.#dial(opening, target, addresses, hello)
      },
      error => opening.fail(error),
    )
    return opening
  }

  #dial(opening: Opening, target: Target, addresses: readonly string[], hello: Hello): void {
    opening.enter('connect', isIP(target.hostname) === 0)
    opening.giveUp = dial(addresses, target.port, target.label, (error, socket) => {
      if (error || !socket) return opening.fail(error)
      const isOwn = this.#policy.ownServers?.includes(target.label)
      const refusal = checkAddress(socket.remoteAddress ?? '', this.#policy)
      if (refusal && !isOwn) {
        socket.destroy()
        return opening.fail(new EgressError('address_refused', `${target.label} is refused: ${refusal}`))
      }
      if (target.secure) this.#handshake(opening, target, socket, hello)
      else
        opening.succeed({
          socket,
          remoteAddress: socket.remoteAddress!,
          tlsVersion: null,
          httpVersion: '1.1',
        })
    })
  }

  #handshake(opening: Opening, target: Target, tcp: Socket, hello: Hello): void {
    opening.enter('tls', true)
    const session = this.#probing ? undefined : this.#sessions.get(target.origin)
    const name = hello.serverName ?? target.hostname
    const socket = tlsConnect({
      socket: tcp,
      host: name,
      // An address is no server name (RFC 6066, section 3); the certificate is still checked against it.
      servername: isIP(name) ? '' : name.replace(/\.$/, ''),
      secureContext: this.#secureContext(),
      minVersion: 'TLSv1.2',
      rejectUnauthorized: !this.#probing,
      ALPNProtocols: [...hello.protocols],
      ...(session && { session }),
    })
    opening.giveUp = () => socket.destroy()
    const onError = (error: Error) => {
      this.#sessions.delete(target.origin)
      opening.fail(tlsFailure(target, error))
    }
    // Without it a peer that hangs up during the handshake would be an error of its own.
    const onClose = () => onError(new Error('the connection was closed'))
    socket.on('error', onError)
    socket.once('close', onClose)
    if (!this.#probing) socket.on('session', data => this.#sessions.set(target.origin, data))
    socket.once('secureConnect', () => {
      socket.off('close', onClose)
      opening.succeed({
        socket,
        remoteAddress: socket.remoteAddress ?? tcp.remoteAddress ?? '',
        tlsVersion: socket.getProtocol(),
        httpVersion: socket.alpnProtocol === 'h2' ? '2' : '1.1',
      })
      socket.off('error', onError)
    })
  }

  /** One for all connections: reading the machine's authorities takes milliseconds. */
  #secureContext(): SecureContext {
    this.#context ??= createSecureContext({
      minVersion: 'TLSv1.2',
      ...(this.#policy.extraCa && { ca: [...getCACertificates('default'), this.#policy.extraCa] }),
    })
    return this.#context
  }
}

/** One connection on its way: which phase it is in, and how long the finished ones took (ms). */
export class Opening {
  readonly startedAt = performance.now()
  phase: Phase = 'dns'
  /** null: not finished, or there was nothing to do. */
  dns: number | null = null
  connect: number | null = null
  tls: number | null = null
  over = false
  giveUp: () => void = () => {}
  #phaseAt = this.startedAt
  readonly #done: (error: EgressError | null, connection: Connection | null) => void

  constructor(done: (error: EgressError | null, connection: Connection | null) => void) {
    this.#done = done
  }

  /** Ends the phase that runs, and begins the next. `counts`: whether the ended one had something to do. */
  enter(next: Phase, counts: boolean): void {
    const now = performance.now()
    if (counts && this.phase !== 'open') this[this.phase] = now - this.#phaseAt
    this.phase = next
    this.#phaseAt = now
  }

  succeed(connection: Connection): void {
    if (this.over) return
    this.enter('open', true)
    this.over = true
    this.#done(null, connection)
  }

  fail(error: unknown): void {
    if (this.over) return
    this.over = true
    this.#done(error instanceof EgressError ? error : new EgressError('other', String(error), error), null)
  }

  /** Gives up; `done` is not called any more. */
  abort(): void {
    if (this.over) return
    this.over = true
    this.giveUp()
  }
}
