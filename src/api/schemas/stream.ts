import { z } from 'zod'
import { EVENT_TYPES, SEVERITIES } from '../../ground/vocabulary.ts'
import { FEED_KINDS } from '../../record/feed-filter.ts'
import { dryRun, monitorName, text, time } from './common.ts'
import { attempt } from './delivery.ts'
import { deliveryStatus, eventSummary } from './event.ts'

export const OUTCOMES = ['delivered', 'retry', 'failed'] as const

const MAX_VALUES = 100

/** A parameter that is given several times, or once with commas. */
function listOf<T extends string>(values: readonly T[], description: string) {
  return z
    .array(z.string())
    .max(MAX_VALUES)
    .transform(texts => texts.flatMap(one => one.split(',')))
    .pipe(z.array(z.enum(values as readonly [T, ...T[]])))
    .optional()
    .meta({
      description: `${description} Several: with commas, or given several times.`,
      override: { type: 'array', items: { type: 'string', enum: [...values] } },
    })
}

const lastEventId = z.string().max(500).optional()

export const streamHeaders = z.object({
  'Last-Event-ID': lastEventId.meta({
    description: 'The last `id` that was received: the stream goes on right after it.',
  }),
})

export const streamQuery = z.strictObject({
  types: listOf(FEED_KINDS, 'Only these messages.'),
  endpoint_id: z
    .array(text({ max: 64 }))
    .max(MAX_VALUES)
    .optional()
    .meta({
      description: 'Only deliveries and attempts to these endpoints.',
    }),
  monitor: z.array(monitorName).max(MAX_VALUES).optional().meta({
    description: 'Only of these monitors: names and globs such as `api-gateway-*`.',
  }),
  severity: listOf(SEVERITIES, 'Only of events with these severities.'),
  event_type: listOf(EVENT_TYPES, 'Only of events of these types.'),
  outcome: listOf(OUTCOMES, 'Only attempts that ended so.'),
  last_event_id: lastEventId.meta({
    description: 'As the header `Last-Event-ID`, for clients that cannot send it; the header wins.',
  }),
})

export const deliveryChange = z
  .object({
    id: z.string(),
    event_id: z.string(),
    endpoint_id: z.string(),
    monitor_name: z.string().nullable().meta({ description: 'null: the delivery is past retention.' }),
    status: deliveryStatus,
    reason: z.string().nullable().meta({ description: 'Why it stands where it stands.' }),
    dry_run: dryRun,
    changed_at: time,
  })
  .meta({ id: 'DeliveryChange', description: 'A delivery that began, or came to its end.' })

export const gap = z
  .object({
    reason: z.enum(['retention', 'unknown_place']),
    message: z.string(),
  })
  .meta({ id: 'StreamGap', description: 'The stream could not be resumed without a gap.' })

const id = z.string().meta({ description: 'Send it as `Last-Event-ID` to go on after this message.' })

export const streamMessage = z
  .discriminatedUnion('event', [
    z.object({ event: z.literal('event'), id, data: eventSummary }),
    z.object({ event: z.literal('delivery'), id, data: deliveryChange }),
    z.object({ event: z.literal('attempt'), id, data: attempt }),
    z.object({ event: z.literal('gap'), id, data: gap }),
  ])
  .meta({ id: 'StreamMessage', description: 'One message: its `event`, `id` and, as JSON, `data` lines.' })
