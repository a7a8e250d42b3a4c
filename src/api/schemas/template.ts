import { z } from 'zod'
import { MOST_TEMPLATE } from '../../deliver/templates/template.ts'
import { text } from './common.ts'
import { testInput } from './test-send.ts'

export const templatePreviewInput = z
  .strictObject({
    template: z.string().max(MOST_TEMPLATE).optional().meta({ description: "Left out: the endpoint's own." }),
    event_id: text({ max: 255 })
      .optional()
      .meta({ description: 'An event that was accepted. Left out: the sample.' }),
    event: testInput
      .omit({ body: true })
      .optional()
      .meta({ description: 'What the sample says, as for a test send; not together with `event_id`.' }),
  })
  .refine(({ event_id, event }) => event_id === undefined || event === undefined, {
    path: ['event'],
    message: 'cannot be given together with event_id',
  })
  .meta({ id: 'TemplatePreviewInput' })

export const templatePreview = z
  .object({
    input: z.string().meta({ description: 'The payload that the template was applied to.' }),
    body: z
      .string()
      .nullable()
      .meta({ description: 'The exact text that would be sent and signed; null: the template failed.' }),
    bytes: z.int().nullable(),
    error: z
      .object({
        message: z.string(),
        position: z
          .int()
          .nullable()
          .meta({ description: 'Where in the template, in characters from 1; null: not known.' }),
      })
      .nullable(),
  })
  .meta({ id: 'TemplatePreview' })
