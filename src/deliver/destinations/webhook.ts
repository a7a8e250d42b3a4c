import { z } from 'zod'
import type { Endpoint, Event } from '../../ground/vocabulary.ts'
import type { Signing } from '../sign.ts'
import { checkTemplate, MOST_TEMPLATE } from '../templates/template.ts'
import { judgeAnswer } from '../verdict.ts'
import type { HttpDestination } from './destination.ts'

const template = z
  .string()
  .min(1)
  .max(MOST_TEMPLATE)
  .superRefine((text, context) => {
    const message = checkTemplate(text)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })
  .meta({
    description:
      'A JSONata expression that makes the body out of the payload, for receivers that need another shape. Left out: the payload itself.',
    examples: ['{ "text": monitor_name & " is " & status }'],
  })

/** The user's own HTTPS receiver: DESIGN "The wire contract". */
export const webhook: HttpDestination = {
  transport: 'http',
  label: 'Webhook',
  about: 'Your own HTTPS receiver; every attempt is signed.',
  defaultOrder: 'unordered',
  defaultSuccessStatuses: [200, 201],
  defaultRatePerSecond: null,
  optionsSchema: z.strictObject({ template: template.optional() }),

  templateOf({ options }) {
    return options.template as string | undefined
  },

  buildRequest(shipment) {
    const { endpoint, payload, now } = shipment
    return {
      url: endpoint.url,
      headers: { ...endpoint.headers, ...webhookHeaders(shipment) },
      body: payload,
      signing: signingOf(shipment.event.eventId, validSecrets(endpoint, now), now),
      timeoutMs: endpoint.timeoutMs,
    }
  },

  judge(observation, endpoint, now) {
    return judgeAnswer(observation, endpoint.successStatuses, now)
  },
}

/** The headers of one webhook attempt beside those that it is signed with, names in lower case. */
export function webhookHeaders(delivery: {
  event: Pick<Event, 'eventId' | 'eventType' | 'severity' | 'dryRun'>
  deliveryId: string
  requestId: string
  retryAttempt: number
  version: string
}): Record<string, string> {
  const { event } = delivery
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': `StatusPulse/${delivery.version}`,
    'x-statuspulse-event-id': event.eventId,
    'x-statuspulse-event-type': event.eventType,
    'x-statuspulse-severity': event.severity,
    'x-statuspulse-delivery-id': delivery.deliveryId,
    'x-statuspulse-request-id': delivery.requestId,
    'retry-attempt': String(delivery.retryAttempt),
  }
  if (event.dryRun) headers['x-statuspulse-dry-run'] = 'true'
  return headers
}

/**
 * What an attempt at `now` (ms since the epoch) is signed with.
 * @param secrets valid ones, newest first; at least one
 */
export function signingOf(eventId: string, secrets: readonly string[], now: number): Signing {
  return { secrets, id: eventId, timestamp: Math.floor(now / 1000) }
}

function validSecrets(endpoint: Endpoint, now: number): string[] {
  const secrets = endpoint.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
  if (secrets.length === 0) throw new Error('the endpoint has no valid secret; rotate its secret to get one')
  return secrets.map(({ value }) => value)
}
