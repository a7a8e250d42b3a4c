type Step = string | number

const SHORTHAND = /^\.([A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*)/
const INDEX = /^\[(-?\d{1,9})\]/
const QUOTED = /^\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/

/**
 * Reads a singular query of JSONPath (RFC 9535, section 2.3.5.1): `$.items[0]['first name']`, an index from
 * the end as `[-1]`. Wildcards, slices and filters are not singular; null: it is no such query.
 */
export function parseJsonPath(path: string): readonly Step[] | null {
  if (!path.startsWith('$')) return null
  const steps: Step[] = []
  let rest = path.slice(1)
  while (rest !== '') {
    const match = SHORTHAND.exec(rest) ?? INDEX.exec(rest) ?? QUOTED.exec(rest)
    if (!match) return null
    const word = match[1] ?? match[2] ?? ''
    if (INDEX.test(match[0])) steps.push(Number(word))
    else steps.push(match[0].startsWith('[') ? word.replaceAll(/\\(.)/g, '$1') : word)
    rest = rest.slice(match[0].length)
  }
  return steps
}

/** The value at a path; undefined: there is none. */
export function valueAt(root: unknown, path: readonly Step[]): unknown {
  let value = root
  for (const step of path) {
    if (typeof step === 'number') value = Array.isArray(value) ? value.at(step) : undefined
    else
      value =
        typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, step)
          ? (value as Record<string, unknown>)[step]
          : undefined
    if (value === undefined) return undefined
  }
  return value
}
