import { messageOf } from '../../ground/errors.ts'
import type { Logger } from '../../ground/log.ts'
import type { Database } from '../../store/database.ts'
import { parseCursor } from '../../store/feed-cursor.ts'
import {
  type ForwarderState,
  findForwarder,
  insertPlace,
  noteForwarderState,
  openUrl,
  type StoredForwarder,
} from '../../store/forwarders.ts'
import { advanceConsumer, type Consumer, findConsumer, findQueue, type Queue } from '../../store/queues.ts'
import type { Sealer } from '../../store/seal.ts'
import { type Message, placeOf, type QueueReader } from '../queue-reader.ts'
import { type BrokerConnection, type BrokerNetwork, CONFIRM_MS } from './broker.ts'
import { type ShowAttempt, sourceOf, toBrokerMessage, wavesOf } from './cloud-event.ts'
import { connectBroker } from './connect.ts'
import { within } from './within.ts'

/** Messages that are read, and at the most on their way, at once. */
const WINDOW = 200
/** One look at an empty queue; news ends it. */
const WAIT_MS = 30_000
const UNCONFIRMED = `the broker did not confirm within ${CONFIRM_MS / 1000} s`
const CLOSE_MS = 2_000
const RETRY_FIRST_MS = 500
const RETRY_MOST_MS = 15_000

/** What a forwarder needs of its surroundings. */
export interface ForwarderBase {
  readonly database: Database
  readonly sealer: Sealer
  readonly reader: QueueReader
  readonly network: BrokerNetwork
  readonly show: ShowAttempt
  readonly log: Logger
  /** 0 to 1, for the jitter of pauses. */
  readonly random: () => number
}

/**
 * One forwarder at work: reads its queue from its place, publishes in order, and moves its place only past what
 * the broker has confirmed. Whatever fails, it begins anew from that place, for ever: at least once.
 * Two nodes may run the same one for moments (see Forwarders): then some arrive twice, and still in order.
 */
export class Forwarder {
  readonly stored: StoredForwarder
  readonly #base: ForwarderBase
  readonly #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #noted: { state: ForwarderState; error: string | null } | null = null

  constructor(stored: StoredForwarder, base: ForwarderBase) {
    this.stored = stored
    this.#base = base
  }

  start(): void {
    this.#running = this.#run()
  }

  /** Resolves when nothing is sent or moved any more. What was sent but not confirmed is sent again later. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopped'))
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop
    let failures = 0
    const succeeded = () => {
      failures = 0
    }
    while (!signal.aborted) {
      try {
        await this.#session(succeeded)
      } catch (error) {
        if (signal.aborted) return
        await this.#note('retrying', messageOf(error))
        await pause(this.#backoff(failures++), signal)
      }
    }
  }

  /** From one connecting to its end, which is always an error. */
  async #session(succeeded: () => void): Promise<never> {
    const { sealer, network, reader, log } = this.#base
    const { id, workspaceId, destination } = this.stored
    const { queue, consumer: stands } = await this.#standing()
    const connection = await connectBroker(
      openUrl(sealer, this.stored),
      destination,
      network,
      this.#stop.signal,
    )
    const lost = new AbortController()
    connection.lost.then(error => lost.abort(error))
    const ended = AbortSignal.any([this.#stop.signal, lost.signal])
    try {
      await this.#note('forwarding', null)
      let consumer = stands
      for (;;) {
        ended.throwIfAborted()
        const options = { limit: WINDOW, waitMs: WAIT_MS, signal: ended }
        const { messages, cursor, gap } = await reader.read(workspaceId, queue, consumer, options)
        if (gap) log.warn(`forwarder ${id} was behind retention: some attempts may have been dropped unsent`)
        if (messages.length > 0) await this.#forward(connection, messages, cursor, ended)
        consumer = { ...consumer, place: placeOfText(cursor), updatedAt: Date.now() }
        succeeded()
      }
    } finally {
      // A broker that hangs does not answer this either; its connection ends by its own heartbeat.
      await within(connection.close(), CLOSE_MS, '').catch(() => {})
    }
  }

  /** The queue, and where we stand in it: at its start, if somebody deleted our place. */
  async #standing(): Promise<{ queue: Queue; consumer: Consumer }> {
    const { database } = this.#base
    const { id, workspaceId, queue: name } = this.stored
    const queue = await findQueue(database, workspaceId, name)
    if (!queue || !(await findForwarder(database, workspaceId, name, id))) throw new Error('it was deleted')
    await insertPlace(database, this.stored, { position: queue.startPosition, id: '' })
    const consumer = await findConsumer(database, workspaceId, name, id)
    if (!consumer) throw new Error('it was deleted')
    return { queue, consumer }
  }

  /** @param cursor acknowledges all of `messages`, and what the queue's filter left out after them */
  async #forward(
    connection: BrokerConnection,
    messages: readonly Message[],
    cursor: string,
    ended: AbortSignal,
  ): Promise<void> {
    const { workspaceId, queue, id } = this.stored
    const source = sourceOf(workspaceId, queue)
    let confirmed: string | null = null
    try {
      for (const wave of wavesOf(messages)) {
        const sent = wave.map(({ attempt }) => toBrokerMessage(attempt, source, this.#base.show))
        await within(connection.publish(sent), CONFIRM_MS, UNCONFIRMED, ended)
        confirmed = wave.at(-1)?.cursor ?? confirmed
      }
      confirmed = cursor
    } finally {
      if (confirmed !== null)
        await advanceConsumer(this.#base.database, workspaceId, queue, id, placeOfText(confirmed))
    }
  }

  /** Writes down how it goes, for whoever asks any node; once per change. */
  async #note(state: ForwarderState, error: string | null): Promise<void> {
    if (this.#noted?.state === state && this.#noted.error === error) return
    const { database, log } = this.#base
    const { id, queue, destination } = this.stored
    const where = `${queue} to ${destination.broker} (${id})`
    if (error === null) log.info(`forwarding ${where}`)
    else log.warn(`forwarding ${where} stands still, and is tried again: ${error}`)
    try {
      await noteForwarderState(database, this.stored, state, error)
      this.#noted = { state, error }
    } catch (noteError) {
      log.debug(`the state of forwarder ${id} was not noted: ${messageOf(noteError)}`)
    }
  }

  #backoff(failures: number): number {
    const delay = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** failures)
    return delay * (0.75 + this.#base.random() / 2)
  }
}

function placeOfText(cursor: string) {
  const parsed = parseCursor(cursor)
  if (!parsed) throw new Error(`${cursor} is no cursor`)
  return placeOf(parsed)
}

function pause(delayMs: number, ended: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      ended.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, delayMs)
    ended.addEventListener('abort', end)
    if (ended.aborted) end()
  })
}
