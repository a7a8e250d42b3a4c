import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fromQuery } from '../../src/api/query.ts'
import { parse } from '../../src/api/validation.ts'
import { Problem } from '../../src/ground/errors.ts'

const schema = z.strictObject({
  name: z.string().max(5),
  count: z.int().min(1).optional(),
  filter: z.strictObject({ severities: z.array(z.enum(['critical', 'warning'])) }).optional(),
})

function errorsOf(value: unknown, prefix = ''): string[] {
  try {
    parse(schema, value, 'body', prefix)
    return []
  } catch (error) {
    return (error as Problem).errors.map(({ path, message }) => `${path}: ${message}`)
  }
}

describe('a bad body', () => {
  it('is a 422 that names every field at fault', () => {
    expect(() => parse(schema, { name: 1, count: 0 }, 'body')).toThrow(Problem)
    expect(errorsOf({ name: 1, count: 0 })).toEqual([
      'name: must be a string, not 1',
      'count: must be at least 1',
    ])
  })

  it('names what is missing', () => {
    expect(errorsOf({})).toEqual(['name: is missing'])
  })

  it('names a field deep inside, and the value', () => {
    expect(errorsOf({ name: 'a', filter: { severities: ['critical', 'high'] } })).toEqual([
      'filter.severities[1]: must be "critical" or "warning", not "high"',
    ])
  })

  it('names the event of a batch', () => {
    expect(errorsOf({ name: 'too long' }, '[3]')).toEqual(['[3].name: must have at most 5 characters'])
  })

  it('suggests the field that was meant', () => {
    expect(errorsOf({ name: 'a', fitler: {} })).toEqual([
      'fitler: is not a known field (did you mean filter?)',
    ])
    expect(errorsOf({ name: 'a', filter: { severities: [], severity: [] } })).toEqual([
      'filter.severity: is not a known field (did you mean severities?)',
    ])
    expect(errorsOf({ name: 'a', webhook: 1 })).toEqual(['webhook: is not a known field'])
  })

  it('is a 400 in a query', () => {
    const query = z.strictObject({ limit: z.int().max(200) })
    const read = () => parse(query, fromQuery(query, { limit: '500' }), 'query')
    expect(read).toThrow(expect.objectContaining({ status: 400, message: 'limit must be at most 200.' }))
  })
})

describe('a query string', () => {
  const query = z.strictObject({
    limit: z.int().default(50),
    all: z.boolean().optional(),
    names: z.array(z.string()).optional(),
    text: z.string().optional(),
  })

  it('gives numbers, booleans, and lists of one', () => {
    expect(fromQuery(query, { limit: '7', all: 'true', names: 'a', text: '12' })).toEqual({
      limit: 7,
      all: true,
      names: ['a'],
      text: '12',
    })
  })

  it('leaves what is none of them to the schema', () => {
    expect(fromQuery(query, { limit: '0x10', all: 'yes', other: '1' })).toEqual({
      limit: '0x10',
      all: 'yes',
      other: '1',
    })
  })
})
