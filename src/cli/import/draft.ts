import { checkCode } from '../../api/code/document.ts'
import { Problem } from '../../ground/errors.ts'
import { withoutValue } from '../code/faults.ts'
import { escaped } from '../code/interpolate.ts'
import { Template } from '../code/template.ts'

export type Section = 'monitors' | 'endpoints' | 'maintenance_windows'
export type Entry = Readonly<Record<string, unknown>> & { readonly name: string }
/** A text, or one in which variables stand. */
export type Text = string | Template

/** Something of the file that has no counterpart here, or not the same one. */
export interface NotMapped {
  /** `monitor "shop"` */
  readonly thing: string
  /** As the file calls it; null: the whole thing. */
  readonly field: string | null
  readonly reason: string
}

/** What was made of a file. */
export interface Imported {
  readonly document: Readonly<Partial<Record<Section, readonly Entry[]>>>
  readonly notMapped: readonly NotMapped[]
  /** To be set before the document is applied. */
  readonly variables: readonly { readonly name: string; readonly about: string }[]
}

const MOST_NAME = 200
const MOST_VARIABLE = 60
/** What an unknown variable is taken for while the document is checked: by the field that it stands in. */
const STAND_INS: Readonly<Record<string, string>> = {
  url: 'https://hidden.invalid/',
  from: 'user@example.com',
  to: 'user@example.com',
}
const STAND_IN = 'x'.repeat(32)

/** A document in the making, with what could not be taken over, and the secrets that must not be in it. */
export class Draft {
  readonly #entries: Record<Section, { readonly thing: string; readonly entry: Entry }[]> = {
    monitors: [],
    endpoints: [],
    maintenance_windows: [],
  }
  readonly #notMapped: NotMapped[] = []
  readonly #variables = new Map<string, { readonly value: string | null; readonly about: string }>()
  readonly #names = new Map<Section, Set<string>>()

  /** A name that nothing of the section has yet; where it differs from what was asked for, that is noted. */
  nameOf(section: Section, wanted: string, thing: string): string {
    const names = this.#names.get(section) ?? new Set()
    this.#names.set(section, names)
    const base = wanted.trim().slice(0, MOST_NAME) || 'without a name'
    let name = base
    for (let count = 2; names.has(name); count++) name = `${base.slice(0, MOST_NAME - 6)} (${count})`
    names.add(name)
    if (name !== wanted) this.note(thing, 'name', `is ${JSON.stringify(name)} here: names are unique`)
    return name
  }

  add(section: Section, thing: string, entry: Entry): void {
    this.#entries[section].push({ thing, entry })
  }

  /** Notes that something has no counterpart, or another one. */
  note(thing: string, field: string | null, reason: string): void {
    this.#notMapped.push({ thing, field, reason })
  }

  /** The variable that stands for a secret of the file. Equal secrets share one. */
  secret(value: string, name: string, about: string): Template {
    for (const [known, { value: its }] of this.#variables)
      if (its === value) return new Template(`\${${known}}`, value)
    const base =
      name
        .normalize('NFKD')
        .toUpperCase()
        .replace(/[^A-Z0-9]+/g, '_')
        .replace(/^_+(?=[A-Z])|_+$/g, '')
        .replace(/^(?=\d)/, '_')
        .slice(0, MOST_VARIABLE) || 'SECRET'
    let unique = base
    for (let count = 2; this.#variables.has(unique); count++) unique = `${base}_${count}`
    this.#variables.set(unique, { value, about })
    return new Template(`\${${unique}}`, value)
  }

  /** Notes a variable that the file itself asks for. */
  variable(name: string, about: string): void {
    if (!this.#variables.has(name)) this.#variables.set(name, { value: null, about })
  }

  /** What is valid of it; what is not is among what was not mapped. */
  finish(): Imported {
    const document: Partial<Record<Section, Entry[]>> = {}
    for (const section of ['monitors', 'endpoints', 'maintenance_windows'] as const) {
      const entries = this.#entries[section].flatMap(one => (this.#isValid(section, one) ? [one.entry] : []))
      if (entries.length > 0) document[section] = entries
    }
    const used = namesIn(document)
    const variables = [...this.#variables].flatMap(([name, { about }]) =>
      used.has(name) ? [{ name, about }] : [],
    )
    return { document, notMapped: this.#notMapped, variables }
  }

  #isValid(section: Section, { thing, entry }: { thing: string; entry: Entry }): boolean {
    try {
      checkCode({ [section]: [filledIn(entry)] }, Date.now())
      return true
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      for (const { path, message } of error.errors) {
        const field = path.replace(/^\w+\[0\]\.?/, '')
        this.note(thing, null, `is left out: ${field} ${withoutValue(message)}`)
      }
      return false
    }
  }
}

/** Texts one after the other, as one. */
export function joined(...parts: readonly Text[]): Text {
  if (parts.every(part => typeof part === 'string')) return parts.join('')
  const text = parts.map(part => (typeof part === 'string' ? escaped(part) : part.text)).join('')
  const samples = parts.map(part => (typeof part === 'string' ? part : part.sample))
  return new Template(text, samples.includes(null) ? null : samples.join(''))
}

function filledIn(value: unknown, key = ''): unknown {
  if (value instanceof Template) return value.sample ?? STAND_INS[key] ?? STAND_IN
  if (Array.isArray(value)) return value.map(one => filledIn(one, key))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filledIn(one, name)]))
}

function namesIn(value: unknown): Set<string> {
  if (value instanceof Template)
    return new Set([...value.text.matchAll(/(?<!\$)\$\{(\w+)\}/g)].map(([, name]) => name as string))
  if (typeof value !== 'object' || value === null) return new Set()
  return new Set(Object.values(value).flatMap(one => [...namesIn(one)]))
}
