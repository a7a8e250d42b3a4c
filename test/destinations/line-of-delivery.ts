import { Courier } from '../../src/deliver/courier.ts'
import { Dispatcher } from '../../src/deliver/dispatcher.ts'
import { Held } from '../../src/deliver/held.ts'
import type { OutgoingRequest } from '../../src/deliver/http/sender.ts'
import { Settlement } from '../../src/deliver/settlement.ts'
import { Unwritten } from '../../src/deliver/unwritten.ts'
import { silentLog } from '../../src/ground/log.ts'
import type { Delivery, Endpoint, Event, Exchange } from '../../src/ground/vocabulary.ts'
import type { Result } from '../../src/store/results.ts'
import type { TestClock } from '../helpers/clock.ts'

/** What the network does with a request: after how long, and what is seen. */
export type Network = (request: OutgoingRequest) => { afterMs: number; seen: Partial<Exchange> }

const EPOCH = 1

/**
 * The dispatcher, its queues, the courier and a destination as they are, around endpoints; in place of the
 * database a table in memory, in place of the network a function, and time by a {@link TestClock}.
 */
export class LineOfDelivery {
  /** Every result that was written, in order. */
  readonly results: Result[] = []
  readonly #clock: TestClock
  readonly #endpoints: readonly [Endpoint, ...Endpoint[]]
  readonly #dispatcher: Dispatcher
  #accepted = 0
  readonly #table = new Map<string, { delivery: Delivery; event: Event; dueAt: number | null }>()

  constructor(options: {
    clock: TestClock
    endpoints: readonly [Endpoint, ...Endpoint[]]
    network: Network
    random: () => number
    maxInFlight?: number
  }) {
    const { clock, endpoints, network, random, maxInFlight = 100 } = options
    this.#clock = clock
    this.#endpoints = endpoints
    const held = new Held({ unwritten: new Unwritten(), alone: true })
    held.open(0, EPOCH, clock.now())
    const send = (request: OutgoingRequest) =>
      new Promise<Exchange>(resolve => {
        const { afterMs, seen } = network(request)
        clock.after(afterMs, () => resolve({ ...NOTHING_SEEN, ...seen }))
      })
    const recorder = { unwritten: 0, record: async (result: Result) => this.#write(result) }
    const backlog = { dueAt: (_bucket: number, at: number) => this.#wakeAt(at) }
    const health = { saw: () => {} }
    const settling = { recorder, held, backlog, health, clock, log: silentLog }
    this.#dispatcher = new Dispatcher({
      trusted: () => true,
      catalog: { endpoint: (id: string) => endpoints.find(one => one.id === id) },
      courier: new Courier({
        sender: { send },
        mailer: { send: () => Promise.reject(new Error('there is no mail here')) },
        brokers: { send: () => Promise.reject(new Error('there is no broker here')) },
        templates: { render: () => Promise.reject(new Error('there is no template here')) },
        clock,
        random,
        version: '0.0.0-test',
        publicUrl: null,
      }),
      ...settling,
      settlement: new Settlement(settling as unknown as ConstructorParameters<typeof Settlement>[0]),
      maxInFlight,
    } as unknown as ConstructorParameters<typeof Dispatcher>[0])
  }

  /** The event is accepted now, for the first endpoint unless told otherwise. */
  accept(event: Event, endpoint: Endpoint = this.#endpoints[0]): void {
    const now = this.#clock.now()
    const delivery: Delivery = {
      id: `dlv_${String(this.#accepted++).padStart(6, '0')}`,
      workspaceId: event.workspaceId,
      bucket: 0,
      eventId: event.eventId,
      endpointId: endpoint.id,
      monitorName: event.monitorName,
      incidentId: event.incidentId,
      createdAt: now,
      attempts: 0,
      firstAttemptAt: null,
    }
    this.#table.set(delivery.id, { delivery, event, dueAt: null })
    this.#dispatcher.submit([
      { delivery, event, epoch: EPOCH, readyAt: now, superseded: 0, unwrittenAt: null },
    ])
  }

  /** Lets time go by, from one thing that is due to the next, until nothing is. */
  async runOut(): Promise<void> {
    for (let next = this.#clock.nextAt; next !== null; next = this.#clock.nextAt) {
      this.#clock.set(next)
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  #write(result: Result): void {
    this.results.push(result)
    const row = this.#table.get(result.delivery.id)
    if (!row) return
    if (result.status !== 'pending') this.#table.delete(result.delivery.id)
    row.dueAt = result.dueAt
    row.delivery = {
      ...row.delivery,
      attempts: row.delivery.attempts + 1,
      firstAttemptAt: row.delivery.firstAttemptAt ?? result.attempt?.startedAt ?? null,
    }
  }

  #wakeAt(at: number): void {
    this.#clock.after(Math.max(0, at - this.#clock.now()), () => {
      const due = [...this.#table.values()].filter(
        ({ dueAt }) => dueAt !== null && dueAt <= this.#clock.now(),
      )
      for (const row of due) {
        const readyAt = row.dueAt as number
        row.dueAt = null
        this.#dispatcher.submit([
          {
            delivery: row.delivery,
            event: row.event,
            epoch: EPOCH,
            readyAt,
            superseded: 0,
            unwrittenAt: null,
          },
        ])
      }
    })
  }
}

const NOTHING_SEEN: Exchange = {
  statusCode: null,
  responseHeaders: {},
  responseBody: '',
  error: null,
  remoteAddress: null,
  tlsVersion: null,
  httpVersion: null,
  timings: { dns: null, connect: null, tls: null, firstByte: null, total: 0 },
}
