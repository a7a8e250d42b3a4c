import { z } from 'zod'
import type { Endpoint, Event } from '../../ground/vocabulary.ts'
import { type Signing, signatureHeaders } from '../sign.ts'
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
      headers: { ...endpoint.headers, ...unsignedHeaders(shipment) },
      body: payload,
      signing: signingOf(shipment.event.eventId, validSecrets(endpoint, now), now),
      timeoutMs: endpoint.timeoutMs,
    }
  },

  judge(observation, endpoint, now) {
    return judgeAnswer(observation, endpoint.successStatuses, now)
  },
}

/** What the headers of one webhook attempt tell of. */
interface Told {
  readonly event: Pick<Event, 'eventId' | 'eventType' | 'severity' | 'dryRun'>
  readonly deliveryId: string
  readonly requestId: string
  readonly retryAttempt: number
  readonly version: string
}

/**
 * All headers of one webhook attempt, signed, names in lower case: for whoever sends one by other means than an endpoint's.
 * @param told.secrets valid ones, newest first; at least one
 * @param told.now start of the attempt; ms since the epoch
 */
export function webhookHeaders(
  told: Told & { readonly payload: Buffer; readonly secrets: readonly string[]; readonly now: number },
): Record<string, string> {
  const { payload, event, secrets, now } = told
  return { ...unsignedHeaders(told), ...signatureHeaders(payload, signingOf(event.eventId, secrets, now)) }
}

function unsignedHeaders({ event, ...told }: Told): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': `StatusPulse/${told.version}`,
    'x-statuspulse-event-id': event.eventId,
    'x-statuspulse-event-type': event.eventType,
    'x-statuspulse-severity': event.severity,
    'x-statuspulse-delivery-id': told.deliveryId,
    'x-statuspulse-request-id': told.requestId,
    'retry-attempt': String(told.retryAttempt),
  }
  if (event.dryRun) headers['x-statuspulse-dry-run'] = 'true'
  return headers
}

function signingOf(eventId: string, secrets: readonly string[], now: number): Signing {
  return { secrets, id: eventId, timestamp: Math.floor(now / 1000) }
}

function validSecrets(endpoint: Endpoint, now: number): string[] {
  const secrets = endpoint.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
  if (secrets.length === 0) throw new Error('the endpoint has no valid secret; rotate its secret to get one')
  return secrets.map(({ value }) => value)
}
