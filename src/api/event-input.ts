import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { type FieldError, Problem } from '../ground/errors.ts'
import type { EventInput } from '../keep/keeper.ts'
import { eventInput } from './schemas/event.ts'
import { fieldErrors, invalid } from './validation.ts'

export const MAX_EVENTS = 1_000
export const MAX_EVENT_BYTES = 256 * 1024

type Body = z.output<typeof eventInput>

/**
 * The events of a request: one, or an array of up to 1,000. Checked by hand, not by a union, so that
 * an error names the event and the field.
 * @throws Problem 413, 422
 */
export function readEvents(body: unknown, request: FastifyRequest): EventInput[] {
  const isBatch = Array.isArray(body)
  const bodies: readonly unknown[] = isBatch ? body : [body]
  if (bodies.length === 0) throw invalid([{ path: '', message: 'the batch holds no event' }], 'body')
  if (bodies.length > MAX_EVENTS) {
    throw tooLarge(`A batch holds at most ${MAX_EVENTS} events, this one has ${bodies.length}.`)
  }
  if (request.bodyBytes > MAX_EVENT_BYTES) refuseLarge(bodies, isBatch)
  const inputs: EventInput[] = []
  const errors: FieldError[] = []
  for (const [index, item] of bodies.entries()) {
    const prefix = isBatch ? `[${index}]` : ''
    const result = eventInput.safeParse(item, { reportInput: true })
    const found = result.success
      ? contradictions(result.data, prefix)
      : fieldErrors(result.error.issues, eventInput, prefix)
    errors.push(...found)
    if (result.success) inputs.push(toEventInput(result.data, (item as { metadata?: Metadata }).metadata))
  }
  if (errors.length > 0) throw invalid(errors, 'body')
  return inputs
}

type Metadata = Record<string, unknown>

/** Keys that stand beside `metadata` when an event comes in, and inside it when it goes out. */
const BESIDE = ['event_type', 'severity', 'incident_id'] as const

/** Whoever passes a payload on sends them inside; two different values are a mistake. */
function contradictions(body: Body, prefix: string): FieldError[] {
  return BESIDE.flatMap(name => {
    const inside = body.metadata?.[name]
    if (inside === undefined || body[name] === undefined || inside === body[name]) return []
    const path = prefix === '' ? `metadata.${name}` : `${prefix}.metadata.${name}`
    return [{ path, message: `must be the same as ${name} beside metadata, or left out` }]
  })
}

/** @param metadata as it was sent: validation may put keys in another order */
export function toEventInput(body: Body, metadata: Metadata | undefined): EventInput {
  const { event_type, severity, incident_id, ...rest } = metadata ?? {}
  const eventType = body.event_type ?? body.metadata?.event_type
  const ofSeverity = body.severity ?? body.metadata?.severity
  const incidentId = body.incident_id !== undefined ? body.incident_id : body.metadata?.incident_id
  return {
    monitorName: body.monitor_name,
    status: body.status,
    ...(ofSeverity === undefined ? {} : { severity: ofSeverity }),
    ...(eventType === undefined ? {} : { eventType }),
    ...(body.event_id === undefined ? {} : { eventId: body.event_id }),
    ...(body.timestamp === undefined ? {} : { timestamp: body.timestamp }),
    ...(incidentId === undefined ? {} : { incidentId }),
    ...(metadata === undefined ? {} : { metadata: rest }),
  }
}

function refuseLarge(bodies: readonly unknown[], isBatch: boolean): void {
  const most = `${MAX_EVENT_BYTES / 1024} KiB`
  if (!isBatch) throw tooLarge(`An event has at most ${most}.`)
  for (const [index, item] of bodies.entries()) {
    if (Buffer.byteLength(JSON.stringify(item) ?? '') <= MAX_EVENT_BYTES) continue
    throw tooLarge(`An event has at most ${most}; [${index}] has more.`, `[${index}]`)
  }
}

function tooLarge(detail: string, path?: string): Problem {
  return new Problem(
    413,
    'too-large',
    'Too large',
    detail,
    path ? { errors: [{ path, message: detail }] } : {},
  )
}
