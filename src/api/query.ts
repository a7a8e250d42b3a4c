import type { z } from 'zod'
import { unwrap } from './validation.ts'

/**
 * A query string's texts as the values that its schema names: numbers, booleans, and a parameter
 * given once as a list of one, given empty as an empty list. A text that is none of them stays, for the schema to refuse.
 */
export function fromQuery(schema: z.ZodObject, query: unknown): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    const field = schema.shape[name] as z.core.$ZodType | undefined
    values[name] = field ? read(unwrap(field)._zod.def.type, value) : value
  }
  return values
}

function read(type: string, value: unknown): unknown {
  if (type === 'array') return value === '' ? [] : Array.isArray(value) ? value : [value]
  if (typeof value !== 'string') return value
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value
  if (type === 'number') return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
  return value
}
