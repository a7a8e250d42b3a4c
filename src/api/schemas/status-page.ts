import { z } from 'zod'
import { text } from './common.ts'

const MAX_GROUPS = 50
const MAX_SHOWN = 200

const slug = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be 1 to 63 of a-z, 0-9 and "-", and neither begin nor end with "-"',
  )
  .meta({ description: 'The page is at `/status/{slug}`.', example: 'acme' })

const group = z
  .strictObject({
    name: z
      .union([text({ max: 100 }), z.literal('')])
      .default('')
      .meta({ description: 'Its heading; empty: none.' }),
    monitors: z
      .array(
        z
          .strictObject({
            monitor_id: text({ max: 64 }),
            display_name: text({ max: 100 }).meta({
              description: 'What the public reads. The name of the monitor is never shown.',
            }),
          })
          .meta({ id: 'StatusPageMonitor' }),
      )
      .min(1)
      .max(MAX_SHOWN),
  })
  .meta({ id: 'StatusPageGroup' })

const fields = {
  enabled: z.boolean().meta({ description: 'Whether anybody can read it.' }),
  slug,
  title: text({ max: 100 }),
  description: z.union([text({ max: 1_000 }), z.literal('')]).default(''),
  show_incidents: z.boolean().default(true).meta({
    description: 'Whether incidents are shown, with the comments that were marked as public.',
  }),
  groups: z.array(group).max(MAX_GROUPS).default([]),
}

export const statusPageInput = z.strictObject(fields).meta({ id: 'StatusPageInput' })

export const statusPage = z
  .object({
    ...fields,
    slug: z.string().nullable().meta({ description: 'null: it was never set.' }),
    title: z.string(),
    path: z.string().nullable().meta({ description: 'Where it is; null: it is switched off.' }),
  })
  .meta({ id: 'StatusPage' })
