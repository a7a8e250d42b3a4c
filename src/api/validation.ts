import type { z } from 'zod'
import { type FieldError, Problem } from '../ground/errors.ts'

/** Field errors shown at once; more help nobody. */
const MAX_ERRORS = 20

type Issue = z.core.$ZodIssue

/** Where a value stood, which decides the status that a bad one is answered with. */
export type Part = 'body' | 'query' | 'headers'

/**
 * The value as the schema understands it.
 * @param prefix what the paths of errors begin with (`[3]` in a batch)
 * @throws Problem 422 (body) or 400 (query, headers) that names every field at fault
 */
export function parse<S extends z.ZodType>(schema: S, value: unknown, part: Part, prefix = ''): z.output<S> {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  throw invalid(fieldErrors(result.error.issues, schema, prefix), part)
}

/** The problem for fields at fault. */
export function invalid(errors: readonly FieldError[], part: Part): Problem {
  const shown = errors.slice(0, MAX_ERRORS)
  const detail = shown.map(({ path, message }) => (path ? `${path} ${message}` : message)).join('; ')
  return part === 'body'
    ? new Problem(422, 'invalid-body', 'Invalid body', `${detail}.`, { errors: shown })
    : new Problem(400, 'invalid-request', 'Invalid request', `${detail}.`, { errors: shown })
}

/** What a schema found, one entry a field: `[3].filter.severities[0]`. */
export function fieldErrors(issues: readonly Issue[], schema: z.ZodType, prefix = ''): FieldError[] {
  return issues.flatMap(issue => errorsOf(issue, schema, prefix))
}

function errorsOf(issue: Issue, schema: z.ZodType, prefix: string): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, issue.path)
    return issue.keys.map(key => ({
      path: pathOf([...issue.path, key], prefix),
      message: `is not a known field${suggestion(key, known)}`,
    }))
  }
  if (issue.code === 'invalid_union') {
    // The alternative that fits best is the one that was meant.
    const best = [...issue.errors].sort((left, right) => left.length - right.length)[0]
    if (best?.some(inner => inner.path.length > 0)) {
      return best.flatMap(inner =>
        errorsOf({ ...inner, path: [...issue.path, ...inner.path] }, schema, prefix),
      )
    }
  }
  return [{ path: pathOf(issue.path, prefix), message: messageOf(issue) }]
}

/** `['filter', 'severities', 0]` as `filter.severities[0]`. */
function pathOf(path: readonly PropertyKey[], prefix: string): string {
  let text = prefix
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? String(step) : `.${String(step)}`
  }
  return text
}

function messageOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${article(issue.expected)}, not ${shown(issue.input)}`
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing'
      return `must be ${issue.values.map(value => JSON.stringify(value)).join(' or ')}, not ${shown(issue.input)}`
    case 'too_small':
      return `must ${haveOrBe(issue.origin)} ${issue.inclusive === false ? 'more than' : 'at least'} ${amount(issue.minimum, issue.origin)}`
    case 'too_big':
      return `must ${haveOrBe(issue.origin)} ${issue.inclusive === false ? 'less than' : 'at most'} ${amount(issue.maximum, issue.origin)}`
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
  }
}

function article(expected: string): string {
  if (expected === 'int') return 'a whole number'
  if (expected === 'record') return 'an object'
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`
}

function haveOrBe(origin: string): string {
  return origin === 'number' || origin === 'int' ? 'be' : 'have'
}

function amount(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${limit} character${limit === 1 ? '' : 's'}`
  if (origin === 'array' || origin === 'record' || origin === 'object')
    return `${limit} entr${limit === 1 ? 'y' : 'ies'}`
  return String(limit)
}

/** A value in a message: short, and never a whole object. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

/** The names that an object of the schema may have at a path. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: z.core.$ZodType | undefined = schema
  for (const step of path) at = at && stepInto(unwrap(at), step)
  const found = at && unwrap(at)
  return found && found._zod.def.type === 'object' ? Object.keys(shapeOf(found)) : []
}

function stepInto(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema._zod.def.type === 'object') return shapeOf(schema)[String(step)]
  if (schema._zod.def.type === 'array') return (schema as z.core.$ZodArray)._zod.def.element
  return undefined
}

/** A schema without its optional, nullable, default and pipe around it. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const def = schema._zod.def as { type: string; innerType?: z.core.$ZodType; in?: z.core.$ZodType }
  if (def.innerType) return unwrap(def.innerType)
  if (def.type === 'pipe' && def.in) return unwrap(def.in)
  return schema
}

/** An object schema's fields. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  return (schema as z.core.$ZodObject)._zod.def.shape
}

function suggestion(key: string, known: readonly string[]): string {
  const near = known
    .map(name => ({ name, distance: distance(key.toLowerCase(), name) }))
    .sort((left, right) => left.distance - right.distance)[0]
  return near && near.distance <= Math.max(2, Math.floor(near.name.length / 3))
    ? ` (did you mean ${near.name}?)`
    : ''
}

/** Levenshtein's distance, capped by the first 40 characters. */
function distance(left: string, right: string): number {
  const a = left.slice(0, 40)
  const b = right.slice(0, 40)
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1)
    }
    row = next
  }
  return row[b.length] as number
}
