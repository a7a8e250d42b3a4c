import { Template } from '../code/template.ts'
import { joined, type Text } from './draft.ts'

const VARIABLE = /\$\$|\$\{([A-Za-z_]\w*)\}|\$([A-Za-z_]\w*)/g

/** A text of Gatus: its `${NAME}` and `$NAME` stay variables, and its `$$` is a `$`. */
export function gatusText(text: string): Text {
  const parts: Text[] = []
  let at = 0
  for (const match of text.matchAll(VARIABLE)) {
    parts.push(text.slice(at, match.index))
    parts.push(match[0] === '$$' ? '$' : new Template(`\${${match[1] ?? match[2]}}`, null))
    at = match.index + match[0].length
  }
  return joined(...parts, text.slice(at))
}

/** Names of the variables that a configuration asks for. */
export function variablesIn(text: string): Set<string> {
  const found = [...text.matchAll(VARIABLE)].flatMap(([, braced, bare]) => braced ?? bare ?? [])
  return new Set(found)
}

/** A text without variables; null: it has some. */
export function plainText(text: string): string | null {
  const read = gatusText(text)
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
