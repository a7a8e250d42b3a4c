import { Document, isScalar, Scalar } from 'yaml'
import { escaped } from './interpolate.ts'
import { Template } from './template.ts'

/** In the order in which people read them. */
const ORDER = ['name', 'monitors', 'endpoints', 'silences', 'maintenance_windows']

/**
 * A document as the text of a file; read again, it is the same. {@link Template}s stand in it as they are.
 * @param remarks lines of a comment at its head
 * @param notes by path of an entry (`monitors[3]`): lines of a comment before it
 */
export function writeSource(
  document: Readonly<Record<string, unknown>>,
  remarks: readonly string[],
  notes: ReadonlyMap<string, readonly string[]> = new Map(),
): string {
  const sections = ORDER.flatMap(name => (name in document ? [[name, document[name]] as const] : []))
  const content = sections.length > 0 ? Object.fromEntries(sections) : { monitors: [] }
  const yaml = new Document(asWritten(content), { aliasDuplicateObjects: false })
  for (const [path, lines] of notes) {
    const [, section, index] = /^(\w+)\[(\d+)\]$/.exec(path) ?? []
    const node = section === undefined ? undefined : yaml.getIn([section, Number(index)], true)
    if (node && typeof node === 'object' && !isScalar(node))
      Object.assign(node, { commentBefore: commentOf(lines) })
  }
  const head = remarks.map(line => (line === '' ? '#\n' : `# ${line}\n`)).join('')
  return `${head}${head === '' ? '' : '\n'}${yaml.toString({ lineWidth: 0 })}`
}

function commentOf(lines: readonly string[]): string {
  return lines.map(line => ` ${line.replace(/\s*\n\s*/g, ' ')}`).join('\n')
}

function asWritten(value: unknown): unknown {
  // Quoted: a block whose first line is indented or blank is not always read as it was (yaml issues 692 and 695).
  if (typeof value === 'string') return /^\s/.test(value) ? quoted(escaped(value)) : escaped(value)
  // Quoted: a variable alone would be read as a number where its value looks like one.
  if (value instanceof Template) return quoted(value.text)
  if (Array.isArray(value)) return value.map(asWritten)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, asWritten(one)]))
}

function quoted(text: string): Scalar {
  return Object.assign(new Scalar(text), { type: Scalar.QUOTE_DOUBLE })
}
