import { z } from 'zod'
import type { Event, Exchange, Verdict } from '../../ground/vocabulary.ts'
import { type BrokerMessage, CLOUD_EVENT_TYPE } from '../../record/forward/broker.ts'
import type { Destination as Place } from '../../store/forwarders.ts'
import type { BrokerDestination, Shipment } from './destination.ts'

/** What our CloudEvents' types begin with; the event's type follows. */
const TYPE = 'com.statuspulse.'

const format = z.enum(['cloudevents', 'payload']).default('cloudevents').meta({
  description:
    '`cloudevents`: a CloudEvent 1.0 as JSON, with the payload as its data. `payload`: the bytes that webhooks get.',
})

/** What is the same for every kind of broker. */
const SHARED = {
  transport: 'broker',
  // Who reads a queue takes one message after the other.
  defaultOrder: 'ordered',
  defaultSuccessStatuses: [],
  defaultRatePerSecond: null,
  urlHasCredentials: true,
} as const

/** How a kind of broker is made: its names, where in it a message goes, and the options that say so. */
export function brokerDestination<Options extends z.ZodRawShape>(kind: {
  readonly label: string
  readonly about: string
  readonly options: Options
  placeOf(options: z.output<z.ZodObject<Options>>): Place
}): BrokerDestination {
  const { label, about } = kind
  const optionsSchema = z.strictObject({ ...kind.options, format })
  const read = (options: unknown) => {
    const { data } = optionsSchema.safeParse(options)
    if (!data) throw new Error(`the endpoint's options do not say where in ${label} it goes; set them`)
    return data
  }
  return {
    ...SHARED,
    label,
    about,
    optionsSchema,

    placeOf: options => kind.placeOf(read(options) as z.output<z.ZodObject<Options>>),

    buildRequest(shipment) {
      const { endpoint } = shipment
      const options = read(endpoint.options)
      return {
        url: endpoint.url,
        place: kind.placeOf(options as z.output<z.ZodObject<Options>>),
        message: messageOf(shipment, (options as { format: z.output<typeof format> }).format),
        timeoutMs: endpoint.timeoutMs,
      }
    },

    /** Whatever went wrong may be put right in the broker: it is tried again. */
    judge({ error }: Exchange): Verdict {
      if (error === null) return { outcome: 'delivered' }
      return error.class === 'invalid_request'
        ? { outcome: 'failed', why: error.message, disable: false }
        : { outcome: 'retry', why: error.message, notBefore: null }
    },
  }
}

function messageOf(shipment: Shipment, format: 'cloudevents' | 'payload'): BrokerMessage {
  const { event, payload, endpoint, deliveryId } = shipment
  const isEvent = format === 'cloudevents'
  return {
    // The same at every attempt, and another for a replay: what a broker drops as repeated was repeated by us.
    id: deliveryId,
    key: event.monitorName,
    body: isEvent ? cloudEvent(event, payload.toString()) : payload.toString(),
    contentType: isEvent ? CLOUD_EVENT_TYPE : 'application/json',
    headers: {
      ...endpoint.headers,
      'x-statuspulse-event-id': event.eventId,
      'x-statuspulse-event-type': event.eventType,
      'x-statuspulse-severity': event.severity,
      'x-statuspulse-delivery-id': deliveryId,
      'x-statuspulse-request-id': shipment.requestId,
      ...(event.dryRun && { 'x-statuspulse-dry-run': 'true' }),
    },
  }
}

/** A CloudEvent 1.0 in JSON (structured mode) around the payload's own bytes. */
function cloudEvent(event: Event, payload: string): string {
  const data = parsed(payload)
  const context = JSON.stringify({
    specversion: '1.0',
    type: `${TYPE}${event.eventType}`,
    source: `urn:statuspulse:${event.workspaceId}`,
    id: event.eventId,
    subject: event.monitorName,
    time: timeOf(data) ?? new Date(event.acceptedAt).toISOString(),
    datacontenttype: 'application/json',
  })
  return `${context.slice(0, -1)},"data":${data === undefined ? JSON.stringify(payload) : payload}}`
}

function timeOf(payload: unknown): string | null {
  const { timestamp } = (payload ?? {}) as { timestamp?: unknown }
  return typeof timestamp === 'string' && !Number.isNaN(Date.parse(timestamp)) ? timestamp : null
}

/** undefined: no JSON, as a test send's payload may be any text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
