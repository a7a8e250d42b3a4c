import { z } from 'zod'
import { labelName } from '../../detect/monitor-settings.ts'
import { monitorName, page, text, time, timeInput } from './common.ts'

const DAY_S = 86_400

const matcher = z
  .strictObject({
    name: labelName.meta({ description: '`monitor`, `region`, `severity`, or a label.' }),
    operator: z.enum(['=', '!=', '=~', '!~']).default('=').meta({
      description: '`=~` and `!~` compare with a glob such as `checkout-*`.',
    }),
    value: text({ min: 0, max: 500 }),
  })
  .meta({ id: 'SilenceMatcher', description: 'What is not there counts as the empty text.' })

const silenceFields = {
  comment: text({ min: 0, max: 1_000 }),
  created_by: text({ max: 200 }).meta({ description: 'Who, in words.' }),
  matchers: z.array(matcher).min(1).max(50).meta({ description: 'All must match.' }),
}

export const silenceInput = z
  .strictObject({
    ...silenceFields,
    comment: silenceFields.comment.default(''),
    created_by: silenceFields.created_by
      .optional()
      .meta({ description: 'Who, in words. Left out: the API key.' }),
    starts_at: timeInput.optional().meta({ description: 'Left out: now.' }),
    ends_at: timeInput,
  })
  .meta({ id: 'SilenceInput' })

export const silencePatch = z
  .strictObject({ ...silenceFields, starts_at: timeInput, ends_at: timeInput })
  .partial()
  .meta({ id: 'SilencePatch', description: 'What is left out stays.' })

const phase = z.enum(['coming', 'active', 'over'])

export const silence = z
  .object({
    id: z.string(),
    ...silenceFields,
    starts_at: time,
    ends_at: time.meta({ description: 'Not part of it any more.' }),
    phase,
    created_at: time,
  })
  .meta({ id: 'Silence', description: 'Holds back the alerts that it matches, for a time.' })

export const silencePage = page(silence, 'SilencePage')

const windowFields = {
  name: text({ max: 200 }),
  monitors: z
    .array(monitorName)
    .max(500)
    .default([])
    .meta({ description: 'Names, and globs such as `checkout-*`. Empty: all monitors.' }),
}

const cron = text({ max: 200 }).meta({
  description: 'Begins at every time that this cron expression names.',
  example: '0 3 * * 0',
})
const timeZone = text({ max: 64 }).meta({ description: 'An IANA name.', example: 'Europe/Berlin' })
const duration = z
  .int()
  .min(60)
  .max(31 * DAY_S)

export const windowInput = z
  .strictObject({
    ...windowFields,
    starts_at: timeInput.optional().meta({ description: 'With `ends_at`: it happens once.' }),
    ends_at: timeInput.optional(),
    cron: cron.optional(),
    time_zone: timeZone.default('UTC'),
    duration_s: duration.optional().meta({ description: 'With `cron`: how long it lasts each time.' }),
  })
  .meta({ id: 'MaintenanceWindowInput' })

export const windowPatch = z
  .strictObject({
    ...windowFields,
    monitors: windowFields.monitors.unwrap(),
    starts_at: timeInput.nullable(),
    ends_at: timeInput.nullable(),
    cron: cron.nullable(),
    time_zone: timeZone,
    duration_s: duration.nullable(),
  })
  .partial()
  .meta({ id: 'MaintenanceWindowPatch', description: 'What is left out stays; null takes it away.' })

export const maintenanceWindow = z
  .object({
    id: z.string(),
    name: z.string(),
    monitors: z.array(z.string()),
    starts_at: time.nullable(),
    ends_at: time.nullable(),
    cron: z.string().nullable(),
    time_zone: z.string().nullable(),
    duration_s: z.int().nullable(),
    active: z.boolean().meta({ description: 'It is on now.' }),
    span: z
      .object({ starts_at: time, ends_at: time })
      .nullable()
      .meta({ description: 'The time that it is on, or will be next. null: it is over.' }),
    created_at: time,
  })
  .meta({ id: 'MaintenanceWindow', description: 'A time in which trouble is expected, and not told of.' })

export const windowPage = page(maintenanceWindow, 'MaintenanceWindowPage')
