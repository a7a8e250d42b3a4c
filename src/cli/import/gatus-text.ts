import type { Template } from '../code/template.ts'
import { Template as TemplateOf } from '../code/template.ts'
import { type Draft, joined, type Text } from './draft.ts'

const VARIABLE = /\$\$|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g

/** A text of Gatus: its `${NAME}` and `$NAME` stay variables, and its `$$` is a `$`. */
export function gatusText(draft: Draft, text: string): Text {
  const parts: Text[] = []
  let at = 0
  for (const match of text.matchAll(VARIABLE)) {
    parts.push(text.slice(at, match.index))
    parts.push(match[0] === '$$' ? '$' : variable(draft, (match[1] ?? match[2]) as string))
    at = match.index + match[0].length
  }
  return joined(...parts, text.slice(at))
}

function variable(draft: Draft, name: string): Template {
  draft.variable(name, 'the file asks for it')
  return new TemplateOf(`\${${name}}`, null)
}

/** A text without variables; null: it has some. */
export function plainText(draft: Draft, text: string): string | null {
  const read = gatusText(draft, text)
  return typeof read === 'string' ? read : null
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

/** A duration as Go writes it (`1h30m`) in ms; a number alone is of nanoseconds. null: it is none. */
export function durationOf(value: unknown): number | null {
  if (typeof value === 'number') return value * 1e-6
  if (typeof value !== 'string' || !/^(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+$/.test(value)) return null
  return [...value.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS_MS[unit as string]!,
    0,
  )
}
