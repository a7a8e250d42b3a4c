import { z } from 'zod'
import { BUCKETS } from '../../ground/bucket.ts'
import { page, time } from './common.ts'

export const node = z
  .object({
    id: z.string(),
    hostname: z.string(),
    version: z.string(),
    started_at: time,
    seen_at: time.meta({ description: 'Its last heartbeat; there is one a second.' }),
    alive: z.boolean().meta({ description: 'Whether that is less than a lease (5 s) ago.' }),
    buckets: z
      .array(
        z
          .int()
          .min(0)
          .max(BUCKETS - 1),
      )
      .meta({
        description: `Which of the ${BUCKETS} buckets it owns: it checks their monitors and sends their events.`,
      }),
  })
  .meta({ id: 'Node', description: 'A running copy of StatusPulse.' })

export const nodePage = page(node, 'NodePage')

export const retention = z
  .object({
    event_days: z.int().meta({
      description:
        'Events, deliveries, attempts, samples and resolved incidents; the setting `retention-days`. Whole days (UTC) are dropped.',
    }),
    oldest_day: z.iso.date().nullable().meta({
      description: 'The oldest day of which attempts are kept; null: retention has no say yet.',
    }),
    audit_days: z.int().meta({ description: 'The audit log; the setting `audit-retention-days`.' }),
    event_id_hours: z.int().meta({
      description: "Producers' event ids and Idempotency-Keys, by which repeats are known.",
    }),
  })
  .meta({ id: 'Retention' })
