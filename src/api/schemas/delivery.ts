import { z } from 'zod'
import { ERROR_CLASSES } from '../../ground/vocabulary.ts'
import { dryRun, page, time } from './common.ts'
import { deliveryStatus } from './event.ts'

const ms = z.number().nullable()

export const attempt = z
  .object({
    id: z.string(),
    request_id: z.string().meta({
      description: 'Also in the `X-StatusPulse-Request-Id` header. The same for all that a digest carried.',
    }),
    delivery_id: z.string(),
    event_id: z.string(),
    endpoint_id: z.string(),
    monitor_name: z.string(),
    retry_attempt: z.int().meta({ description: '0 for the first attempt, then 1 to 14.' }),
    dry_run: dryRun,
    started_at: time,
    outcome: z.enum(['delivered', 'retry', 'failed']),
    delivery_status: deliveryStatus.meta({ description: "The delivery's status after this attempt." }),
    status_code: z.int().nullable().meta({
      description: 'null: no whole answer came, or a broker confirmed: brokers have no codes.',
    }),
    error: z
      .object({ class: z.enum(ERROR_CLASSES), message: z.string() })
      .nullable()
      .meta({ description: 'Why no whole answer came.' }),
    why: z.string().nullable().meta({ description: 'Why it is not delivered, in words.' }),
    next_attempt_at: time.nullable(),
    remote_address: z.string().nullable(),
    tls_version: z.string().nullable(),
    http_version: z.string().nullable(),
    timings_ms: z
      .object({
        wait: z
          .number()
          .meta({ description: 'From acceptance (on a retry: from when it was due) to the start.' }),
        dns: ms,
        connect: ms,
        tls: ms,
        first_byte: ms,
        total: z.number(),
      })
      .meta({
        description: 'null: the phase did not happen; a kept-alive connection has no dns, connect and tls.',
      }),
    response_headers: z.record(z.string(), z.string()),
    response_body: z.string().meta({ description: 'At most the first 4 KiB.' }),
    digest_size: z.int().meta({
      description:
        'How many deliveries the request carried. More than 1: a digest; the attempts of all of them have its `request_id`.',
    }),
  })
  .meta({ id: 'Attempt', description: 'One POST of a delivery and all that was seen of it.' })

export const attemptPage = page(attempt, 'AttemptPage')

export const delivery = z
  .object({
    id: z.string(),
    event_id: z.string(),
    endpoint_id: z.string(),
    monitor_name: z.string(),
    incident_id: z.string().nullable(),
    status: deliveryStatus,
    attempts: z.int(),
    last_status_code: z.int().nullable(),
    reason: z.string().nullable().meta({ description: 'Why it stands where it stands.' }),
    created_at: time,
    first_attempt_at: time.nullable(),
    next_attempt_at: time
      .nullable()
      .meta({ description: 'null: it is under way, waits for room at its endpoint, or is over.' }),
    finished_at: time.nullable(),
    replay_of: z.string().nullable().meta({ description: 'The delivery that this one repeats.' }),
    dry_run: dryRun,
  })
  .meta({ id: 'Delivery', description: 'One event on its way to one endpoint.' })

export const deliveryPage = page(delivery, 'DeliveryPage')

export const deliveryDetail = z
  .object({
    ...delivery.shape,
    payload: z.record(z.string(), z.unknown()).nullable().meta({
      description:
        'What is sent. null when retention dropped the event, and for a test send with a body that is not a JSON object.',
    }),
    payload_text: z.string().nullable(),
    attempt_log: z.array(attempt).meta({ description: 'Its attempts, the first one first.' }),
  })
  .meta({ id: 'DeliveryDetail' })

export const replayed = z
  .object({ delivery_id: z.string().meta({ description: 'The new delivery.' }), replay_of: z.string() })
  .meta({ id: 'Replayed' })

export const replayJob = z
  .object({
    id: z.string(),
    endpoint_id: z.string(),
    status: z.enum(['running', 'done', 'failed']),
    since: time,
    until: time,
    total: z.int().meta({ description: 'Failed deliveries in the span when the job was made.' }),
    done: z.int().meta({ description: 'Deliveries replayed so far.' }),
    error: z.string().nullable(),
    created_at: time,
    finished_at: time.nullable(),
  })
  .meta({ id: 'ReplayJob' })
