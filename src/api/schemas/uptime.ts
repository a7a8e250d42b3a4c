import { z } from 'zod'
import { text } from './common.ts'

/** Days that uptime is shown of when nobody says otherwise. */
const DAYS = 90
export const MAX_DAYS = 400
const MAX_MONITORS = 200

const days = z
  .int()
  .min(1)
  .max(MAX_DAYS)
  .default(DAYS)
  .meta({ description: 'Days (UTC), today the last of them.' })

export const uptimeQuery = z.strictObject({ days })

export const uptimesQuery = z.strictObject({
  monitor_ids: z
    .array(text({ max: 64 }))
    .min(1)
    .max(MAX_MONITORS)
    .meta({ description: 'Ids of monitors; those that there are not are left out.' }),
  days,
})

const percent = z.number().nullable()

const uptimeDay = z
  .object({
    day: z.string().meta({ format: 'date' }),
    operational_s: z.number(),
    degraded_s: z.number(),
    down_s: z.number(),
    maintenance_s: z.number(),
    unknown_s: z.number().meta({ description: 'Nothing was seen, or nobody was there to see it.' }),
  })
  .meta({
    id: 'UptimeDay',
    description: 'Seconds that a monitor had each status. They add up to the length of the day so far.',
  })

export const uptime = z
  .object({
    monitor_id: z.string(),
    uptime_pct: percent.meta({
      description:
        'Share of time in which it was not down, in percent; unknown time and maintenance do not count. null: there is no other.',
    }),
    days: z.array(uptimeDay).meta({ description: 'The oldest first.' }),
    latency_ms: z.array(z.number().nullable()).meta({
      description:
        'Average response time of each of the last 24 hours, this one last. Empty: none was measured.',
    }),
  })
  .meta({ id: 'Uptime' })

export const uptimes = z.object({ data: z.array(uptime) }).meta({ id: 'Uptimes' })
