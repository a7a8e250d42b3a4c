import { type Clock, systemClock } from '../../ground/clock.ts'
import { messageOf } from '../../ground/errors.ts'
import type { Part } from '../../ground/lifecycle.ts'
import type { ErrorClass, Exchange } from '../../ground/vocabulary.ts'
import type { BrokerLink, BrokerNetwork } from '../../record/forward/broker.ts'
import { linkBroker } from '../../record/forward/connect.ts'
import { within } from '../../record/forward/within.ts'
import { EgressError } from '../egress/index.ts'
import type { OutgoingMessage } from './outgoing.ts'

/** A connection that nothing was sent on for so long is closed; ms. */
const IDLE_MS = 60_000
const CLOSE_MS = 2_000

interface Kept {
  readonly link: Promise<BrokerLink>
  inUse: number
  cancelIdle: (() => void) | null
}

/**
 * Hands messages to brokers, each over the connection that all endpoints of its URL share. The exchange has no
 * status code: without an error, the broker has confirmed, and so keeps, the message.
 */
export class BrokerSender implements Part {
  readonly #network: BrokerNetwork
  readonly #clock: Clock
  readonly #links = new Map<string, Kept>()

  constructor(options: { network: BrokerNetwork; clock?: Clock }) {
    this.#network = options.network
    this.#clock = options.clock ?? systemClock
  }

  async start(): Promise<void> {}

  /** Closes every connection. */
  async stop(): Promise<void> {
    const all = [...this.#links.values()]
    this.#links.clear()
    for (const kept of all) kept.cancelIdle?.()
    await Promise.all(all.map(({ link }) => closed(link)))
  }

  /** Connections that are open, or being opened. */
  get connections(): number {
    return this.#links.size
  }

  /** Makes one attempt. Never rejects: what went wrong is in the exchange. */
  async send({ url, place, message, timeoutMs }: OutgoingMessage): Promise<Exchange> {
    const startedAt = performance.now()
    const key = `${place.broker} ${url}`
    const isNew = !this.#links.has(key)
    const kept = this.#use(key, place.broker, url)
    let connectedAt: number | null = null
    let error: Exchange['error'] = null
    try {
      const work = kept.link.then(link => {
        connectedAt = performance.now()
        return link.publish(place, [message])
      })
      await within(work, timeoutMs, new Late(timeoutMs))
    } catch (thrown) {
      error = { class: classOf(thrown), message: messageOf(thrown) }
    } finally {
      this.#leave(key, kept)
    }
    const total = performance.now() - startedAt
    const connect = isNew && connectedAt !== null ? connectedAt - startedAt : null
    const firstByte = error === null ? total : null
    return { ...NOTHING, error, timings: { ...NOTHING.timings, connect, firstByte, total } }
  }

  #use(key: string, kind: OutgoingMessage['place']['broker'], url: string): Kept {
    const known = this.#links.get(key)
    const kept = known ?? { link: linkBroker(kind, url, this.#network), inUse: 0, cancelIdle: null }
    kept.inUse++
    kept.cancelIdle?.()
    kept.cancelIdle = null
    if (known) return kept
    this.#links.set(key, kept)
    const forget = () => {
      if (this.#links.get(key) === kept) this.#links.delete(key)
    }
    kept.link.then(({ lost }) => lost.then(forget), forget)
    return kept
  }

  #leave(key: string, kept: Kept): void {
    kept.inUse--
    if (kept.inUse > 0 || this.#links.get(key) !== kept) return
    kept.cancelIdle = this.#clock.after(IDLE_MS, () => {
      this.#links.delete(key)
      closed(kept.link)
    })
  }
}

class Late extends Error {
  constructor(timeoutMs: number) {
    super(`The broker did not confirm within ${timeoutMs} ms`)
  }
}

/** A broker that hangs does not answer this either; its connection ends by its own heartbeat. */
async function closed(link: Promise<BrokerLink>): Promise<void> {
  const closing = link.then(one => one.close())
  await within(closing, CLOSE_MS, new Error('it hangs')).catch(() => {})
}

function classOf(error: unknown): ErrorClass {
  if (error instanceof Late) return 'timeout'
  return error instanceof EgressError ? error.errorClass : 'other'
}

const NOTHING: Exchange = {
  statusCode: null,
  responseHeaders: {},
  responseBody: '',
  error: null,
  remoteAddress: null,
  tlsVersion: null,
  httpVersion: null,
  timings: { dns: null, connect: null, tls: null, firstByte: null, total: 0 },
}
