import { Document, isScalar, visit } from 'yaml'
import { escaped } from './interpolate.ts'

/** In the order in which people read them. */
const ORDER = ['name', 'monitors', 'endpoints', 'silences', 'maintenance_windows']

/**
 * A document as the text of a file; read again, it is the same.
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
  const yaml = new Document(content, { aliasDuplicateObjects: false })
  visit(yaml, {
    Scalar(key, node) {
      if (key !== 'key' && typeof node.value === 'string') node.value = escaped(node.value)
    },
  })
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
