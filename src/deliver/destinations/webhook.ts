import { z } from 'zod'
import type { Endpoint, Event } from '../../ground/vocabulary.ts'
import { bodySignature, standardSignature } from '../sign.ts'
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
    const secrets = validSecrets(endpoint, now)
    return {
      url: endpoint.url,
      headers: { ...endpoint.headers, ...webhookHeaders({ ...shipment, secrets }) },
      body: payload,
      timeoutMs: endpoint.timeoutMs,
    }
  },

  judge(observation, endpoint, now) {
    return judgeAnswer(observation, endpoint.successStatuses, now)
  },
}

/**
 * The headers of one webhook attempt, names in lower case.
 * @param delivery.secrets valid ones, newest first; at least one
 */
export function webhookHeaders(delivery: {
  event: Pick<Event, 'eventId' | 'eventType' | 'severity' | 'dryRun'>
  payload: Buffer
  secrets: readonly string[]
  deliveryId: string
  requestId: string
  retryAttempt: number
  now: number
  version: string
}): Record<string, string> {
  const { event, payload, secrets } = delivery
  const timestamp = Math.floor(delivery.now / 1000)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': `StatusPulse/${delivery.version}`,
    'x-statuspulse-signature': bodySignature(payload, secrets),
    'x-statuspulse-timestamp': String(timestamp),
    'webhook-id': event.eventId,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standardSignature(event.eventId, timestamp, payload, secrets),
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

function validSecrets(endpoint: Endpoint, now: number): string[] {
  const secrets = endpoint.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
  if (secrets.length === 0) throw new Error('the endpoint has no valid secret; rotate its secret to get one')
  return secrets.map(({ value }) => value)
}
