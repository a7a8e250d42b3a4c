import { z } from 'zod'
import { DELIVERY_STATUSES } from '../../ground/vocabulary.ts'
import { dryRun, eventType, monitorName, page, rfc3339, severity, status, text, time } from './common.ts'

const MAX_REGION = 100

/** The values of DESIGN's sample, which every example here uses. */
export const SAMPLE_METADATA = {
  region: 'us-west-2',
  affected_endpoints: ['/api/v1/cart', '/api/v1/checkout'],
  response_time_ms: 1840,
  error_rate_pct: 12.4,
}

export const SAMPLE_EVENT = {
  monitor_name: 'checkout-service-redis',
  status: 'degraded',
  severity: 'warning',
  event_type: 'incident.opened',
  timestamp: '2024-05-14T09:23:11Z',
  metadata: SAMPLE_METADATA,
}

const incidentId = text({ max: 100 })

/** `metadata` as a producer gives it: four known keys, three that also stand beside it, and anything else. */
export const metadataInput = z
  .looseObject({
    region: text({ max: MAX_REGION }).nullable().optional(),
    affected_endpoints: z.array(z.string()).max(1_000).nullable().optional(),
    response_time_ms: z.number().nullable().optional(),
    error_rate_pct: z.number().nullable().optional(),
    event_type: eventType.optional(),
    severity: severity.optional(),
    incident_id: incidentId.nullable().optional(),
  })
  .meta({
    id: 'MetadataInput',
    description:
      'What is known of the event. The four keys of the payload have their types; any other key is passed on untouched. ' +
      '`event_type`, `severity` and `incident_id` may stand here too, as they do in a payload, but not with another value than beside it.',
  })

export const eventId = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 of A-Z a-z 0-9 _ . -')
  .meta({ description: "The producer's own id: a repeat within 24 h is answered with the first result." })

/** The fields of an event that a producer sends. */
export const eventInputFields = {
  monitor_name: monitorName.meta({
    description: 'What the event is about. An unknown monitor is made, unless the workspace forbids it.',
  }),
  status: status.meta({ description: "The monitor's status from now on." }),
  severity: severity
    .optional()
    .meta({ description: 'Left out: by status (`down` critical, `degraded` warning, else info).' }),
  event_type: eventType.optional().meta({ description: 'Left out: `status.changed`.' }),
  event_id: eventId.optional(),
  timestamp: rfc3339()
    .optional()
    .meta({ format: 'date-time', description: 'When it happened; left out: now.' }),
  incident_id: incidentId
    .nullable()
    .optional()
    .meta({ description: 'The incident that the event belongs to.' }),
  metadata: metadataInput.optional(),
}

export const eventInput = z
  .strictObject(eventInputFields)
  .meta({ id: 'EventInput', description: 'An event as a producer sends it.' })

export const accepted = z
  .object({
    event_id: z.string(),
    duplicate: z.boolean().meta({
      description:
        'It was accepted before, under the same `event_id` or `Idempotency-Key`; nothing is sent again.',
    }),
    deliveries: z.int().meta({ description: 'How many endpoints it goes to.' }),
  })
  .meta({ id: 'Accepted' })

export const acceptedList = z.object({ data: z.array(accepted) }).meta({ id: 'AcceptedList' })

export const eventSummary = z
  .object({
    event_id: z.string(),
    event_type: eventType,
    monitor_name: z.string(),
    status,
    severity,
    region: z.string().nullable(),
    incident_id: z.string().nullable(),
    accepted_at: time,
    dry_run: dryRun,
    deliveries: z.int().meta({ description: 'How many endpoints it was sent to when it was accepted.' }),
  })
  .meta({ id: 'EventSummary' })

export const eventPage = page(eventSummary, 'EventPage')

const sending = z
  .object({
    endpoint_id: z.string(),
    endpoint_name: z.string().nullable().meta({ description: 'null: the endpoint is gone.' }),
    delivery_id: z.string(),
    outcome: z
      .enum(['delivered', 'waiting', 'failed', 'cancelled'])
      .meta({ description: 'waiting: on its way, or until `next_attempt_at`.' }),
    attempts: z.int(),
    last_status_code: z.int().nullable(),
    reason: z.string().nullable().meta({ description: 'Why it stands where it stands.' }),
    next_attempt_at: time.nullable(),
    finished_at: time.nullable(),
    replay_of: z.string().nullable().meta({ description: 'The delivery that this one repeats.' }),
  })
  .meta({ id: 'EventSending' })

const notSent = z
  .object({
    endpoint_id: z.string(),
    endpoint_name: z.string(),
    reason: z.string(),
    changed_since: z.boolean().meta({
      description:
        "The endpoint was changed after the event was accepted: the reason is by today's filter, not by that day's.",
    }),
  })
  .meta({ id: 'EventNotSent' })

export const event = z
  .object({
    ...eventSummary.shape,
    payload: z.record(z.string(), z.unknown()).nullable().meta({
      description: 'What is sent. null only for a test send with a body that is not a JSON object.',
    }),
    payload_text: z
      .string()
      .meta({ description: 'The exact text of every attempt: what the signature is over.' }),
    endpoints: z.array(sending).meta({ description: 'Where it was sent to, replays included.' }),
    not_sent_to: z.array(notSent).meta({ description: 'Where it was not sent to, and why: the first 200.' }),
    not_sent_total: z.int(),
  })
  .meta({ id: 'Event' })

export const deliveryStatus = z.enum(DELIVERY_STATUSES)
