import { z } from 'zod'
import { time, timeInput } from './common.ts'

/** Steps that a span of time is cut into when nobody says otherwise. */
const STEPS = 48
const MAX_STEPS = 200

export const statsQuery = z.strictObject({
  since: timeInput.optional().meta({ description: 'Left out: an hour ago.' }),
  until: timeInput.optional().meta({ description: 'Left out: now.' }),
  steps: z.int().min(1).max(MAX_STEPS).default(STEPS).meta({ description: 'Into how many the time is cut.' }),
})

const count = z.int().min(0)

const outcomes = {
  delivered: count,
  retry: count.meta({ description: 'It did not get through, and is tried again.' }),
  failed: count.meta({ description: 'It did not get through, and was the last.' }),
}

const percentiles = z
  .object({ p50: z.number(), p95: z.number(), p99: z.number() })
  .meta({ id: 'Percentiles', description: 'Milliseconds.' })
  .nullable()

const latencies = {
  ours_ms: percentiles.meta({
    description: 'Of first attempts: from detection until the request is on its way. null: there was none.',
  }),
  theirs_ms: percentiles.meta({ description: 'From then until the receiver had answered, or was given up.' }),
}

const figures = z
  .object({ ...outcomes, ...latencies })
  .meta({ id: 'AttemptFigures', description: 'Attempts by their outcome, and how long they took.' })

export const deliveryStats = z
  .object({
    since: time,
    until: time,
    step_s: z.number(),
    total: figures,
    steps: z.array(figures).meta({ description: 'One for each step, in order.' }),
    endpoints: z
      .array(
        z.object({
          endpoint_id: z.string(),
          ...outcomes,
          ...latencies,
          steps: z.array(
            z.object(outcomes).meta({ id: 'Outcomes', description: 'Attempts by their outcome.' }),
          ),
        }),
      )
      .meta({ description: 'Those of which attempts were made, the busiest first.' }),
    monitors: z
      .array(z.object({ monitor_name: z.string(), sent: count }))
      .meta({ description: 'Of whose events most was sent: first attempts only, at most 20 monitors.' }),
    is_sampled: z.boolean().meta({
      description:
        'Some step had so many attempts that it is judged by its first 2,000; its counts are projected from them.',
    }),
  })
  .meta({
    id: 'DeliveryStats',
    description: 'How deliveries went in a span of time. Test sends do not count.',
  })
