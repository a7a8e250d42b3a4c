import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, Scalar, type YAMLMap } from 'yaml'
import { Aliases } from './aliases.ts'
import { interpolate } from './interpolate.ts'
import { MOST_BYTES, parsed } from './yaml.ts'

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
/** Values, keys and characters that aliases and variables may make of a file: more than any document of 20,000 monitors. */
const MOST_VALUES = 1_000_000

/** Of form: what comes after the first few follows from them. */
const MOST_ERRORS = 20

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads YAML (or JSON) with variables in its values. Keys `x-…` at the top are the author's own.
 * @param env null: `${` has no meaning
 */
export function readSource(text: string, env: Environment | null): Source {
  const lines = new LineCounter()
  const yaml = parsed(text, lines)
  if (typeof yaml === 'string')
    return {
      document: undefined,
      faults: [{ place: null, path: '', message: yaml }],
      places: new Map(),
      variables: new Map(),
    }
  const reader = new Reader(new Aliases(yaml), lines, env)
  for (const { pos, message } of yaml.errors.slice(0, MOST_ERRORS)) reader.fault(pos[0], '', message)
  const document = reader.faults.length === 0 ? reader.document(yaml.contents) : undefined
  return { ...reader.result, document: reader.faults.length === 0 ? document : undefined }
}

/** Nothing more can be said of the file. */
class Stop extends Error {}

class Reader {
  readonly faults: Fault[] = []
  readonly #places = new Map<string, Place>()
  readonly #variables = new Map<string, readonly string[]>()
  /** Scalars that were read already: an alias leads to them again. */
  readonly #read = new Map<Scalar, { readonly value: unknown; readonly names: readonly string[] }>()
  readonly #aliases: Aliases
  readonly #lines: LineCounter
  readonly #env: Environment | null
  #values = 0
  #characters = 0

  constructor(aliases: Aliases, lines: LineCounter, env: Environment | null) {
    this.#aliases = aliases
    this.#lines = lines
    this.#env = env
  }

  get result(): Pick<Source, 'faults' | 'places' | 'variables'> {
    return { faults: this.faults, places: this.#places, variables: this.#variables }
  }

  fault(offset: number, path: string, message: string): void {
    this.faults.push({ place: this.#placeAt(offset), path, message })
  }

  document(contents: unknown): unknown {
    let value: unknown
    try {
      value = this.#valueOf(contents, '', 0)
    } catch (error) {
      if (!(error instanceof Stop)) throw error
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

  /** @param at where it is asked for, when that is an alias */
  #valueOf(node: unknown, path: string, depth: number, at: Node | null = node as Node | null): unknown {
    this.#count(at, path, depth)
    const found = this.#aliases.resolve(node)
    if (found === undefined) {
      this.fault(offsetOf(at), path, 'is an alias of something that stands nowhere before it')
      return undefined
    }
    this.#note(path, at)
    if (isScalar(found)) return this.#scalar(found, path, at)
    if (isSeq(found))
      return found.items.map((item, index) => this.#valueOf(item, `${path}[${index}]`, depth + 1))
    return isMap(found) ? this.#map(found, path, depth) : null
  }

  /** The map's own entries, and of merged maps what is not among them. */
  #map(map: YAMLMap, path: string, depth: number): unknown {
    const entries: [string, unknown][] = []
    const taken = new Set<string>()
    for (const pair of map.items) {
      const name = this.#nameOf(pair)
      if (name === MERGE) continue
      if (taken.has(name)) this.fault(offsetOf(pair.key), inside(path, name), 'is there twice')
      taken.add(name)
      entries.push([name, this.#entry(pair, inside(path, name), depth)])
    }
    this.#merge(map, path, depth, taken, entries)
    return Object.fromEntries(entries)
  }

  #entry({ key, value }: Pair, path: string, depth: number): unknown {
    this.#note(path, key as Node)
    return this.#valueOf(value, path, depth + 1)
  }

  #merge(map: YAMLMap, path: string, depth: number, taken: Set<string>, entries: [string, unknown][]): void {
    for (const { key, value } of map.items.filter(pair => this.#nameOf(pair) === MERGE)) {
      const found = this.#aliases.resolve(value)
      for (const one of isSeq(found) ? found.items : [found]) {
        const merged = this.#aliases.resolve(one)
        this.#count(key as Node, path, depth)
        if (!isMap(merged)) {
          this.fault(offsetOf(key), path, '<< takes a map, or a list of maps')
          continue
        }
        for (const pair of merged.items) {
          const name = this.#nameOf(pair)
          if (name === MERGE || taken.has(name)) continue
          taken.add(name)
          entries.push([name, this.#entry(pair, inside(path, name), depth)])
        }
        this.#merge(merged, path, depth + 1, taken, entries)
      }
    }
  }

  #nameOf({ key }: Pair): string {
    const found = this.#aliases.resolve(key)
    const name = isScalar(found) ? found.value : found
    // The library's sign for a key that merges; a quoted '<<' is a name like any other.
    return typeof name === 'symbol' ? MERGE : String(name ?? '')
  }

  #scalar(node: Scalar, path: string, at: Node | null): unknown {
    const known = this.#read.get(node)
    const { value, names } = known ?? this.#interpolated(node, path)
    if (!known) this.#read.set(node, { value, names })
    if (names.length > 0) this.#variables.set(path, names)
    if (typeof value === 'string') this.#characters += value.length
    if (this.#characters > MOST_BYTES)
      this.#stop(
        at,
        path,
        `makes more than ${MOST_BYTES / 1_048_576} MiB of the file, by aliases or variables`,
      )
    return value
  }

  #interpolated(node: Scalar, path: string): { value: unknown; names: readonly string[] } {
    const template = node.value
    if (this.#env === null || typeof template !== 'string' || !template.includes('${'))
      return { value: template, names: [] }
    const { text, names, faults } = interpolate(template, this.#env)
    for (const message of faults) this.fault(offsetOf(node), path, message)
    const isPlain = node.type === Scalar.PLAIN && /^\$\{[^}]*\}$/.test(template)
    return { value: isPlain ? plainValue(text) : text, names }
  }

  #count(at: Node | null, path: string, depth: number): void {
    if (depth > MOST_DEPTH) this.#stop(at, path, `is nested more than ${MOST_DEPTH} deep`)
    if (++this.#values > MOST_VALUES)
      this.#stop(
        at,
        path,
        `makes more than ${MOST_VALUES.toLocaleString('en')} values of the file, by aliases`,
      )
  }

  #stop(at: Node | null, path: string, message: string): never {
    this.fault(offsetOf(at), path.length > 200 ? `${path.slice(0, 200)}…` : path, message)
    throw new Stop(message)
  }

  #note(path: string, node: Node | null): void {
    if (node?.range) this.#places.set(path, this.#placeAt(node.range[0]))
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset)
    return { line, column: col }
  }
}

/** No name: those hold no NUL. */
const MERGE = '\0<<'

function inside(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function offsetOf(node: unknown): number {
  return (node as Node | null)?.range?.[0] ?? 0
}

/** An unquoted variable alone is what its value would be if it stood there: a number, true or false, or a text. */
function plainValue(text: string): string | number | boolean {
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return Number(text)
  return text === 'true' || text === 'false' ? text === 'true' : text
}
