import { z } from 'zod'
import type { HeartbeatRule } from '../decide/monitor-config.ts'
import { cronProblem, timeZoneProblem } from './cron.ts'

const MONTH_S = 31 * 86_400

/** When a job must ping. */
export const schema = z
  .strictObject({
    period_s: z
      .int()
      .min(5)
      .max(366 * 86_400)
      .optional()
      .meta({
        description: 'Seconds from ping to ping. 86400 where neither this nor `cron` is given.',
      }),
    cron: z.string().max(200).optional().meta({
      description: 'Times at which a ping is due, as a cron expression.',
      example: '30 2 * * *',
    }),
    time_zone: z.string().max(64).default('UTC').meta({
      description: 'Of the cron expression: an IANA name.',
      example: 'Europe/Berlin',
    }),
    grace_s: z.int().min(0).max(MONTH_S).default(60).meta({ description: 'How late a ping may be.' }),
    max_run_s: z.int().min(1).max(MONTH_S).default(3_600).meta({
      description: 'How long a run may take from its `/start`.',
    }),
  })
  .superRefine((spec, context) => {
    if (spec.period_s !== undefined && spec.cron !== undefined)
      context.addIssue({ code: 'custom', path: ['cron'], message: 'cannot stand beside period_s' })
    const zone = timeZoneProblem(spec.time_zone)
    if (zone !== null) context.addIssue({ code: 'custom', path: ['time_zone'], message: zone })
    if (zone !== null || spec.cron === undefined) return
    const problem = cronProblem(spec.cron, spec.time_zone)
    if (problem !== null) context.addIssue({ code: 'custom', path: ['cron'], message: problem })
  })
  .meta({ id: 'HeartbeatSpec' })

export type HeartbeatSpec = z.output<typeof schema>

const DAY_S = 86_400

/** The rule that a heartbeat is judged by, severity and status apart. */
export function ruleOf(spec: HeartbeatSpec): Pick<HeartbeatRule, 'schedule' | 'graceMs' | 'maxRunMs'> {
  return {
    schedule:
      spec.cron === undefined
        ? { kind: 'period', periodMs: (spec.period_s ?? DAY_S) * 1_000 }
        : { kind: 'cron', expression: spec.cron, timeZone: spec.time_zone },
    graceMs: spec.grace_s * 1_000,
    maxRunMs: spec.max_run_s * 1_000,
  }
}
