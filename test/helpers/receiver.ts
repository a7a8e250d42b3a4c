import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import {
  constants,
  createSecureServer as createHttp2Server,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket, type TlsOptions } from 'node:tls'
import { type Identity, makeCertificates } from './certificates.ts'
import { Signal } from './signal.ts'

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The raw bytes. */
  readonly body: Buffer
  /** When its headers were in; ms since the epoch, with fraction. */
  readonly arrivedAt: number
  /** The header Retry-Attempt; null without one. */
  readonly retryAttempt: number | null
  readonly httpVersion: string
  /** Counts the receiver's connections from 1. */
  readonly connection: number
}

/**
 * What a receiver does with a request. `hang`: nothing. `reset`: resets the connection (HTTP/2: the
 * stream). `cut`: half an answer, then the end. `drip`: an answer that never ends, a byte at a time.
 * `garbage`: bytes that are no HTTP (HTTP/1.1 only).
 */
export type Answer =
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string | string[]>>
      readonly body?: string | Buffer
      /** Waits so long before it answers. */
      readonly delayMs?: number
      /** Sends 103 Early Hints first. */
      readonly earlyHints?: boolean
    }
  | 'hang'
  | 'reset'
  | 'cut'
  | 'drip'
  | 'garbage'

export type AnswerWith = Answer | ((request: ReceivedRequest) => Answer | Promise<Answer>)

export interface ReceiverOptions {
  /** Left out: plain HTTP. `tls1.1`: nothing newer is offered. */
  readonly tls?: 'good' | 'expired' | 'wrong-name' | 'self-signed' | 'untrusted' | 'tls1.1' | 'tls1.2'
  /** Speaks HTTP/2 with those who offer it; needs `tls`. */
  readonly http2?: boolean
  /** Streams that one HTTP/2 connection may have at once. */
  readonly maxStreams?: number
  /** 200 `ok` unless given. */
  readonly answer?: AnswerWith
  /** Answers as soon as the headers are in, and reads no body. */
  readonly answersEarly?: boolean
  /** After how long an idle connection is closed, told in Keep-Alive; ms, 5000 by default. */
  readonly keepAliveMs?: number
  /** 0 by default: any free port. */
  readonly port?: number
  /** 127.0.0.1 by default. */
  readonly host?: string
}

/** HTTP/2's compatible request and response are these, and have their stream. */
type Incoming = IncomingMessage & { readonly stream?: ServerHttp2Stream }
type Outgoing = ServerResponse & { readonly stream?: ServerHttp2Stream }

const IDENTITIES = {
  good: 'good',
  expired: 'expired',
  'wrong-name': 'wrongName',
  'self-signed': 'selfSigned',
  untrusted: 'untrusted',
  'tls1.1': 'good',
  'tls1.2': 'good',
} as const

/** A real server that records what it gets and answers as told. Start it with {@link startReceiver}. */
export class Receiver {
  /** Every request, in the order of arrival. */
  readonly requests: ReceivedRequest[] = []
  /** The authority to trust; PEM. */
  readonly ca: string
  readonly port: number
  /** With the path `/hook`. */
  readonly url: string
  /** How many connections were accepted so far. */
  connections = 0
  readonly #server: HttpServer
  readonly #open = new Map<Socket, number>()
  readonly #sessions = new Set<Http2Session>()
  readonly #changed: Signal
  readonly #early: boolean
  #answer: AnswerWith

