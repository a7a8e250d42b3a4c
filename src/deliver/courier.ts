import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import { newId } from '../ground/ids.ts'
import type { Attempt, Endpoint, ErrorClass, Exchange, Verdict } from '../ground/vocabulary.ts'
import type { BrokerSender } from './brokers/broker-sender.ts'
import { type Destination, destinationFor, type Shipment } from './destinations/index.ts'
import { withoutSecrets } from './destinations/secrets.ts'
import type { Sender } from './http/sender.ts'
import type { Parcel } from './parcel.ts'
import { nextAttemptAt, RETRIES } from './schedule.ts'
import type { Mailer } from './smtp/mailer.ts'
import { TemplateError } from './templates/template.ts'
import type { Templates } from './templates/templates.ts'

/** A request that was made, for one parcel or for several. */
interface Sent {
  readonly requestId: string
  readonly startedAt: number
  readonly endedAt: number
  readonly exchange: Exchange
  readonly verdict: Verdict
  /** How many parcels it carried. */
  readonly size: number
}

/** Answers that a message gets for what it is, and not for where it went. */
const ABOUT_THE_MESSAGE = new Set([400, 413, 422])

/** Makes one attempt and says what follows from it; keeps nothing. */
export class Courier {
  readonly #sender: Pick<Sender, 'send'>
  readonly #mailer: Pick<Mailer, 'send'>
  readonly #brokers: Pick<BrokerSender, 'send'>
  readonly #templates: Pick<Templates, 'render'>
  readonly #clock: Clock
  readonly #random: () => number
  readonly #version: string
  readonly #publicUrl: string | null

  /** @param options.random numbers from 0 to 1, for the jitter of retries */
  constructor(options: {
    sender: Pick<Sender, 'send'>
    mailer: Pick<Mailer, 'send'>
    brokers: Pick<BrokerSender, 'send'>
    templates: Pick<Templates, 'render'>
    clock: Clock
    random: () => number
    version: string
    publicUrl: string | null
  }) {
    this.#sender = options.sender
    this.#mailer = options.mailer
    this.#brokers = options.brokers
    this.#templates = options.templates
    this.#clock = options.clock
    this.#random = options.random
    this.#version = options.version
    this.#publicUrl = options.publicUrl
  }

  /** One sending of the parcel to its endpoint. Never rejects: whatever happens is on the attempt. */
  async attempt(parcel: Parcel, endpoint: Endpoint): Promise<{ attempt: Attempt; verdict: Verdict }> {
    const shared = parcel.digest?.join(parcel, members => this.#sendDigest(members, endpoint))
    const sent = await (shared ?? this.#sendOne(parcel, endpoint))
    return { attempt: this.#describe(parcel, sent), verdict: sent.verdict }
  }

  #sendOne(parcel: Parcel, endpoint: Endpoint): Promise<Sent> {
    return this.#sendAs([parcel], endpoint, async (destination, requestId, now) => {
      const template = destination.templateOf?.(endpoint)
      const { payload } = parcel.event
      const body = template === undefined ? payload : await this.#rendered(template, parcel)
      return this.#send(destination, this.#shipment(parcel, endpoint, requestId, now, body))
    })
  }

