import type { TLSSocket } from 'node:tls'
import { Client, type Dispatcher } from 'undici'
import type { Connection } from '../../../deliver/egress/index.ts'
import { failureOf } from '../../../deliver/http/failure.ts'
import { distrust, noteTls } from '../base/certificate.ts'
import { openFor } from '../base/connect.ts'
import { CheckFailure } from '../base/result.ts'
import type { Run } from '../base/run.ts'
import type { HttpSpec } from '../http.ts'
import type { Answer } from './assertions.ts'
import type { HttpRequest } from './request.ts'

/** How much of a body is read. A longer one is cut there, and its answer counts as whole. */
const READ_BODY_BYTES = 1_048_576
const HELLO = { protocols: ['h2', 'http/1.1'] }

const cutOff = new Error('the rest is not needed')

/**
 * One request and its answer, on a connection of its own that is closed after it.
 * @param keepBody whether the answer's body is wanted; it is read to its end all the same
 * @throws CheckFailure, EgressError
 */
export function exchange(
  run: Run,
  request: HttpRequest,
  tls: HttpSpec['tls'],
  keepBody: boolean,
): Promise<Answer> {
  const { target } = request
  run.statusCode = null
  run.firstByteMark = null
  return new Promise((resolve, reject) => {
    let connecting = false
    const client = new Client(target.origin, {
      // The check is bounded as a whole: a body that drips would pass the client's own timers.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => {
        // The client would open another one for a request that it could not write.
        if (connecting) return callback(new Error('the connection is gone'), null)
        connecting = true
        openFor(run, target, HELLO, (error, connection) => {
          const reason = connection ? judge(run, request, connection, tls) : error
          if (connection && !reason) callback(null, connection.socket)
          else {
            connection?.socket.destroy()
            callback(reason ?? new Error('no connection'), null)
          }
        })
      },
    })
    const close = () => client.destroy(cutOff, ignore)
    run.onEnd(close)
    const { method, headers, body } = request
    client.dispatch(
      { path: target.path, method, headers, body, reset: true },
      new Reader(run, target.label, keepBody, (error, answer) => {
        close()
        if (answer) resolve(answer)
        else reject(error && asFailure(error, request, run.statusCode !== null))
      }),
    )
  })
}

/** Why nothing is written to a connection; null: its other side is who it should be. */
function judge(run: Run, request: HttpRequest, connection: Connection, tls: HttpSpec['tls']): Error | null {
  if (!request.target.secure) return null
  const socket = connection.socket as TLSSocket
  noteTls(run, socket, request.target, tls.expiry_warning_days)
  return tls.verify ? distrust(socket, request.target) : null
}

function asFailure(error: Error, request: HttpRequest, answering: boolean): Error {
  if (error instanceof CheckFailure) return error
  const failure = failureOf(error, request.target, answering)
  return new CheckFailure(failure.class, failure.message)
}

/** Reads one answer; calls `done` once. */
class Reader implements Dispatcher.DispatchHandler {
  readonly #run: Run
  readonly #label: string
  readonly #keepBody: boolean
  readonly #done: (error: Error | null, answer: Answer | null) => void
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #headers: Answer['headers'] = {}
  #over = false

  constructor(
    run: Run,
    label: string,
    keepBody: boolean,
    done: (error: Error | null, answer: Answer | null) => void,
  ) {
    this.#run = run
    this.#label = label
    this.#keepBody = keepBody
    this.#done = done
  }

  onRequestStart(): void {}

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    // Informational: the answer itself is still to come.
    if (status < 200 || this.#run.over) return
    this.#run.firstByteMark = performance.now()
    this.#run.statusCode = status
    this.#run.doing = () => `reading the answer of ${this.#label}`
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#over) return
    const room = READ_BODY_BYTES - this.#bytes
    this.#bytes += chunk.length
    if (this.#keepBody) this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
    if (chunk.length > room) this.#finish(false)
  }

  onResponseEnd(): void {
    this.#finish(true)
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#over) return
    this.#over = true
    this.#done(error, null)
  }

  #finish(whole: boolean): void {
    if (this.#over) return
    this.#over = true
    const body = Buffer.concat(this.#chunks)
    this.#done(null, { status: this.#run.statusCode!, headers: this.#headers, body, whole })
  }
}

function ignore(): void {}
