import { z } from 'zod'
import { text } from './common.ts'
import { endpointInput } from './endpoint.ts'
import { monitorInput } from './monitor.ts'
import { silenceInput, windowInput } from './silence.ts'

const MAX_MONITORS = 20_000
const MAX_OTHERS = 2_000

const name = text({ max: 200 })

export const codeEndpoint = endpointInput
  .extend({ name: name.meta({ description: 'What it is known by in the file.' }) })
  .meta({ id: 'CodeEndpoint' })

const { comment: _, created_by: __, ...silenceFields } = silenceInput.shape

export const codeSilence = z
  .strictObject({
    name: name.meta({ description: 'What it is known by in the file; kept as its comment.' }),
    ...silenceFields,
  })
  .meta({ id: 'CodeSilence' })

const fileName = text({ max: 100 })
  .default('statuspulse')
  .meta({
    description:
      'Whose things these are, where several files are applied to one workspace: pruning takes away only what was ' +
      'applied under this name.',
  })

/** Things by sections, as statuspulse.yaml has them; each is made of what its own calls take. */
export const codeDocument = z
  .strictObject({
    name: fileName,
    monitors: z.array(monitorInput).max(MAX_MONITORS).default([]),
    endpoints: z.array(codeEndpoint).max(MAX_OTHERS).default([]),
    silences: z.array(codeSilence).max(MAX_OTHERS).default([]),
    maintenance_windows: z.array(windowInput).max(MAX_OTHERS).default([]),
  })
  .meta({
    id: 'Code',
    description: 'What a workspace is to have. What an entry leaves out has its default.',
  })

const entries = (most: number) => z.array(z.looseObject({ name })).max(most).default([])

/** The document as far as it must be right before its entries are looked at one by one. */
export const codeShell = z.strictObject({
  name: fileName,
  monitors: entries(MAX_MONITORS),
  endpoints: entries(MAX_OTHERS),
  silences: entries(MAX_OTHERS),
  maintenance_windows: entries(MAX_OTHERS),
})

const thing = z.enum(['monitor', 'endpoint', 'silence', 'maintenance_window'])
const anything = z.unknown().meta({ description: 'Any JSON value; `"********"` where it is secret.' })

const change = z
  .object({
    action: z.enum(['create', 'update', 'replace', 'delete']).meta({
      description: '`replace`: its kind changed, so it is deleted and made anew.',
    }),
    thing,
    name: z.string(),
    id: z.string().nullable().meta({ description: 'null: it is not there (a dry run, or deleted).' }),
    fields: z.array(z.object({ path: z.string(), before: anything.optional(), after: anything.optional() })),
    secret: z.string().nullable().meta({ description: 'Of a new webhook endpoint. Shown this once.' }),
    ping_path: z.string().nullable().meta({ description: 'Where a new heartbeat is pinged.' }),
  })
  .meta({ id: 'CodeChange' })

export const codeResult = z
  .object({
    dry_run: z.boolean(),
    changes: z.array(change),
    unchanged: z.int(),
    orphans: z.array(z.object({ thing, name: z.string(), id: z.string() })).meta({
      description: 'Applied under this name earlier, not in the document any more, and kept.',
    }),
  })
  .meta({ id: 'CodeResult' })

export const codeExport = z
  .object({
    document: z.record(z.string(), z.unknown()).meta({
      description: 'As it is taken. Secrets are `"********"`.',
    }),
    left_out: z.array(z.object({ thing, id: z.string(), reason: z.string() })),
  })
  .meta({ id: 'CodeExport' })

/** What `${NAME}` in the file may stand for, as an editor sees it before it is filled in. */
const VARIABLE = { type: 'string', pattern: '\\$\\{' }

/**
 * The file as JSON Schema 2020-12, for editors: a variable may stand for any value, and keys `x-...` are free.
 * The file's own keys stand at the root, where editors look for them.
 */
export function codeJsonSchema(): object {
  const schema = z.toJSONSchema(codeDocument, {
    target: 'draft-2020-12',
    io: 'input',
    override: ({ jsonSchema }) => {
      const { type, pattern, format, enum: words, const: word } = jsonSchema
      const isText = type === 'string' && (pattern ?? format ?? words ?? word) === undefined
      if (isText || word !== undefined || type === undefined || type === 'object' || type === 'array') return
      const { description, default: standard, ...rest } = jsonSchema
      for (const key of Object.keys(rest)) delete (jsonSchema as Record<string, unknown>)[key]
      Object.assign(jsonSchema, { anyOf: [rest, VARIABLE] })
    },
  })
  const { $ref: _, $defs, ...rest } = schema
  const { Code, ...others } = $defs ?? {}
  return {
    ...rest,
    ...(Code as object),
    title: 'statuspulse.yaml',
    patternProperties: { '^x-': {} },
    $defs: others,
  }
}