  async #sendDigest(members: readonly Parcel[], endpoint: Endpoint): Promise<Sent> {
    const [first] = members as readonly [Parcel]
    if (members.length === 1) return this.#sendOne(first, endpoint)
    const sent = await this.#sendAs(members, endpoint, (destination, requestId, now) =>
      this.#sendTogether(
        destination,
        members.map(one => this.#shipment(one, endpoint, requestId, now, one.event.payload)),
      ),
    )
    return { ...sent, verdict: apart(sent) }
  }

  async #sendAs(
    members: readonly Parcel[],
    endpoint: Endpoint,
    send: (destination: Destination, requestId: string, now: number) => Promise<Exchange>,
  ): Promise<Sent> {
    const startedAt = this.#clock.now()
    const requestId = newId('req', startedAt, members[0]?.delivery.bucket)
    const destination = destinationFor(endpoint.kind)
    let exchange: Exchange
    try {
      exchange = withoutSecrets(await send(destination, requestId, startedAt), endpoint)
    } catch (error) {
      exchange = notSent(error)
    }
    const endedAt = this.#clock.now()
    const verdict = destination.judge(exchange, endpoint, endedAt)
    return { requestId, startedAt, endedAt, exchange, verdict, size: members.length }
  }

  #shipment(
    { delivery, event, superseded }: Parcel,
    endpoint: Endpoint,
    requestId: string,
    now: number,
    payload: string,
  ): Shipment {
    return {
      event,
      payload,
      endpoint,
      deliveryId: delivery.id,
      requestId,
      retryAttempt: delivery.attempts,
      now,
      version: this.#version,
      publicUrl: this.#publicUrl,
      superseded,
    }
  }

  #send(destination: Destination, shipment: Shipment): Promise<Exchange> {
    switch (destination.transport) {
      case 'http':
        return this.#sender.send(destination.buildRequest(shipment))
      case 'smtp':
        return this.#mailer.send(destination.buildRequest(shipment))
      case 'broker':
        return this.#brokers.send(destination.buildRequest(shipment))
    }
  }

  #sendTogether(destination: Destination, shipments: readonly Shipment[]): Promise<Exchange> {
    if (destination.transport === 'http' && destination.digest)
      return this.#sender.send(destination.digest.buildRequest(shipments))
    return Promise.reject(new Error(`${destination.label} has no digests`))
  }

  /** The same bytes at every attempt: of the event and the delivery, only what never changes goes in. */
  #rendered(template: string, { delivery, event }: Parcel): Promise<string> {
    return this.#templates.render({
      template,
      payload: event.payload,
      delivery: {
        id: delivery.id,
        endpoint_id: delivery.endpointId,
        accepted_at: event.acceptedAt,
        dry_run: event.dryRun,
      },
    })
  }

  #describe(parcel: Parcel, sent: Sent): Attempt {
    const { delivery, event } = parcel
    const { requestId, startedAt, endedAt, exchange, verdict, size } = sent
    const nextAt =
      event.dryRun || verdict.outcome !== 'retry' ? null : this.#nextAt(parcel, startedAt, endedAt, verdict)
    const retriesOver = verdict.outcome === 'retry' && nextAt === null && !event.dryRun
    return {
      ...exchange,
      timings: { wait: Math.max(0, startedAt - parcel.readyAt), ...exchange.timings },
      id: newId('att', startedAt, delivery.bucket),
      requestId,
      delivery,
      retryAttempt: delivery.attempts,
      dryRun: event.dryRun,
      startedAt,
      outcome: verdict.outcome,
      deliveryStatus: verdict.outcome === 'delivered' ? 'delivered' : nextAt === null ? 'failed' : 'pending',
      why: whyOf(verdict, retriesOver),
      nextAttemptAt: nextAt,
      digestSize: size,
    }
  }

  #nextAt(
    parcel: Parcel,
    startedAt: number,
    now: number,
    verdict: Verdict & { outcome: 'retry' },
  ): number | null {
    return nextAttemptAt({
      attemptsMade: parcel.delivery.attempts + 1,
      firstAttemptAt: parcel.delivery.firstAttemptAt ?? startedAt,
      now,
      notBefore: verdict.notBefore,
      random: this.#random(),
    })
  }
}

/** One event that a service refuses must not take others with it: then each is sent by itself. */
function apart({ exchange: { statusCode }, verdict }: Sent): Verdict {
  if (verdict.outcome !== 'failed' || !ABOUT_THE_MESSAGE.has(statusCode ?? 0)) return verdict
  const why = `${verdict.why}; it was one message for several events, and each is sent by itself next`
  return { outcome: 'retry', why, notBefore: null, apart: true }
}

function whyOf(verdict: Verdict, retriesOver: boolean): string | null {
  if (verdict.outcome === 'delivered') return null
  return retriesOver ? `${verdict.why}; all ${RETRIES} retries are used up` : verdict.why
}

/** A request that could not even be built: the endpoint's settings do not fit its kind (any more), or its template fails. */
function notSent(error: unknown): Exchange {
  const isTemplate = error instanceof TemplateError
  const errorClass: ErrorClass = isTemplate && error.retry ? 'other' : 'invalid_request'
  return {
    statusCode: null,
    responseHeaders: {},
    responseBody: '',
    error: { class: errorClass, message: isTemplate ? error.forRecord : messageOf(error) },
    remoteAddress: null,
    tlsVersion: null,
    httpVersion: null,
    timings: { dns: null, connect: null, tls: null, firstByte: null, total: 0 },
  }
}
