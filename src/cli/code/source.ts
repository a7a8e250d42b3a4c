import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  Scalar,
} from 'yaml'
import { interpolate } from './interpolate.ts'

/** Where something stands, from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** What is wrong with a file, and where. */
export interface Fault {
  readonly place: Place | null
  /** `monitors[3].spec.url`; empty: the file. */
  readonly path: string
  readonly message: string
}

/** A file as it was read, variables put in. */
export interface Source {
  readonly document: unknown
  readonly faults: readonly Fault[]
  /** By path. */
  readonly places: ReadonlyMap<string, Place>
  /** By path: names of the variables that a value came from. */
  readonly variables: ReadonlyMap<string, readonly string[]>
}

/** Deeper than any document; what goes on longer goes round in a circle. */
const MOST_DEPTH = 40

/** Reads YAML (or JSON) with variables in its values. Keys `x-…` at the top are the author's own. */
export function readSource(text: string, env: Readonly<Record<string, string | undefined>>): Source {
  const lines = new LineCounter()
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const reader = new Reader(yaml, lines, env)
  for (const { pos, message } of yaml.errors) reader.fault(pos[0], '', message)
  if (reader.faults.length === 0) reader.walk(yaml.contents, '', 0)
  if (reader.faults.length > 0) return { ...reader.result, document: undefined }
  return { ...reader.result, document: reader.document() }
}

class Reader {
  readonly faults: Fault[] = []
  readonly #places = new Map<string, Place>()
  readonly #variables = new Map<string, readonly string[]>()
  /** Scalars that were read already: an alias leads to them again. */
  readonly #done = new Map<Scalar, readonly string[]>()
  readonly #yaml: Document
  readonly #lines: LineCounter
  readonly #env: Readonly<Record<string, string | undefined>>

  constructor(yaml: Document, lines: LineCounter, env: Readonly<Record<string, string | undefined>>) {
    this.#yaml = yaml
    this.#lines = lines
    this.#env = env
  }

  get result(): Pick<Source, 'faults' | 'places' | 'variables'> {
    return { faults: this.faults, places: this.#places, variables: this.#variables }
  }

  fault(offset: number, path: string, message: string): void {
    this.faults.push({ place: this.#placeAt(offset), path, message })
  }

  document(): unknown {
    let value: unknown
    try {
      value = this.#yaml.toJS()
    } catch (error) {
      // Aliases that multiply without end.
      this.faults.push({ place: null, path: '', message: (error as Error).message })
      return undefined
    }
    if (value === null || value === undefined) {
      this.fault(0, '', 'is empty: a file that asks for nothing says so with "monitors: []"')
      return undefined
    }
    if (typeof value !== 'object' || Array.isArray(value)) {
      this.fault(0, '', 'must be a map with monitors, endpoints, silences or maintenance_windows')
      return undefined
    }
    return Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('x-')))
  }

  walk(node: unknown, path: string, depth: number, at?: Node): void {
    if (depth > MOST_DEPTH) return
    if (isAlias(node)) {
      this.walk(node.resolve(this.#yaml), path, depth + 1, node)
      return
    }
    this.#note(path, at ?? (node as Node | null))
    if (isScalar(node)) this.#put(node, path)
    if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) this.walk(item, `${path}[${index}]`, depth + 1)
    }
    if (!isMap(node)) return
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key)
      // A merged map's entries stand where they are merged from; the map's own come after them.
      if (name === '<<') this.#walkMerged(value, path, depth)
    }
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key)
      if (name === '<<') continue
      const inner = path === '' ? name : `${path}.${name}`
      this.#variables.delete(inner)
      this.#note(inner, key as Node)
      this.walk(value, inner, depth + 1)
    }
  }

  #walkMerged(value: unknown, path: string, depth: number): void {
    const merged = isSeq(value) ? value.items : [value]
    for (const one of merged) this.walk(one, path, depth + 1)
  }

  #note(path: string, node: Node | null): void {
    if (node?.range) this.#places.set(path, this.#placeAt(node.range[0]))
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { line, column: col }
  }

  #put(node: Scalar, path: string): void {
    const names = this.#done.get(node) ?? this.#read(node, path)
    if (names.length > 0) this.#variables.set(path, names)
  }

  #read(node: Scalar, path: string): readonly string[] {
    const template = node.value
    if (typeof template !== 'string' || !template.includes('${')) return []
    const { text, names, faults } = interpolate(template, this.#env)
    for (const message of faults) this.fault(node.range?.[0] ?? 0, path, message)
    const isPlain = node.type === Scalar.PLAIN && /^\$\{[^}]*\}$/.test(template)
    node.value = isPlain ? plainValue(text) : text
    this.#done.set(node, names)
    return names
  }
}

/** An unquoted variable alone is what its value would be if it stood there: a number, true or false, or a text. */
function plainValue(text: string): string | number | boolean {
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return Number(text)
  return text === 'true' || text === 'false' ? text === 'true' : text
}
