import { z } from 'zod'
import { eventType, severity, status } from './common.ts'

export const SAMPLE_PAYLOAD = {
  event_id: 'evt_7f3a9c2b1d',
  monitor_name: 'checkout-service-redis',
  status: 'degraded',
  timestamp: '2024-05-14T09:23:11Z',
  metadata: {
    region: 'us-west-2',
    affected_endpoints: ['/api/v1/cart', '/api/v1/checkout'],
    response_time_ms: 1840,
    error_rate_pct: 12.4,
    event_type: 'incident.opened',
    severity: 'warning',
    incident_id: 'inc_01jz8m4x5c00k3v9q2w7d1a0b3',
  },
}

const metadata = z
  .looseObject({
    region: z.string().nullable(),
    affected_endpoints: z.array(z.string()),
    response_time_ms: z.number().nullable(),
    error_rate_pct: z.number().nullable(),
    event_type: eventType,
    severity: severity.meta({ description: 'Of a recovery: the highest that its incident reached.' }),
    incident_id: z.string().nullable(),
  })
  .meta({ description: 'These seven keys are always there; whatever else the producer gave follows them.' })

const fields = z
  .strictObject({
    event_id: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/)
      .meta({
        description: 'Unique. The same on every attempt and every replay: what a receiver knows a repeat by.',
      }),
    monitor_name: z.string(),
    status: status.meta({ description: "The monitor's status." }),
    timestamp: z
      .string()
      .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/)
      .meta({
        format: 'date-time',
        description: 'When it happened: RFC 3339 in UTC, a fraction only where it is not zero.',
      }),
    metadata,
  })
  .meta({ description: 'The body of every webhook attempt.', examples: [SAMPLE_PAYLOAD] })

/** What every webhook attempt carries: exactly these five fields, in this order. */
export const payload = fields.meta({
  id: 'Payload',
  description: 'The body of every webhook attempt.',
  examples: [SAMPLE_PAYLOAD],
})

/** The payload's schema as a document of its own (JSON Schema 2020-12). */
export function payloadJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(fields, { target: 'draft-2020-12', io: 'output' })
  return { $schema, title: 'StatusPulse payload', ...schema }
}

/** The headers of every webhook attempt. */
export const webhookHeaders = z.object({
  'X-StatusPulse-Signature': z.string().meta({
    description:
      'Lower-case hex HMAC-SHA256 of the raw body; key: the whole secret, `whsec_` included, as UTF-8. While two secrets are valid: both, comma-separated, the newest first.',
  }),
  'X-StatusPulse-Timestamp': z.string().meta({ description: 'Unix seconds of this attempt.' }),
  'webhook-id': z.string().meta({ description: 'The `event_id` (Standard Webhooks 1.0).' }),
  'webhook-timestamp': z
    .string()
    .meta({ description: 'Unix seconds of this attempt (Standard Webhooks 1.0).' }),
  'webhook-signature': z.string().meta({
    description:
      '`v1,` and base64 HMAC-SHA256 of `id.timestamp.body`; key: the base64 after `whsec_` (Standard Webhooks 1.0). Its libraries verify it and reject old timestamps.',
  }),
  'X-StatusPulse-Event-Id': z.string(),
  'X-StatusPulse-Event-Type': eventType,
  'X-StatusPulse-Severity': severity,
  'X-StatusPulse-Delivery-Id': z.string().meta({ description: 'The same on every attempt of a delivery.' }),
  'X-StatusPulse-Request-Id': z
    .string()
    .meta({ description: 'New on every attempt; also in the attempt log.' }),
  'Retry-Attempt': z.string().meta({ description: '`0` on the first attempt, then `1` to `14`.' }),
  'X-StatusPulse-Dry-Run': z.literal('true').optional().meta({ description: 'On test sends only.' }),
  'User-Agent': z.string().meta({ description: '`StatusPulse/<version>`' }),
})
