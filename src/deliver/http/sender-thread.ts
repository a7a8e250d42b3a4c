import { Worker } from 'node:worker_threads'
import { messageOf } from '../../ground/errors.ts'
import type { Part } from '../../ground/lifecycle.ts'
import type { Logger } from '../../ground/log.ts'
import type { Exchange } from '../../ground/vocabulary.ts'
import { notSent, type OutgoingRequest, type SenderOptions, STOPPING } from './sender.ts'

const WORKER = new URL('./sender-worker.ts', import.meta.url)

/** What goes to the thread. */
export interface Order {
  readonly number: number
  readonly request: OutgoingRequest
}

/** What comes back. */
export interface Answer {
  readonly number: number
  readonly exchange: Exchange
}

/**
 * A {@link Sender} on a thread of its own: signing, sockets and TLS take nothing from the thread that accepts and
 * records, and wait for nothing that it does (ADR 0016). Requests and answers cross in batches, one for each turn of
 * an event loop.
 */
export class SenderThread implements Part {
  readonly #options: SenderOptions
  readonly #log: Logger
  readonly #waiting = new Map<number, (exchange: Exchange) => void>()
  #orders: Order[] = []
  #made = 0
  #worker: Worker | null = null
  #stopped = false

  constructor({ log, ...options }: SenderOptions & { log: Logger }) {
    this.#options = options
    this.#log = log
  }

  async start(): Promise<void> {
    this.#worker ??= this.#startWorker()
  }

  /** Closes every connection at once. Attempts that were still under way end with an error. */
  async stop(): Promise<void> {
    this.#stopped = true
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
    this.#endWaiting(STOPPING.message)
  }

  /** Makes one attempt. Never rejects: what went wrong is in the exchange's `error`. */
  send(request: OutgoingRequest): Promise<Exchange> {
    if (this.#stopped) return Promise.resolve(notSent(STOPPING.class, STOPPING.message))
    return new Promise(resolve => {
      const number = this.#made++
      this.#waiting.set(number, resolve)
      // After the microtasks that are under way, which may well start more.
      if (this.#orders.push({ number, request }) === 1) process.nextTick(() => this.#handOver())
    })
  }

  #handOver(): void {
    const orders = this.#orders
    this.#orders = []
    if (this.#stopped) return
    this.#worker ??= this.#startWorker()
    this.#worker.postMessage(orders)
  }

  #startWorker(): Worker {
    const worker = new Worker(WORKER, { workerData: this.#options, name: 'sender' })
    worker.on('message', (answers: readonly Answer[]) => {
      for (const { number, exchange } of answers) {
        this.#waiting.get(number)?.(exchange)
        this.#waiting.delete(number)
      }
    })
    worker.on('error', error =>
      this.#log.error({ err: error }, `the sender's thread failed: ${messageOf(error)}`),
    )
    worker.on('exit', () => {
      if (this.#worker !== worker) return
      // The next attempt starts another one.
      this.#worker = null
      this.#endWaiting("the sender's thread ended in the middle of the attempt")
    })
    return worker
  }

  #endWaiting(message: string): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const resolve of waiting) resolve(notSent('other', message))
  }
}
