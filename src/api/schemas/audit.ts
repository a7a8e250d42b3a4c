import { z } from 'zod'
import { ACTOR_KINDS } from '../../store/audit-log.ts'
import { page, pageFields, text, time, timeInput } from './common.ts'

const who = text({ max: 200 }).optional()

export const auditQuery = z.strictObject({
  actor: who.meta({ description: 'Who did it: id or name.' }),
  operation: text({ max: 100 }).optional().meta({
    description: 'What was done: the id of an operation in this document, such as `updateEndpoint`.',
  }),
  target: who.meta({ description: 'What it was done to: id or name.' }),
  since: timeInput.optional().meta({ description: 'Done at or after.' }),
  until: timeInput.optional().meta({ description: 'Done before.' }),
  ...pageFields,
})

const value = z.unknown().meta({ description: 'Any JSON value.' })

export const auditEntry = z
  .object({
    id: z.string(),
    at: time,
    actor: z.object({
      kind: z.enum(ACTOR_KINDS).meta({ description: '`system`: StatusPulse itself.' }),
      id: z.string(),
      name: z.string(),
    }),
    operation: z.string().meta({
      description: 'The id of the operation; `disableEndpoint` is done by StatusPulse itself.',
    }),
    summary: z.string().meta({ description: 'What was done, in words.' }),
    target: z.object({ id: z.string().nullable(), name: z.string().nullable() }),
    changes: z
      .array(z.object({ field: z.string(), before: value.optional(), after: value.optional() }))
      .meta({
        description:
          'Fields that changed. One whose value is secret, or long, stands there by its name alone.',
      }),
  })
  .meta({ id: 'AuditEntry' })

export const auditPage = page(auditEntry, 'AuditPage')
