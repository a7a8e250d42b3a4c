import { codeJsonSchema } from '../../src/api/schemas/code.ts'
import { table } from './table.ts'

interface Schema {
  readonly $ref?: string
  readonly title?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly description?: string
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

const root = codeJsonSchema() as Schema & { readonly $defs: Readonly<Record<string, Schema>> }

/** `code-monitors` and so on: the fields of each section of statuspulse.yaml, and of thresholds, out of its schema. */
export function codeBlocks(): Record<string, string> {
  const sections = Object.entries(root.properties ?? {}).filter(([, { items }]) => items)
  const all: (readonly [string, Schema])[] = sections.map(([name, { items }]) => [name, found(items!)])
  all.push(['thresholds', root.$defs.Threshold!])
  return Object.fromEntries(all.map(([name, entry]) => [`code-${name.replace('_', '-')}`, fieldsOf(entry)]))
}

function fieldsOf(entry: Schema): string {
  const variants = entry.properties ? [entry] : (entry.anyOf ?? []).map(found)
  const rows = new Map<string, { field: Schema; kinds: string[]; isRequired: boolean }>()
  for (const { title = '', properties, required } of variants) {
    for (const [name, field] of Object.entries(properties ?? {})) {
      const row = rows.get(name) ?? { field, kinds: [], isRequired: required?.includes(name) ?? false }
      row.kinds.push(title)
      rows.set(name, row)
    }
  }
  return table(
    ['field', 'value', 'default', ''],
    [...rows].map(([name, { field, kinds, isRequired }]) => {
      const isOfAll = kinds.length === variants.length
      const of = isOfAll ? '' : `Of ${kinds.map(kind => `\`${kind}\``).join(', ')}. `
      const standard = field.default === undefined ? (isRequired ? 'required' : '') : code(field.default)
      return [
        `\`${name}\``,
        name === 'kind' ? 'which fields there are' : valueText(field),
        standard,
        `${of}${textOf(field)}`,
      ]
    }),
  )
}

/** What a field takes, in a word or two. */
function valueText(given: Schema): string {
  const field = found(given)
  if (field.enum) return field.enum.map(code).join(', ')
  if (field.const !== undefined) return code(field.const)
  if (field.anyOf) {
    const all = field.anyOf.filter(one => one.pattern !== '\\$\\{').map(valueText)
    return [...new Set(all)].join(' or ')
  }
  if (field.type === 'array') return `list of ${valueText(field.items ?? {})}`
  const { minimum, maximum } = field
  const hasBounds = minimum !== undefined && maximum !== undefined && Math.abs(maximum) < 1e12
  return `${WORDS[field.type ?? ''] ?? 'any'}${hasBounds ? `, ${minimum} to ${maximum}` : ''}`
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true, false',
  object: 'map',
  null: 'null',
}

function textOf(field: Schema): string {
  return (field.description ?? found(field).description ?? '').replace(/\s+/g, ' ')
}

function found(schema: Schema): Schema {
  const name = schema.$ref?.replace('#/$defs/', '')
  return name === undefined ? schema : (root.$defs[name] as Schema)
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``
}
