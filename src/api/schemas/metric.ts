import { z } from 'zod'
import { metricName } from '../../detect/monitor-settings.ts'
import { monitorName, text, time, timeInput } from './common.ts'

export const MAX_SAMPLES = 10_000

export const samplesInput = z
  .strictObject({
    samples: z
      .array(
        z
          .strictObject({
            monitor_name: monitorName,
            metric: metricName.meta({ example: 'response_time_ms' }),
            value: z.number(),
            time: timeInput.optional().meta({ description: 'When it was measured. Left out: now.' }),
            region: text({ max: 100 }).optional(),
          })
          .meta({ id: 'SampleInput' }),
      )
      .min(1)
      .max(MAX_SAMPLES),
  })
  .meta({ id: 'SamplesInput' })

export const samplesAccepted = z
  .object({
    accepted: z.int().meta({ description: 'How many samples were taken.' }),
    unknown_monitors: z.array(z.string()).meta({
      description:
        'Monitors that there are none of, where the workspace forbids unknown ones: their samples were left out.',
    }),
  })
  .meta({ id: 'SamplesAccepted' })

export const MAX_POINTS = 2_000

export const samplesQuery = z.strictObject({
  metric: metricName.meta({ example: 'response_time_ms' }),
  from: timeInput.optional().meta({ description: 'At or after. Left out: 24 h before `to`.' }),
  to: timeInput.optional().meta({ description: 'Before. Left out: now.' }),
  points: z.int().min(1).max(MAX_POINTS).default(300).meta({ description: 'At most so many.' }),
})

export const points = z
  .object({
    metric: z.string(),
    from: time,
    to: time,
    step_s: z.number().meta({ description: 'What a point sums up.' }),
    data: z.array(
      z
        .object({ time, avg: z.number(), min: z.number(), max: z.number(), count: z.int() })
        .meta({ id: 'Point', description: 'The samples of one step; a step without any has none.' }),
    ),
  })
  .meta({ id: 'Points' })

export const metricNames = z.object({ data: z.array(z.string()) }).meta({ id: 'MetricNames' })
