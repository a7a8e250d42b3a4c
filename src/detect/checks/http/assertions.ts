import { z } from 'zod'
import { CheckFailure } from '../base/result.ts'
import { parseJsonPath, valueAt } from './json-path.ts'

/** An answer, as far as it was read. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
  /** Whether the body is all there. */
  readonly whole: boolean
}

const scalar = z.union([z.string().max(4_096), z.number(), z.boolean(), z.null()])
type Scalar = z.infer<typeof scalar>

const comparing = z.enum(['equals', 'not_equals', 'contains', 'not_contains', 'less_than', 'greater_than'])
const existing = z.enum(['exists', 'absent'])

const json = {
  source: z.literal('json'),
  path: z
    .string()
    .max(500)
    .refine(
      path => parseJsonPath(path) !== null,
      "must be a JSONPath to one value, such as $.data[0]['name']",
    )
    .meta({ description: 'A singular query of JSONPath (RFC 9535).', example: '$.services[0].status' }),
}

const header = { source: z.literal('header'), name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/) }

/** One thing that must hold of an answer. Text is compared by case. */
export const assertionField = z.union([
  z.strictObject({
    source: z.literal('body'),
    operator: z.enum(['contains', 'not_contains', 'equals', 'not_equals']),
    value: z.string().max(4_096),
  }),
  z.strictObject({ ...json, operator: comparing, value: scalar }),
  z.strictObject({ ...json, operator: existing }),
  z.strictObject({ ...header, operator: comparing, value: z.union([z.string().max(4_096), z.number()]) }),
  z.strictObject({ ...header, operator: existing }),
])
export type Assertion = z.infer<typeof assertionField>

const WORDS: Readonly<Record<Assertion['operator'], string>> = {
  equals: 'be',
  not_equals: 'not be',
  contains: 'contain',
  not_contains: 'not contain',
  less_than: 'be less than',
  greater_than: 'be greater than',
  exists: 'be there',
  absent: 'not be there',
}

/** Whether an assertion needs the answer's body. */
export function needsBody(assertion: Assertion): boolean {
  return assertion.source !== 'header'
}

/** @throws CheckFailure at the first assertion that does not hold, with what was found instead */
export function assertAll(answer: Answer, assertions: readonly Assertion[]): void {
  const body = new Body(answer)
  for (const assertion of assertions) {
    const actual = actualOf(assertion, answer, body)
    if (holds(assertion, actual)) continue
    const wanted = 'value' in assertion ? ` ${shown(assertion.value)}` : ''
    const found = assertion.source === 'body' ? body.remark : `it is ${shown(actual)}`
    throw new CheckFailure(
      'assertion',
      `${subjectOf(assertion)} should ${WORDS[assertion.operator]}${wanted}${found && `; ${found}`}`,
    )
  }
}

function subjectOf(assertion: Assertion): string {
  if (assertion.source === 'json') return `The value at ${assertion.path}`
  return assertion.source === 'header' ? `The header ${assertion.name.toLowerCase()}` : 'The body'
}

function actualOf(assertion: Assertion, answer: Answer, body: Body): unknown {
  if (assertion.source === 'body') return body.text
  if (assertion.source === 'json') return valueAt(body.json, parseJsonPath(assertion.path) ?? [])
  const value = answer.headers[assertion.name.toLowerCase()]
  return Array.isArray(value) ? value.join(', ') : value
}

function holds(assertion: Assertion, actual: unknown): boolean {
  switch (assertion.operator) {
    case 'exists':
      return actual !== undefined
    case 'absent':
      return actual === undefined
    case 'equals':
      return isSame(actual, assertion.value)
    case 'not_equals':
      return !isSame(actual, assertion.value)
    case 'contains':
      return contains(actual, assertion.value)
    case 'not_contains':
      return !contains(actual, assertion.value)
    case 'less_than':
      return numberOf(actual) < numberOf(assertion.value)
    case 'greater_than':
      return numberOf(actual) > numberOf(assertion.value)
  }
}

/** A header is text, so `5` there is the number 5 too. */
function isSame(actual: unknown, wanted: Scalar): boolean {
  return (
    actual === wanted ||
    (typeof actual === 'string' && typeof wanted === 'number' && numberOf(actual) === wanted)
  )
}

function contains(actual: unknown, wanted: Scalar): boolean {
  if (Array.isArray(actual)) return actual.includes(wanted)
  return typeof actual === 'string' && actual.includes(String(wanted))
}

/** NaN, which no comparison holds for, unless it is a number or a text of one. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** An answer's body, decoded and parsed when an assertion first asks. */
class Body {
  readonly #answer: Answer
  #text: string | undefined
  #json: { readonly value: unknown } | undefined

  constructor(answer: Answer) {
    this.#answer = answer
  }

  get text(): string {
    const encoding = this.#answer.headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity')
      throw new CheckFailure(
        'assertion',
        `The body is compressed (${shown(encoding)}) although it was asked not to be`,
      )
    this.#text ??= this.#answer.body.toString('utf8')
    return this.#text
  }

  get json(): unknown {
    this.#json ??= { value: parse(this.text, this.remark) }
    return this.#json.value
  }

  /** What a reader should know who wonders why the text is not there. */
  get remark(): string {
    return this.#answer.whole ? '' : `only its first ${this.#answer.body.length} bytes were read`
  }
}

function parse(text: string, remark: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new CheckFailure('assertion', `The body is no JSON${remark && `; ${remark}`}`)
  }
}