  constructor(server: HttpServer, options: ReceiverOptions) {
    this.#server = server
    this.#changed = new Signal()
    this.#early = options.answersEarly ?? false
    this.#answer = options.answer ?? { status: 200, body: 'ok' }
    this.ca = options.tls ? makeCertificates().ca : ''
    this.port = (server.address() as AddressInfo).port
    this.url = `${options.tls ? 'https' : 'http'}://localhost:${this.port}/hook`
    server.on('connection', (socket: Socket) => {
      this.#open.set(socket, ++this.connections)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#open.delete(socket)
        this.#changed.fire()
      })
      this.#changed.fire()
    })
    server.on('session', (session: Http2Session) => {
      this.#sessions.add(session)
      session.on('close', () => this.#sessions.delete(session))
    })
    server.on('request', (request: Incoming, response: Outgoing) => this.#take(request, response))
    // A client that refuses the handshake is what several tests are about.
    server.on('tlsClientError', () => {})
    server.on('clientError', (_error: Error, socket: Socket) => socket.destroy())
  }

  /** How many connections are open now. */
  get openConnections(): number {
    return this.#open.size
  }

  /** From now on, requests are answered so. */
  answerWith(answer: AnswerWith): void {
    this.#answer = answer
  }

  /** Resolves with all requests once there are `count`. */
  async received(count: number): Promise<readonly ReceivedRequest[]> {
    await this.#changed.until(() => this.requests.length >= count)
    return this.requests
  }

  /** Resolves once `count` connections are open. */
  async connected(count: number): Promise<void> {
    await this.#changed.until(() => this.#open.size === count)
  }

  /** Ends every open connection the way a server does that was idle for too long, or is restarted. */
  dropConnections(): void {
    for (const socket of this.#open.keys()) socket.destroy()
  }

  /** Tells HTTP/2 clients to go elsewhere with new requests (GOAWAY); those under way go on. */
  sendAway(): void {
    for (const session of this.#sessions) session.close()
  }

  /** Stops at once, connections included. */
  async close(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.dropConnections()
    await closed
  }

  async #take(request: Incoming, response: Outgoing): Promise<void> {
    const arrivedAt = performance.timeOrigin + performance.now()
    response.on('error', () => {})
    const body = this.#early ? Buffer.alloc(0) : await bodyOf(request)
    if (body === null) return
    const retryAttempt = request.headers['retry-attempt']
    const received: ReceivedRequest = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      arrivedAt,
      retryAttempt: retryAttempt === undefined ? null : Number(retryAttempt),
      httpVersion: request.httpVersion,
      connection: this.#connectionOf(request),
    }
    this.requests.push(received)
    this.#changed.fire()
    const answer = typeof this.#answer === 'function' ? await this.#answer(received) : this.#answer
    await give(answer, request, response)
  }

  #connectionOf(request: Incoming): number {
    // A TLS socket is not the one that was accepted, but has the same peer.
    const { remotePort } = request.stream?.session?.socket ?? request.socket
    for (const [socket, number] of this.#open) if (socket.remotePort === remotePort) return number
    return 0
  }
}

/** Starts a receiver on a loopback address; `localhost` leads to it. */
export async function startReceiver(options: ReceiverOptions = {}): Promise<Receiver> {
  const server = createServer(options)
  server.keepAliveTimeout = options.keepAliveMs ?? 5000
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  await once(server, 'listening')
  return new Receiver(server, options)
}

function createServer(options: ReceiverOptions): HttpServer {
  if (!options.tls) return createHttpServer()
  const identity: Identity = makeCertificates()[IDENTITIES[options.tls]]
  const tls: TlsOptions = { key: identity.key, cert: identity.cert, ...versionsOf(options.tls) }
  if (!options.http2) return createHttpsServer(tls)
  const settings = options.maxStreams === undefined ? {} : { maxConcurrentStreams: options.maxStreams }
  // The compatible part of the two servers is all that is used.
  return createHttp2Server({ ...tls, allowHTTP1: true, settings }) as unknown as HttpServer
}

function versionsOf(tls: ReceiverOptions['tls']): TlsOptions {
  if (tls === 'tls1.2') return { maxVersion: 'TLSv1.2' }
  // OpenSSL 3 offers 1.1 only at its lowest security level.
  if (tls === 'tls1.1') return { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
  return {}
}

/** null: the connection ended before the body did. */
async function bodyOf(request: Incoming): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer)
  } catch {
    return null
  }
  return Buffer.concat(chunks)
}

async function give(answer: Answer, request: Incoming, response: Outgoing): Promise<void> {
  switch (answer) {
    case 'hang':
      return
    case 'reset':
      reset(request, response)
      return
    case 'cut':
      response.writeHead(200, { 'content-length': '100' })
      response.write('x'.repeat(50), () => reset(request, response))
      return
    case 'drip':
      drip(response)
      return
    case 'garbage':
      request.socket.end('NOT HTTP AT ALL\r\n\r\n')
      return
  }
  if (answer.delayMs) await new Promise(resolve => setTimeout(resolve, answer.delayMs))
  if (answer.earlyHints) response.writeEarlyHints({ link: '</style.css>; rel=preload' })
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body)
}

function reset(request: Incoming, response: Outgoing): void {
  if (response.stream) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  // A TLS socket cannot send a reset: it just goes.
  else if (request.socket instanceof TLSSocket) request.socket.destroy()
  else request.socket.resetAndDestroy()
}

function drip(response: Outgoing): void {
  response.writeHead(200)
  const timer = setInterval(() => response.write('.'), 10)
  response.on('close', () => clearInterval(timer))
}
