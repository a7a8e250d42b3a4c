import { isDeepStrictEqual } from 'node:util'
import type { FastifyInstance } from 'fastify'
import type { FieldChange } from '../store/audit-log.ts'
import type { Caller } from './caller.ts'
import type { AnyOperation, Call } from './operation.ts'

/** What is known of a change once it was made. */
export interface Facts {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  /** As it was sent. */
  readonly body: Readonly<Record<string, unknown>>
  /** The thing as it was shown before; empty where nothing shows it. */
  readonly before: Readonly<Record<string, unknown>>
  readonly answer: Readonly<Record<string, unknown>>
}

/** How an operation that changes something is written down in the audit log. */
export interface AuditRule {
  /** What was done, before the thing's name: `Made the endpoint`. */
  readonly words: string | ((facts: Facts) => string)
  /** The operation that shows the thing by the same parameters. */
  readonly before?: string
  /** What it was done to; left out: `id` and `name` of parameters, answer or body. */
  readonly target?: (facts: Facts) => { id: string | null; name: string | null }
  /** Names and ids of whatever else it was done to. */
  readonly also?: (facts: Facts) => string[]
  /** Whose log it goes to; left out: the caller's workspace. */
  readonly workspace?: (facts: Facts) => string
  /** Fields that changed; left out: those that the body names. */
  readonly changes?: (facts: Facts) => FieldChange[]
  /** When nothing was changed after all. */
  readonly unless?: (facts: Facts) => boolean
}

/** Every operation that may change something has a rule, or says why it needs none. */
export type OperationAudit = AuditRule | { readonly exempt: string }

const CHANGING: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE']
/** A longer value, as JSON, is named only. */
const LONGEST_VALUE = 1_000
const LONGEST_NAME = 200
/** Whatever a view shows under such a name is never kept. */
const SECRET_NAME = /secret|password|token|header|credential|authorization|^key$/i

/** @throws Error when an operation that may change something does not say how it is audited */
export function ruleOf(operation: AnyOperation): AuditRule | null {
  const { audit, id, method } = operation
  if (audit === undefined && CHANGING.includes(method))
    throw new Error(`${id} may change something: it needs a rule for the audit log, or a reason why not`)
  return audit === undefined || 'exempt' in audit ? null : audit
}

/**
 * Runs an operation's handler, and writes down what it changed once it succeeded. What it answers
 * waits for that: whoever is told that it was done finds it in the log.
 */
export async function audited(
  app: FastifyInstance,
  operation: AnyOperation,
  rule: AuditRule,
  // biome-ignore lint/suspicious/noExplicitAny: a call of any operation.
  call: Call<any, any, any, any>,
): Promise<unknown> {
  const before = rule.before === undefined ? {} : await shownBefore(app, rule.before, call)
  const answer = await operation.handler(call)
  const facts: Facts = {
    params: call.params ?? {},
    query: call.query ?? {},
    body: asObject(call.request.body),
    before,
    answer: asObject(answer),
  }
  if (rule.unless?.(facts)) return answer
  // Whoever signs in by a request is its actor from then on.
  const { actor, workspaceId } = call.request.caller as Caller
  const { id, name } = rule.target?.(facts) ?? targetOf(facts)
  const words = typeof rule.words === 'string' ? rule.words : rule.words(facts)
  const called = name ? ` "${name.slice(0, LONGEST_NAME)}"` : id ? ` ${id}` : ''
  await app.audit.record({
    workspaceId: rule.workspace?.(facts) ?? workspaceId,
    actor,
    operation: operation.id,
    summary: words + called,
    targetId: id,
    targetName: name?.slice(0, LONGEST_NAME) || null,
    also: rule.also?.(facts) ?? [],
    changes: rule.changes?.(facts) ?? changesOf(facts),
  })
  return answer
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
async function shownBefore(app: FastifyInstance, id: string, call: Call<any, any, any, any>) {
  const shows = app.operations.find(operation => operation.id === id)
  if (!shows) throw new Error(`there is no operation ${id} that shows what was before`)
  // What cannot be shown cannot be changed either: the operation itself says so.
  return asObject(await shows.handler({ ...call, query: {}, body: undefined }).catch(() => null))
}

function targetOf({ params, body, before, answer }: Facts) {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  return {
    id: text(params.id) ?? text(answer.id),
    name: text(answer.name) ?? text(before.name) ?? text(body.name) ?? text(params.name),
  }
}

/** The fields that the body names and that are another now; by their names alone where no view shows them. */
export function changesOf({ body, before, answer }: Facts): FieldChange[] {
  return differences('', body, before, answer)
}

function differences(
  path: string,
  body: Facts['body'],
  before: Facts['before'],
  answer: Facts['answer'],
): FieldChange[] {
  return Object.keys(body).flatMap((name): FieldChange[] => {
    const field = path + name
    if (SECRET_NAME.test(name) || !(name in answer)) return [{ field }]
    const [given, was, is] = [body[name], before[name], answer[name]]
    if (isObject(given) && isObject(is)) return differences(`${field}.`, given, asObject(was), is)
    // Secrets look the same before and after: that they were given is all that is known.
    if (isDeepStrictEqual(was, is)) return mayHide(is) && !isDeepStrictEqual(given, is) ? [{ field }] : []
    return [{ field, ...valueAs('before', was), ...valueAs('after', is) }]
  })
}

function mayHide(value: unknown): boolean {
  const text = JSON.stringify(value) ?? ''
  return text.includes('***') || text.includes('…')
}

function valueAs<K extends 'before' | 'after'>(name: K, value: unknown): Partial<Record<K, unknown>> {
  if (value === undefined) return {}
  const kept = withoutSecrets(value)
  return JSON.stringify(kept).length > LONGEST_VALUE ? {} : ({ [name]: kept } as Record<K, unknown>)
}

/** What views show is no secret, but a URL's query may hold a token, and a name may say that it is one. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value)
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (!isObject(value)) return value
  const kept = Object.entries(value).filter(([name]) => !SECRET_NAME.test(name))
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutSecrets(each)]))
}

function withoutCredentials(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return text
  return text.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/s, '?…')
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {}
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
