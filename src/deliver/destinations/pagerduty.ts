import { createHash } from 'node:crypto'
import type { EventPayloadV2 } from '@pagerduty/pdjs/build/src/events.js'
import { z } from 'zod'
import { judgeAnswer } from '../verdict.ts'
import type { HttpDestination, Shipment } from './destination.ts'
import { type Facts, factsOf, titleOf } from './facts.ts'
import { inWordsOf, postJson } from './service.ts'
import { cut } from './text.ts'

/**
 * Events API v2: developer.pagerduty.com/docs/send-alert-event. By that page only a `trigger` has a `payload`, and there
 * may be a client, which PagerDuty's package does not know.
 */
type PagerDutyEvent = Omit<EventPayloadV2, 'payload'> & {
  readonly payload?: EventPayloadV2['payload']
  readonly client?: string
  readonly client_url?: string
}

const MOST_SUMMARY = 1_024
const MOST_DEDUP_KEY = 255
const MOST_LABEL = 100
/** Of 512 KB in all; the rest of an event has less than 10 KB. */
const MOST_DETAILS_BYTES = 480_000

const URLS = {
  us: 'https://events.pagerduty.com/v2/enqueue',
  eu: 'https://events.eu.pagerduty.com/v2/enqueue',
}

const options = z.strictObject({
  routing_key: z
    .string()
    .regex(/^[A-Za-z0-9]{32}$/, 'must be the integration key of 32 letters and digits')
    .meta({ description: 'The integration key of an "Events API v2" integration. A secret.' }),
  region: z.enum(['us', 'eu']).default('us').meta({ description: 'Where your PagerDuty account lives.' }),
})

/** A service of PagerDuty: its incidents open, are acknowledged and resolve with ours. */
export const pagerduty: HttpDestination = {
  transport: 'http',
  label: 'PagerDuty',
  about: 'A service, by the integration key of its "Events API v2" integration.',
  defaultOrder: 'latest',
  defaultSuccessStatuses: [202],
  defaultRatePerSecond: null,
  optionsSchema: options,
  secretOptions: ['routing_key'],
  defaultUrl: ({ region }) => (region === 'eu' ? URLS.eu : URLS.us),

  buildRequest(shipment) {
    const { data } = options.safeParse(shipment.endpoint.options)
    if (!data) throw new Error('the endpoint has no valid routing_key; set it in its options')
    return postJson(shipment, pagerDutyEvent(shipment, data.routing_key))
  },

  judge(observation, endpoint, now) {
    const verdict = judgeAnswer(observation, endpoint.successStatuses, now)
    return inWordsOf('PagerDuty', verdict, observation, reasonOf(observation.responseBody))
  },
}

function pagerDutyEvent(shipment: Shipment, routingKey: string): PagerDutyEvent {
  const facts = factsOf(shipment)
  const head = { routing_key: routingKey, dedup_key: dedupKey(shipment, facts) }
  const action = actionOf(facts)
  if (action === 'resolve') return { ...head, event_action: action }
  // The `opened` before it may never have arrived, and PagerDuty drops an acknowledgement of what it does not know.
  if (action === 'acknowledge' && facts.story === null) return { ...head, event_action: action }
  const { publicUrl } = shipment
  return {
    ...head,
    event_action: 'trigger',
    payload: {
      summary: summaryOf(facts),
      source: facts.monitor,
      severity: facts.severity,
      timestamp: facts.timestamp,
      class: facts.eventType,
      ...(facts.region !== null && { group: facts.region }),
      custom_details: detailsWithin(facts, MOST_DETAILS_BYTES),
    },
    client: 'StatusPulse',
    ...(publicUrl !== null && { client_url: publicUrl }),
    links: facts.links.map(({ label, url }) => ({ href: url, text: cut(label, MOST_LABEL) })),
  }
}

function actionOf({ eventType, status }: Facts): EventPayloadV2['event_action'] {
  switch (eventType) {
    case 'incident.acknowledged':
      return 'acknowledge'
    case 'incident.resolved':
    case 'metric.cleared':
      return 'resolve'
    case 'status.changed':
      return status === 'operational' || status === 'maintenance' ? 'resolve' : 'trigger'
    default:
      return 'trigger'
  }
}

/**
 * What PagerDuty knows an alert by: the incident; without one the monitor, and its metric if the event
 * is about one. A test send never touches an alert that stands for something.
 */
function dedupKey({ event }: Shipment, { metadata }: Facts): string {
  const metric = event.eventType.startsWith('metric.') && metadata.metric
  const parts = [event.workspaceId, event.monitorName, ...(typeof metric === 'string' ? [metric] : [])]
  const key = `${event.dryRun ? 'test/' : ''}${event.incidentId ?? parts.join('/')}`
  if (key.length <= MOST_DEDUP_KEY) return key
  return createHash('sha256').update(key).digest('hex')
}

function summaryOf(facts: Facts): string {
  const title = titleOf(facts, MOST_SUMMARY)
  const known = facts.figures.slice(0, 3).map(({ name, value }) => `${name} ${value}`)
  const more = [facts.region ?? [], facts.message ?? [], known, facts.story ?? []].flat()
  return cut([title, ...more].join(' · '), MOST_SUMMARY)
}

/** Metadata in its order, whole values only; those that there is no room for are named. */
function detailsWithin({ status, metadata, story }: Facts, max: number): Record<string, unknown> {
  const details: Record<string, unknown> = { status, ...(story !== null && { superseded: story }) }
  const leftOut: string[] = []
  let room = max
  for (const [name, value] of Object.entries(metadata)) {
    const size = Buffer.byteLength(JSON.stringify({ [name]: value }))
    if (size <= room) {
      Object.defineProperty(details, name, { value, enumerable: true })
      room -= size
    } else {
      leftOut.push(cut(name, 100))
    }
  }
  if (leftOut.length > 0) details.left_out = leftOut.slice(0, 50)
  return details
}

/** `{ message, errors: [...] }`, or whatever else was answered. */
function reasonOf(body: string): string {
  try {
    const { message, errors } = JSON.parse(body) as { message?: unknown; errors?: unknown }
    const all = [message, ...(Array.isArray(errors) ? errors : [])].filter(one => typeof one === 'string')
    if (all.length > 0) return all.join(': ')
  } catch {
    // Not what PagerDuty says itself: a proxy's page, perhaps.
  }
  return body
}
