import { LRUCache } from 'lru-cache'
import type { Part } from '../../ground/lifecycle.ts'
import type { Exchange } from '../../ground/vocabulary.ts'
import { Connector, EgressError, type EgressPolicy, type Lookup, readTarget } from '../egress/index.ts'
import type { TargetOrRefusal } from '../egress/target.ts'
import type { Signing } from '../sign.ts'
import { Attempt } from './attempt.ts'
import type { Failure } from './failure.ts'
import { Origin } from './origin.ts'

/** One POST. Header names in lower case; `host` and `content-length` are the client's own. */
export interface OutgoingRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Goes out as UTF-8. */
  readonly body: string
  /** The headers that sign the body are added on the way; left out: it goes unsigned. */
  readonly signing?: Signing
  /** 1 to 30,000 ms, over the whole attempt. */
  readonly timeoutMs: number
}

/** Plain data: it goes to another thread. */
export interface SenderOptions {
  readonly policy: EgressPolicy
  /** 1 or more, 128 by default; attempts beyond it wait. */
  readonly maxConnectionsPerOrigin?: number
}

/** What attempts end with that are cut off by {@link Sender.stop}. */
export const STOPPING: Failure = { class: 'other', message: 'StatusPulse is stopping' }

/** URLs that are kept read. */
const MOST_TARGETS = 10_000

/**
 * Makes POSTs to receivers, over HTTP/1.1 or HTTP/2, on connections that only the {@link Connector}
 * opens. What it promises of an attempt:
 * - it is bounded as a whole by `timeoutMs`: queueing, DNS, connect, TLS, headers and body;
 * - redirects are not followed; informational (1xx) answers are not answers;
 * - of the answer, 4 KiB are kept and 64 KiB read. A longer one is cut there on purpose: it counts as
 *   whole, judged by its status, and its connection (HTTP/2: its stream) is closed;
 * - messages name host and port, never path or query.
 */
export class Sender implements Part {
  readonly #policy: EgressPolicy
  readonly #connector: Connector
  readonly #mostConnections: number
  readonly #targets = new LRUCache<string, TargetOrRefusal>({ max: MOST_TARGETS })
  readonly #origins = new Map<string, Origin>()
  #stopped = false

  /** @param options.lookup in place of the machine's resolver */
  constructor(options: SenderOptions & { lookup?: Lookup }) {
    this.#policy = options.policy
    this.#mostConnections = options.maxConnectionsPerOrigin ?? 128
    this.#connector = new Connector({
      policy: options.policy,
      ...(options.lookup && { lookup: options.lookup }),
    })
  }

  async start(): Promise<void> {}

  /** Closes every connection at once. Attempts that were still under way end with an error. */
  async stop(): Promise<void> {
    this.#stopped = true
    const reason = new EgressError(STOPPING.class, STOPPING.message)
    for (const origin of [...this.#origins.values()]) origin.destroy(reason)
  }

  /** Makes one attempt. Never rejects: what went wrong is in the exchange's `error`. */
  send(request: OutgoingRequest): Promise<Exchange> {
    const read = this.#read(request.url)
    if ('refused' in read) return Promise.resolve(notSent(read.errorClass, `The URL ${read.refused}`))
    // Another host's name would reach a site that nobody checked.
    if (request.headers.host !== undefined)
      return Promise.resolve(notSent('invalid_request', 'The header host cannot be set'))
    return new Promise(resolve => this.#carry(new Attempt(request, read.target, this.#carry, resolve)))
  }

  readonly #carry = (attempt: Attempt): void => {
    const { target } = attempt
    if (this.#stopped) {
      attempt.fail(STOPPING)
      return
    }
    let origin = this.#origins.get(target.origin)
    if (origin === undefined) {
      origin = new Origin(target, this.#connector, this.#mostConnections, () =>
        this.#origins.delete(target.origin),
      )
      this.#origins.set(target.origin, origin)
    }
    origin.carry(attempt)
  }

  #read(url: string): TargetOrRefusal {
    let read = this.#targets.get(url)
    if (read === undefined) {
      read = readTarget(url, this.#policy)
      this.#targets.set(url, read)
    }
    return read
  }
}

/** The exchange of an attempt that no connection was opened for. */
export function notSent(errorClass: Failure['class'], message: string): Exchange {
  return {
    statusCode: null,
    responseHeaders: {},
    responseBody: '',
    error: { class: errorClass, message },
    remoteAddress: null,
    tlsVersion: null,
    httpVersion: null,
    timings: { dns: null, connect: null, tls: null, firstByte: null, total: 0 },
  }
}
