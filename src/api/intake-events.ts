import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { bucketOf } from '../ground/bucket.ts'
import { type FieldError, Problem } from '../ground/errors.ts'
import { type CloudEvent, eventTypeOf, isOurs, takeCloudEvents } from '../intake/cloudevents.ts'
import type { Mapping } from '../intake/mapping.ts'
import type { EventInput } from '../keep/keeper.ts'
import { findIngestKeys } from '../store/accept.ts'
import { rememberIngestKeys } from '../store/ingest-keys.ts'
import { readEvents } from './event-input.ts'
import { type Intake, unknownMonitor } from './intake.ts'
import { invalid } from './validation.ts'

/** What became of one CloudEvent. */
export interface CloudEventResult {
  readonly id: string
  readonly source: string
  readonly duplicate: boolean
  readonly event_id: string | null
  readonly deliveries: number | null
  readonly monitor_name: string | null
  readonly rejected: string | null
}

/**
 * Takes CloudEvents: those of our own types are events and are kept as they are, all others are alerts. One that was
 * taken before, under the same source and id, is answered with the first result.
 * @throws Problem 422 when one of ours is no event; 503: not known to be committed
 */
export async function takeEvents(
  intake: Intake,
  workspaceId: string,
  events: readonly CloudEvent[],
  mapping: Mapping,
  request: FastifyRequest,
): Promise<CloudEventResult[]> {
  const ours = events.filter(isOurs)
  const inputs = ours.map(event => toInput(event, request))
  const kept = await keep(intake, workspaceId, ours, inputs, request)
  const others = events.filter(event => !isOurs(event))
  const observed = await observe(intake, workspaceId, others, mapping, request)
  return events.map(event => (kept.get(event) ?? observed.get(event)) as CloudEventResult)
}

/** An event of ours as `POST /v1/events` takes it. @throws Problem 422 that names its fields */
export function toInput(event: CloudEvent, request: FastifyRequest): EventInput {
  const { data, attributes, path } = event
  const at = path === '' ? 'data' : `${path}.data`
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw invalid([{ path: at, message: 'must be an object: an event' }], 'body')
  const eventType = eventTypeOf(event)
  const body = {
    event_id: `ce_${createHash('sha256').update(keyOf(event)).digest('hex').slice(0, 40)}`,
    ...(attributes.time === undefined ? {} : { timestamp: attributes.time }),
    ...(eventType === null ? {} : { event_type: eventType }),
    ...data,
  }
  if (eventType !== null && body.event_type !== eventType)
    throw invalid([{ path: `${at}.event_type`, message: 'must be what the type says, or left out' }], 'body')
  try {
    return readEvents([body], request)[0] as EventInput
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 422) throw error
    const errors = error.errors.map(
      ({ path: field, message }): FieldError => ({
        path: field.replace('[0]', at),
        message,
      }),
    )
    throw invalid(errors, 'body')
  }
}

async function keep(
  { services }: Intake,
  workspaceId: string,
  events: readonly CloudEvent[],
  inputs: readonly EventInput[],
  request: FastifyRequest,
): Promise<Map<CloudEvent, CloudEventResult>> {
  if (inputs.length === 0) return new Map()
  const accepted = await services.keeper.accept(workspaceId, inputs, {
    receivedAt: timeOf(request, services),
  })
  return new Map(
    events.map((event, index) => {
      const one = accepted[index]
      const monitorName = inputs[index]?.monitorName ?? null
      return [
        event,
        {
          ...nothingOf(event),
          duplicate: one?.duplicate ?? false,
          event_id: one?.eventId ?? null,
          deliveries: one?.deliveries ?? null,
          monitor_name: monitorName,
        },
      ]
    }),
  )
}

/** What is remembered is remembered after it was decided on: seen twice, it changes nothing; not at all, it would be lost. */
async function observe(
  intake: Intake,
  workspaceId: string,
  events: readonly CloudEvent[],
  mapping: Mapping,
  request: FastifyRequest,
): Promise<Map<CloudEvent, CloudEventResult>> {
  const results = new Map<CloudEvent, CloudEventResult>()
  if (events.length === 0) return results
  const { database, clock } = intake.services
  const keys = new Map(events.map(event => [event, ingestKey(workspaceId, event)]))
  const used = await findIngestKeys(database.lane('keys'), [...keys.values()])
  const firsts = new Map([...used].map(([key, { answer }]) => [key, answer as CloudEventResult]))
  const fresh: CloudEvent[] = []
  const sightings = []
  for (const event of events) {
    const { key } = keys.get(event) as { key: string }
    const first = firsts.get(key)
    if (first) {
      results.set(event, { ...first, duplicate: true })
      continue
    }
    const taken = takeCloudEvents([event], mapping, timeOf(request, intake.services))
    const result = {
      ...nothingOf(event),
      monitor_name: taken.sightings[0]?.monitorName ?? null,
      rejected: taken.rejected[0]?.message ?? null,
    }
    results.set(event, result)
    // Twice in a batch is a repeat as well.
    firsts.set(key, result)
    if (taken.sightings.length > 0) fresh.push(event)
    sightings.push(...taken.sightings)
  }
  const { unknown } = await intake.observe(workspaceId, { sightings, rejected: [], ignored: 0 })
  for (const event of fresh) {
    const result = results.get(event) as CloudEventResult
    if (result.monitor_name !== null && unknown.includes(result.monitor_name))
      results.set(event, { ...result, rejected: unknownMonitor(result.monitor_name).message })
  }
  const taken = fresh.filter(event => results.get(event)?.rejected === null)
  if (taken.length > 0) {
    const rows = taken.map(event => ({
      ...(keys.get(event) as ReturnType<typeof ingestKey>),
      hash: Buffer.alloc(0),
      answer: results.get(event),
      createdAt: clock.now(),
    }))
    await rememberIngestKeys(database.lane('keys'), rows)
  }
  return results
}

function nothingOf({ id, source }: CloudEvent): CloudEventResult {
  return {
    id,
    source,
    duplicate: false,
    event_id: null,
    deliveries: null,
    monitor_name: null,
    rejected: null,
  }
}

function ingestKey(workspaceId: string, event: CloudEvent) {
  const key = `cloudevent:${createHash('sha256').update(keyOf(event)).digest('hex')}`
  return { workspaceId, bucket: bucketOf(workspaceId, key), key }
}

function keyOf({ source, id }: CloudEvent): string {
  return JSON.stringify([source, id])
}

/** A request without a body was whole from the start. */
function timeOf(request: FastifyRequest, { clock }: Intake['services']): number {
  return request.receivedAt || clock.now()
}
