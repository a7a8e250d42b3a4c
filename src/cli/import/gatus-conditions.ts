import { parseJsonPath } from '../../detect/checks/http/json-path.ts'
import type { Text } from './draft.ts'
import { durationOf, gatusText } from './gatus-text.ts'
import type { Json } from './values.ts'

/** A condition of Gatus: `[STATUS] == 200`. */
export interface Condition {
  readonly text: string
  readonly left: string
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>='
  readonly right: string
}

const REDIRECTS = [301, 302, 303, 307, 308]
const FIRST_STATUS = 100
const LAST_STATUS = 599
const DAY_MS = 86_400_000
const MIRRORED = { '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const
/** What is bad where the operator says what is good. */
const BAD = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const

/** Reads a condition, the placeholder on its left; null: it is none. */
export function readCondition(text: string): Condition | null {
  const match = /^(.*?) (==|!=|<=|>=|<|>) (.*)$/s.exec(text)
  if (!match) return null
  const [left, operator, right] = [match[1]!.trim(), match[2] as Condition['operator'], match[3]!.trim()]
  const isMirrored = !isPlaceholder(left) && isPlaceholder(right)
  return isMirrored
    ? { text, left: right, operator: MIRRORED[operator], right: left }
    : { text, left, operator, right }
}

function isPlaceholder(text: string): boolean {
  return /^(?:has|len)\(|^\[[A-Z_]+\]/.test(text)
}

/** The statuses that all conditions on `[STATUS]` allow; null: one of them cannot be said here. */
export function statusesOf(conditions: readonly Condition[], followsRedirects: boolean): string[] | null {
  const tests = conditions.map(testOf)
  if (tests.includes(null)) return null
  const ranges: [number, number][] = []
  for (let status = FIRST_STATUS; status <= LAST_STATUS; status++) {
    if (followsRedirects && REDIRECTS.includes(status)) continue
    if (!tests.every(test => test!(status))) continue
    const last = ranges.at(-1)
    if (last && last[1] === status - 1) last[1] = status
    else ranges.push([status, status])
  }
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`))
}

function testOf({ operator, right }: Condition): ((status: number) => boolean) | null {
  const any = functionOf('any', right)
  const pattern = functionOf('pat', right)
  if (operator === '==' || operator === '!=') {
    const wants = operator === '=='
    if (any !== null) {
      const all = any.split(',').map(one => Number(one))
      return all.some(Number.isNaN) ? null : status => all.includes(status) === wants
    }
    if (pattern !== null) {
      const matches = patternOf(pattern)
      return status => matches.test(String(status)) === wants
    }
    const one = Number(right)
    return Number.isNaN(one) ? null : status => (status === one) === wants
  }
  const level = Number(right)
  if (Number.isNaN(level)) return null
  return {
    '<': (status: number) => status < level,
    '<=': (status: number) => status <= level,
    '>': (status: number) => status > level,
    '>=': (status: number) => status >= level,
  }[operator]
}

/** A condition on `[BODY]` of an answer as an assertion; null: there is none like it. */
export function assertionOf({ left, operator, right }: Condition): Json | null {
  const existence = functionOf('has', left)
  if (existence !== null) {
    const path = pathOf(existence)
    const isThere = (right === 'true') === (operator === '==')
    const isBoolean = (operator === '==' || operator === '!=') && (right === 'true' || right === 'false')
    return path === null || !isBoolean
      ? null
      : { source: 'json', path, operator: isThere ? 'exists' : 'absent' }
  }
  if (functionOf('any', right) !== null || !left.startsWith('[BODY]')) return null
  const part = containedPart(functionOf('pat', right))
  if (functionOf('pat', right) !== null && part === null) return null
  const word = wordOf(operator, part !== null)
  if (word === null) return null
  if (left === '[BODY]')
    return /than/.test(word) ? null : { source: 'body', operator: word, value: gatusText(part ?? right) }
  const path = pathOf(left)
  return path === null
    ? null
    : { source: 'json', path, operator: word, value: part === null ? jsonValueOf(right) : gatusText(part) }
}

function wordOf(operator: Condition['operator'], isPart: boolean): string | null {
  if (operator === '==') return isPart ? 'contains' : 'equals'
  if (operator === '!=') return isPart ? 'not_contains' : 'not_equals'
  if (isPart) return null
  return operator === '<' ? 'less_than' : operator === '>' ? 'greater_than' : null
}

/** A condition on `[RESPONSE_TIME]` as a threshold; null: there is none like it. */
export function responseTimeThreshold({ operator, right }: Condition): Json | null {
  const value = durationOf(right) ?? Number(right)
  if (operator === '==' || operator === '!=' || Number.isNaN(value)) return null
  return { metric: 'response_time_ms', operator: BAD[operator], value, severity: 'critical', status: 'down' }
}

/** The days that a condition on `[CERTIFICATE_EXPIRATION]` wants left; null: it wants something else. */
export function certificateDays({ operator, right }: Condition): { days: number; isExact: boolean } | null {
  const ms = durationOf(right) ?? Number(right)
  if ((operator !== '>' && operator !== '>=') || Number.isNaN(ms)) return null
  return { days: Math.ceil(ms / DAY_MS), isExact: ms % DAY_MS === 0 }
}

/** The records that a condition on `[BODY]` of a name server's answer wants; null: it wants something else. */
export function recordsOf({ left, operator, right }: Condition): Text[] | null {
  if (left !== '[BODY]' || operator !== '==' || functionOf('pat', right) !== null) return null
  return (functionOf('any', right)?.split(',') ?? [right]).map(one => gatusText(one.trim()))
}

/** `[BODY].user[0].name` as `$.user[0].name`. */
function pathOf(placeholder: string): string | null {
  const path = placeholder
    .trim()
    .replace(/^\[BODY\]/, '$')
    .replaceAll('.[', '[')
  return parseJsonPath(path) === null ? null : path
}

function functionOf(name: string, text: string): string | null {
  return text.startsWith(`${name}(`) && text.endsWith(')') ? text.slice(name.length + 1, -1) : null
}

/** The text of `*text*`; null: the pattern is another one. */
function containedPart(pattern: string | null): string | null {
  return pattern === null ? null : (/^\*([^*?[\]\\]+)\*$/.exec(pattern)?.[1] ?? null)
}

/** `*` any characters, `?` one. */
function patternOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`)
}

function jsonValueOf(text: string): unknown {
  if (text === 'true' || text === 'false' || text === 'null') return JSON.parse(text)
  return text !== '' && !Number.isNaN(Number(text)) ? Number(text) : gatusText(text)
}
