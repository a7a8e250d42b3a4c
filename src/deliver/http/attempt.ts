import type { Dispatcher } from 'undici'
import type { Exchange } from '../../ground/vocabulary.ts'
import type { Opening, Phase, Target } from '../egress/index.ts'
import { signatureHeaders } from '../sign.ts'
import { AnswerBody, keptHeaders, READ_BODY_BYTES } from './answer.ts'
import { type Failure, failureOf, timeoutOf } from './failure.ts'
import { ConnectionGone, type Line } from './line.ts'
import type { OutgoingRequest } from './sender.ts'

/** How often an attempt may find its connection gone before a byte of it was written. */
const MOST_MOVES = 5

const DOING: Readonly<Record<Phase, string>> = {
  dns: 'the DNS look-up was not finished',
  connect: 'the connection was not established',
  tls: 'the TLS handshake was not finished',
  open: 'the request was not sent',
}

const cutOff = new Error('the attempt is over')

/**
 * One POST from its start to its exchange: the HTTP client's handler, and the one timer that
 * bounds all of it. Settles exactly once; whatever comes later is ignored.
 */
export class Attempt implements Dispatcher.DispatchHandler {
  /** What the client sends. */
  readonly options: Dispatcher.DispatchOptions
  readonly target: Target
  settled = false
  /** The line that carries it; null while it waits for one. */
  line: Line | null = null
  readonly #startedAt = performance.now()
  readonly #timeoutMs: number
  readonly #carry: (attempt: Attempt) => void
  readonly #resolve: (exchange: Exchange) => void
  readonly #timer: NodeJS.Timeout
  readonly #body = new AnswerBody()
  #controller: Dispatcher.DispatchController | null = null
  #opening: Opening | null = null
  #statusCode: number | null = null
  #headers: Record<string, string | string[] | undefined> | null = null
  #firstByteAt = 0
  #moves = 0

  /** @param carry finds a line for it, again if the first is gone */
  constructor(
    request: OutgoingRequest,
    target: Target,
    carry: (attempt: Attempt) => void,
    resolve: (exchange: Exchange) => void,
  ) {
    this.options = optionsOf(request, target.path)
    this.target = target
    this.#timeoutMs = request.timeoutMs
    this.#carry = carry
    this.#resolve = resolve
    this.#timer = setTimeout(expire, request.timeoutMs, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.settled) {
      controller.abort(cutOff)
      return
    }
    this.#controller = controller
    const line = this.line!
    if (line.fresh) {
      line.fresh = false
      this.#opening = line.opening
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // Informational: the answer itself is still to come.
    if (statusCode < 200) return
    this.#firstByteAt = performance.now()
    this.line!.heardAt = this.#firstByteAt
    this.#statusCode = statusCode
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.settled) return
    this.#body.add(chunk)
    if (this.#body.bytes <= READ_BODY_BYTES) return
    this.#settle(null)
    this.line!.cutOff()
    controller.abort(cutOff)
  }

  onResponseEnd(): void {
    if (this.settled) return
    const line = this.line!
    const reusable = this.#headers?.connection === undefined || !closes(this.#headers.connection)
    this.#settle(null)
    line.answered(reusable)
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.settled) return
    if (error instanceof ConnectionGone && this.#moves < MOST_MOVES) {
      this.#moves++
      this.line = null
      this.#carry(this)
      return
    }
    const failure = failureOf(error, this.target, this.#statusCode !== null)
    const line = this.line
    this.fail(failure)
    if (failure.class === 'invalid_request') line?.spared()
  }

  /** Settles it without an answer. */
  fail(failure: Failure): void {
    if (this.settled) return
    this.#opening ??= this.#controller ? null : (this.line?.opening ?? null)
    this.#settle(failure)
  }

  /** The time is up. */
  expire(): void {
    const { line } = this
    this.fail(timeoutOf(this.target.label, this.#timeoutMs, this.#doing()))
    line?.timedOut(this.#startedAt)
    this.#controller?.abort(cutOff)
  }

  #doing(): string {
    if (this.#statusCode !== null) return 'the answer was still coming'
    if (this.#controller) return 'no answer came'
    if (this.line?.opening) return DOING[this.line.opening.phase]
    return 'no connection was free'
  }

  #settle(error: Failure | null): void {
    this.settled = true
    clearTimeout(this.#timer)
    const connection = this.line?.connection ?? null
    const opening = this.#opening
    this.#resolve({
      statusCode: this.#statusCode,
      responseHeaders: keptHeaders(this.#headers),
      responseBody: this.#body.text(),
      error,
      remoteAddress: connection === null ? null : connection.remoteAddress,
      tlsVersion: connection === null ? null : connection.tlsVersion,
      httpVersion: connection === null ? null : connection.httpVersion,
      timings: {
        dns: opening === null ? null : opening.dns,
        connect: opening === null ? null : opening.connect,
        tls: opening === null ? null : opening.tls,
        firstByte: this.#statusCode === null ? null : this.#firstByteAt - this.#startedAt,
        total: performance.now() - this.#startedAt,
      },
    })
  }
}

function optionsOf({ headers, body, signing }: OutgoingRequest, path: string): Dispatcher.DispatchOptions {
  const bytes = Buffer.from(body)
  const all = signing ? { ...headers, ...signatureHeaders(bytes, signing) } : headers
  return { path, method: 'POST', headers: all, body: bytes }
}

function expire(attempt: Attempt): void {
  attempt.expire()
}

function closes(connection: string | string[]): boolean {
  return /(?:^|,)\s*close\s*(?:,|$)/i.test(String(connection))
}
