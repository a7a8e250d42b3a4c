import { type FieldError, Problem } from '../../ground/errors.ts'
import type { Fault, Source } from './source.ts'

/** What is wrong with a file, each fault with its line. */
export function invalidFile(label: string, faults: readonly Fault[]): Problem {
  const errors = faults.map(({ place, path, message }) => ({
    path: [`${label}${place ? `:${place.line}:${place.column}` : ''}`, path].join(' ').trimEnd(),
    message,
  }))
  const count = faults.length === 1 ? 'one fault' : `${faults.length} faults`
  return new Problem(422, 'invalid-file', 'Invalid file', `${label} has ${count}, and nothing was changed`, {
    errors,
  })
}

/** Fields at fault as the API names them, with their lines, and without the values of variables. */
export function located(errors: readonly FieldError[], source: Source): Fault[] {
  return errors.map(({ path, message }) => {
    const names = variablesAt(source, path)
    return {
      place: placeOf(source, path),
      path,
      message: names.length === 0 ? message : `${withoutValue(message)} (from ${names.join(', ')})`,
    }
  })
}

/** The names of the variables that a value, or anything in it, came from. */
export function variablesAt({ variables }: Source, path: string): string[] {
  const wanted = path.toLowerCase()
  const found = [...variables].flatMap(([at, names]) => {
    const here = at.toLowerCase()
    return here === wanted || isWithin(here, wanted) || isWithin(wanted, here) ? names : []
  })
  return [...new Set(found)]
}

/** The line of the path, or of what it is part of. */
function placeOf({ places }: Source, path: string) {
  for (let at = path; at !== ''; at = at.replace(/(\.[^.[\]]*|\[\d+\]|^[^.[\]]+)$/, '')) {
    const place = places.get(at)
    if (place) return place
    if (!/(\.[^.[\]]*|\[\d+\]|^[^.[\]]+)$/.test(at)) break
  }
  return null
}

function isWithin(inner: string, outer: string): boolean {
  return inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`)
}

/** A message of a fault without the value that is at fault. */
export function withoutValue(message: string): string {
  return message.replace(/, not .*$/s, '').replace(/"[^"]*"/g, '"●●●"')
}
