import { type Glob, isGlob, parseGlob } from '../ground/glob.ts'
import type { Endpoint } from '../ground/vocabulary.ts'

interface Entry {
  readonly glob: Glob
  readonly endpoint: Endpoint
}

/**
 * Which endpoints want a monitor, by its name. Exact names are looked up; globs are found by the
 * longer of their literal ends, so a name is held against few of them, not against all.
 */
export class NameIndex {
  readonly #all: Endpoint[] = []
  readonly #exact = new Map<string, Endpoint[]>()
  readonly #byPrefix = new Ends()
  readonly #bySuffix = new Ends()
  readonly #excluding = new Map<Endpoint, readonly ((name: string) => boolean)[]>()

  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) this.#add(endpoint)
  }

  /** The endpoints whose monitor filter takes the name; each once, in the order given. */
  find(name: string): readonly Endpoint[] {
    const found = new Set(this.#all)
    for (const endpoint of this.#exact.get(name) ?? []) found.add(endpoint)
    for (const entries of this.#byPrefix.of(name, length => name.slice(0, length)))
      addMatching(found, entries, name)
    for (const entries of this.#bySuffix.of(name, length => name.slice(name.length - length)))
      addMatching(found, entries, name)
    if (this.#excluding.size === 0) return [...found]
    return [...found].filter(endpoint => !this.#excluding.get(endpoint)?.some(matches => matches(name)))
  }

  #add(endpoint: Endpoint): void {
    const { monitors, excludeMonitors } = endpoint.filter
    if (monitors.length === 0) this.#all.push(endpoint)
    for (const text of monitors) {
      if (!isGlob(text)) push(this.#exact, text, endpoint)
      else this.#addGlob({ glob: parseGlob(text), endpoint })
    }
    if (excludeMonitors.length > 0) this.#excluding.set(endpoint, excludeMonitors.map(matcherOf))
  }

  #addGlob(entry: Entry): void {
    const { prefix, suffix } = entry.glob
    if (prefix.length >= suffix.length) this.#byPrefix.add(prefix, entry)
    else this.#bySuffix.add(suffix, entry)
  }
}

/** Globs by one of their literal ends. */
class Ends {
  readonly #entries = new Map<string, Entry[]>()
  readonly #lengths = new Set<number>()

  add(end: string, entry: Entry): void {
    push(this.#entries, end, entry)
    this.#lengths.add(end.length)
  }

  *of(name: string, cut: (length: number) => string): Generator<readonly Entry[]> {
    for (const length of this.#lengths) {
      const entries = length <= name.length && this.#entries.get(cut(length))
      if (entries) yield entries
    }
  }
}

/** Whether a name is the text, or matches it if it is a glob. */
export function matcherOf(text: string): (name: string) => boolean {
  return isGlob(text) ? parseGlob(text).matches : name => name === text
}

function addMatching(found: Set<Endpoint>, entries: readonly Entry[], name: string): void {
  for (const { glob, endpoint } of entries) if (glob.matches(name)) found.add(endpoint)
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
