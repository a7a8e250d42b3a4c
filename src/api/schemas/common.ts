import { z } from 'zod'
import { EVENT_TYPES, MONITOR_KINDS, SEVERITIES, STATUSES } from '../../ground/vocabulary.ts'

/** A text that can be kept and shown: whole characters only (no lone surrogates), and no NUL. */
export function text(limits: { min?: number; max: number }): z.ZodString {
  return z
    .string()
    .min(limits.min ?? 1)
    .max(limits.max)
    .refine(value => value.isWellFormed() && !value.includes('\0'), 'must not hold NUL or half characters')
}

export const MAX_MONITOR_NAME = 200

export const monitorName = text({ max: MAX_MONITOR_NAME })
export const status = z.enum(STATUSES)
export const severity = z.enum(SEVERITIES)
export const eventType = z.enum(EVENT_TYPES)
export const monitorKind = z.enum(MONITOR_KINDS)

/** A time as we give it: RFC 3339, UTC. */
export const time = z.string().meta({ format: 'date-time' })

/** A time as we take it, in ms since the epoch. */
export const timeInput = rfc3339().transform(value => Date.parse(value))

/** A time as we take it and pass it on: RFC 3339 with any offset. */
export function rfc3339(): z.ZodString {
  return z
    .string()
    .regex(
      /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/,
      'must be a time like 2024-05-14T09:23:11Z (RFC 3339)',
    )
    .refine(value => !Number.isNaN(Date.parse(value)), 'must be a time that exists')
    .meta({ format: 'date-time' })
}

/** RFC 3339 in UTC of ms since the epoch. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

export function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timeOf(ms)
}

/** An id in a path; one that cannot be ours is found nowhere. */
export function idParams(description: string, example: string, max = 64) {
  return z.object({ id: text({ max }).meta({ description, example }) })
}

export const MAX_LIMIT = 200

/** What every list takes. */
export const pageFields = {
  limit: z.int().min(1).max(MAX_LIMIT).default(50).meta({ description: 'Entries in one page.' }),
  cursor: z.string().max(500).optional().meta({ description: "The last page's `next_cursor`." }),
}

/** What every list answers. */
export function page<T extends z.ZodType>(entry: T, id: string) {
  return z
    .object({
      data: z.array(entry),
      next_cursor: z
        .string()
        .nullable()
        .meta({ description: 'Where the next page begins; null: this is the last.' }),
    })
    .meta({ id })
}

export const dryRun = z.boolean().meta({ description: 'It was a test send.' })

export const dryRunFilter = z.boolean().optional().meta({ description: 'Test sends only, or none.' })
