import { Worker } from 'node:worker_threads'
import { messageOf } from '../../ground/errors.ts'
import type { Part } from '../../ground/lifecycle.ts'
import type { Logger } from '../../ground/log.ts'
import type { Exchange } from '../../ground/vocabulary.ts'
import { notSent, type OutgoingRequest, type SenderOptions, STOPPING } from './sender.ts'

const WORKER = new URL('./sender-worker.ts', import.meta.url)
/** Time between two looks for requests that should have been answered. */
const LOOK_MS = 5_000
/** Looks beyond a request's own timeout after which the thread is taken for stuck. */
const PATIENCE = 6
/** MiB for young objects, three times what is collected at once: short pauses, as every attempt under way waits for them. */
const YOUNG_MIB = 24

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

interface Waiting {
  readonly resolve: (exchange: Exchange) => void
  looksLeft: number
}

/**
 * A {@link Sender} on a thread of its own: signing, sockets and TLS take nothing from the thread that accepts and
 * records, and wait for nothing that it does (docs/adr/0016). Requests and answers cross in batches, one for each turn
 * of an event loop. A thread that fails or is stuck takes the attempts that it has under way with it, and nothing else.
 */
export class SenderThread implements Part {
  readonly #options: SenderOptions
  readonly #log: Logger
  readonly #lookMs: number
  readonly #waiting = new Map<number, Waiting>()
  #orders: Order[] = []
  #made = 0
  #worker: Worker | null = null
  #looks: NodeJS.Timeout | null = null
  #stopped = false

  /** @param options.lookMs time between two looks for a thread that is stuck; 5,000 by default */
  constructor({ log, lookMs = LOOK_MS, ...options }: SenderOptions & { log: Logger; lookMs?: number }) {
    this.#options = options
    this.#log = log
    this.#lookMs = lookMs
  }

  async start(): Promise<void> {
    this.#worker ??= this.#startWorker()
    // Looks are counted, not time: a machine that slept has not waited.
    this.#looks ??= setInterval(() => this.#look(), this.#lookMs)
  }

  /** Closes every connection at once. Attempts that were still under way end with an error. */
  async stop(): Promise<void> {
    this.#stopped = true
    if (this.#looks) clearInterval(this.#looks)
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
      const looksLeft = Math.ceil(request.timeoutMs / this.#lookMs) + PATIENCE
      this.#waiting.set(number, { resolve, looksLeft })
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
    const worker = new Worker(WORKER, {
      name: 'sender',
      workerData: this.#options,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
    })
    worker.on('message', (answers: readonly Answer[]) => {
      for (const { number, exchange } of answers) {
        this.#waiting.get(number)?.resolve(exchange)
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
      this.#endWaiting('The thread that sends ended in the middle of the attempt')
    })
    return worker
  }

  #look(): void {
    let stuck = false
    for (const waiting of this.#waiting.values()) {
      waiting.looksLeft--
      if (waiting.looksLeft < 0) stuck = true
    }
    if (!stuck) return
    this.#log.error("the sender's thread is stuck: it is ended, and what it had under way is tried again")
    this.#worker?.terminate()
  }

  #endWaiting(message: string): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { resolve } of waiting) resolve(notSent('other', message))
  }
}
