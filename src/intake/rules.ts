import { z } from 'zod'
import { checkGlob } from '../ground/glob.ts'
import { SEVERITIES } from '../ground/vocabulary.ts'
import { checkTemplate } from './template.ts'

/** Where something comes in from: what a rule may be limited to. */
export const SOURCES = [
  'alertmanager',
  'prometheus',
  'grafana',
  'cloudevents',
  'otlp',
  'remote_write',
] as const
export type Source = (typeof SOURCES)[number]

const MAX_RULES = 200

function text(max: number) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine(value => value.isWellFormed() && !value.includes('\0'), 'must not hold NUL or half characters')
}

const labelName = text(200)

const template = text(500).superRefine((value, context) => {
  const message = checkTemplate(value)
  if (message) context.addIssue({ code: 'custom', message })
})

const glob = z
  .string()
  .max(500)
  .superRefine((value, context) => {
    const message = checkGlob(value)
    if (message) context.addIssue({ code: 'custom', message })
  })

/** What one rule says, in the words of the API and of the table. */
export const mappingRule = z
  .strictObject({
    name: text(200).optional().meta({ description: 'For whoever reads the rules.' }),
    sources: z.array(z.enum(SOURCES)).min(1).max(SOURCES.length).optional().meta({
      description: 'Where it comes in from. Left out: anywhere.',
    }),
    match: z.record(labelName, glob).default({}).meta({
      description:
        'Values or globs by label: all must match. A label that is not there is the empty text, so `?*` asks for any value. Empty: everything matches.',
    }),
    ignore: z.boolean().default(false).meta({
      description: 'Leave out what matches, unless an earlier rule named its monitor or metric.',
    }),
    monitor: template.optional().meta({ description: 'Name of the monitor: `{service}-{cluster}`.' }),
    severity: template.optional().meta({
      description: 'A severity, or a word that means one (`severities`): `critical`, `{priority}`.',
    }),
    status: z.enum(['degraded', 'down']).optional().meta({
      description: 'Left out: by severity (`critical` is down, the others degraded).',
    }),
    region: template.optional(),
    affected_endpoints: z.array(template).max(50).optional().meta({
      description: 'Each gives one or, separated by commas, several: `{path}`.',
    }),
    summary: template.optional().meta({ description: 'What is wrong, in words.' }),
    state: template.optional().meta({
      description: 'CloudEvents only. A word such as `firing` or `resolved`: `{data.state}`.',
    }),
    fingerprint: template.optional().meta({
      description: 'CloudEvents only. What an alert is known again by: `{source} {data.check_id}`.',
    }),
    metric: template.optional().meta({ description: 'Name of the metric: `response_time_ms`.' }),
    scale: z.number().optional().meta({
      description: 'What a value is multiplied by: 1000 makes milliseconds of seconds.',
    }),
  })
  .meta({ id: 'MappingRule', description: 'What is left out is decided by a later rule, or the defaults.' })
export type MappingRule = z.output<typeof mappingRule>

/** A workspace's rules. */
export const mappingRules = z
  .strictObject({
    rules: z.array(mappingRule).max(MAX_RULES).default([]).meta({
      description:
        'Tried in order: for each field, the first matching rule whose labels are all there decides.',
    }),
    severities: z
      .record(text(100), z.enum(SEVERITIES))
      .default({})
      .refine(words => Object.keys(words).length <= 200, 'must have at most 200 entries')
      .meta({ description: 'Words that mean a severity, in any case, beside those that are known anyway.' }),
  })
  .meta({ id: 'MappingRules', description: 'How labels become monitors, severities, regions and metrics.' })
export type MappingRules = z.output<typeof mappingRules>

/** Of a workspace that has none of its own. */
export const NO_RULES: MappingRules = { rules: [], severities: {} }
