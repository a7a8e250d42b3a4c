import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/ground/log.ts'
import { Metrics } from '../../src/record/metrics.ts'
import { table } from './table.ts'

interface Operation {
  readonly tags: readonly string[]
  readonly summary: string
  readonly 'x-access': string
}

interface Schema {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
  readonly default?: unknown
  readonly description?: string
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
}

interface Document {
  readonly tags: readonly { name: string; description: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

/** What only a running server knows: `operations`, `endpoint-fields`, `event-fields`, `metrics`. */
export async function serverBlocks() {
  const folder = await mkdtemp(join(tmpdir(), 'statuspulse-docs-'))
  const env = {
    STATUSPULSE_PORT: '0',
    STATUSPULSE_DATA_DIR: join(folder, 'data'),
    STATUSPULSE_PUBLIC_METRICS: 'true',
  }
  try {
    const config = loadConfig({ env, cwd: folder })
    const app = await startApp({ config, log: silentLog, version: '0.0.0' })
    try {
      const document = (await (await fetch(`${app.url}/v1/openapi.json`)).json()) as Document
      const metrics = await (await fetch(`${app.url}/metrics`)).text()
      const { EndpointInput, FilterInput, EventInput } = document.components.schemas
      return {
        operations: operationTables(document),
        'endpoint-fields': fieldsTable(EndpointInput),
        'filter-fields': fieldsTable(FilterInput),
        'event-fields': fieldsTable(EventInput),
        metrics: metricsTable(metrics),
      }
    } finally {
      await app.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function operationTables(document: Document): string {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
  return document.tags
    .map(({ name, description }) => {
      const rows = operations
        .filter(({ operation }) => operation.tags.includes(name))
        // `/metrics` was made public for this page.
        .map(({ path, method, operation }) => [
          `\`${method} ${path}\``,
          path === '/metrics' ? 'operator' : operation['x-access'],
          operation.summary,
        ])
      return `### ${name}\n\n${description}\n\n${table(['call', 'needs', ''], rows)}`
    })
    .join('\n\n')
}

function fieldsTable(schema: Schema | undefined): string {
  const rows = Object.entries(schema?.properties ?? {}).map(([name, field]) => [
    `\`${name}\``,
    typeOf(field),
    field.description ?? '',
  ])
  return table(['field', 'type', 'meaning'], rows)
}

/** `whole number, 1 to 10`, or the values there are. */
function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map(value => `\`${String(value)}\``).join(', ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  const { type, minimum, maximum } = schema
  if (Array.isArray(type)) return type.join(' or ')
  if (type === 'array') return `list of ${schema.items ? typeOf(schema.items) : 'anything'}`
  const range = minimum === undefined ? '' : `, ${minimum} to ${maximum}`
  return `${type === 'integer' ? 'whole number' : (type ?? 'object')}${range}`
}

function metricsTable(exposition: string): string {
  const labels = new Map(new Metrics().registry.getMetricsAsArray().map(one => [one.name, labelsOf(one)]))
  const rows = [...exposition.matchAll(/^# HELP (statuspulse_\w+) (.*)\n# TYPE \S+ (\w+)$/gm)].map(
    ([, name = '', help = '', type = '']) => [`\`${name}\``, type, labels.get(name) ?? '', help],
  )
  return table(['metric', 'type', 'labels', 'meaning'], rows)
}

function labelsOf(metric: object): string {
  const { labelNames = [] } = metric as { labelNames?: readonly string[] }
  return labelNames.map(name => `\`${name}\``).join(', ')
}
