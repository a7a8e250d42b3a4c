import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Backpressure } from '../deliver/backpressure.ts'
import { bucketOf } from '../ground/bucket.ts'
import type { Clock } from '../ground/clock.ts'
import { conflict, Problem, unacceptable, unavailable } from '../ground/errors.ts'
import { newId } from '../ground/ids.ts'
import type { EventType, Severity, Status } from '../ground/vocabulary.ts'
import { findIngestKeys, type IngestKey, type RoutedEvent } from '../store/accept.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Database } from '../store/database.ts'
import { unknownMonitors } from '../store/monitors.ts'
import { type Committer, KeyTaken } from './committer.ts'
import type { IncidentNotes } from './incident-notes.ts'
import { KeyGate } from './key-gate.ts'
import { routeEvent } from './route-event.ts'
import type { Routing } from './routing.ts'
import { StatusNotes } from './status-notes.ts'

/** What a producer says: detection, the API, a foreign alert. */
export interface EventInput {
  readonly monitorName: string
  readonly status: Status
  readonly severity?: Severity
  readonly eventType?: EventType
  /** 1 to 64 of `A-Za-z0-9_.-`; a repeat within 24 h is answered with the first result. */
  readonly eventId?: string
  /** RFC 3339; the time of acceptance when left out. */
  readonly timestamp?: string
  readonly incidentId?: string | null
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** The answer for one event: committed, whatever happens next. */
export interface Accepted {
  readonly eventId: string
  /** It was accepted before, under the same id or key. */
  readonly duplicate: boolean
  /** How many endpoints wanted it. */
  readonly deliveries: number
}

export interface AcceptOptions {
  /** A repeat of the whole request under it, within 24 h, is answered with the first result. */
  readonly idempotencyKey?: string
  /** When the producer's request was whole; ms since the epoch. */
  readonly receivedAt: number
  /** `ourselves`: may name new monitors even where the workspace takes no unknown ones. */
  readonly from?: 'outside' | 'ourselves'
}

const KNOWN_MONITORS = 100_000

/** The one way in for events, whoever produces them. */
export class Keeper {
  readonly #catalog: Catalog
  readonly #database: Database
  readonly #routing: Routing
  readonly #committer: Committer
  readonly #backpressure: Backpressure
  readonly #clock: Clock
  readonly #gate = new KeyGate()
  readonly #notes: StatusNotes
  readonly #incidents: IncidentNotes
  readonly #knownMonitors = new LRUCache<string, true>({ max: KNOWN_MONITORS })

  constructor(options: {
    catalog: Catalog
    database: Database
    routing: Routing
    committer: Committer
    incidents: IncidentNotes
    backpressure: Backpressure
    clock: Clock
  }) {
    this.#catalog = options.catalog
    this.#database = options.database
    this.#routing = options.routing
    this.#committer = options.committer
    this.#backpressure = options.backpressure
    this.#clock = options.clock
    this.#incidents = options.incidents
    this.#notes = new StatusNotes(options.database)
  }

  /**
   * Accepts events of a workspace: all of them or, on an error, none. Resolves once they are
   * committed, and they are on their way to their endpoints by then.
   * @throws Problem 409 (an id or key was used for something else), 422 (unknown monitor where the
   *   workspace forbids it, impossible timestamp), 503 (not known to be committed: send it again)
   */
  async accept(
    workspaceId: string,
    inputs: readonly EventInput[],
    options: AcceptOptions,
  ): Promise<Accepted[]> {
    if (options.from !== 'ourselves') await this.#checkMonitors(workspaceId, inputs)
    const keys = keysOf(workspaceId, inputs, options.idempotencyKey)
    try {
      if (keys.length === 0) return await this.#keep(workspaceId, inputs, options, [], new Map())
      const names = [...new Set(keys.map(({ key }) => `${workspaceId} ${key}`))]
      return await this.#gate.hold(names, () => this.#acceptOnce(workspaceId, inputs, options, keys))
    } catch (error) {
      if (error instanceof Problem) throw error
      throw unavailable(
        'The event was not confirmed by the database. Send it again; with the same event_id or Idempotency-Key it is never sent twice.',
        error,
      )
    }
  }

  /** Another node may take a key between our look and our commit; then we look again. */
  async #acceptOnce(
    workspaceId: string,
    inputs: readonly EventInput[],
    options: AcceptOptions,
    keys: readonly AskedKey[],
  ): Promise<Accepted[]> {
    for (;;) {
      const used = await findIngestKeys(this.#database.lane('keys'), keys)
      for (const asked of keys) {
        const first = used.get(asked.key)
        if (first && !first.hash.equals(asked.hash)) throw conflict(asked.conflict, asked.path)
      }
      const wholeRequest = keys.find(asked => asked.index === null)
      const firstAnswer = wholeRequest && used.get(wholeRequest.key)
      if (firstAnswer) return (firstAnswer.answer as Accepted[]).map(asRepeat)
      try {
        return await this.#keep(workspaceId, inputs, options, keys, used)
      } catch (error) {
        if (!(error instanceof KeyTaken)) throw error
      }
    }
  }

  /** Commits the inputs that are new, and answers for the others with their first result. */
  async #keep(
    workspaceId: string,
    inputs: readonly EventInput[],
    options: AcceptOptions,
    keys: readonly AskedKey[],
    used: ReadonlyMap<string, { answer: unknown }>,
  ): Promise<Accepted[]> {
    const routed: RoutedEvent[] = []
    const metadata: EventInput['metadata'][] = []
    const answers: Accepted[] = []
    const keyOf = new Map(keys.map(asked => [asked.index, asked.key]))
    const answered = new Map<string, Accepted>()
    for (const [index, input] of inputs.entries()) {
      const key = keyOf.get(index)
      const before = key && (answered.get(key) ?? (used.get(key)?.answer as Accepted | undefined))
      if (before) {
        answers.push(asRepeat(before))
        continue
      }
      const fresh = routeEvent(this.#routing, workspaceId, input, options.receivedAt)
      routed.push(fresh)
      metadata.push(input.metadata)
      const answer = { eventId: fresh.event.eventId, duplicate: false, deliveries: fresh.deliveries.length }
      answers.push(answer)
      if (key) answered.set(key, answer)
    }
    if (options.from !== 'ourselves') await this.#backpressure.room(routed)
    await this.#committer.commit({
      routed,
      replays: [],
      keys: keys.flatMap(asked => this.#newKey(asked, answers, answered)),
      monitors: this.#newMonitors(workspaceId, inputs),
    })
    for (const input of inputs) this.#knownMonitors.set(`${workspaceId} ${input.monitorName}`, true)
    for (const [index, { event }] of routed.entries()) {
      this.#notes.note(workspaceId, event.monitorName, event.status, event.acceptedAt)
      this.#incidents.note(event, metadata[index])
    }
    return answers
  }

  /** The row that remembers a key; none for one that is remembered already, or stands in the batch twice. */
  #newKey(
    asked: AskedKey,
    answers: readonly Accepted[],
    answered: ReadonlyMap<string, Accepted>,
  ): IngestKey[] {
    const { workspaceId, bucket, key, hash, index } = asked
    const answer = index === null ? answers : answers[index]
    if (index !== null && answered.get(key) !== answer) return []
    return [{ workspaceId, bucket, key, hash, answer, createdAt: this.#clock.now() }]
  }

  #newMonitors(workspaceId: string, inputs: readonly EventInput[]) {
    const unknown = new Set<string>()
    for (const { monitorName } of inputs) {
      if (!this.#knownMonitors.has(`${workspaceId} ${monitorName}`)) unknown.add(monitorName)
    }
    return [...unknown].map(name => ({ id: newId('mon', this.#clock.now()), workspaceId, name }))
  }

  async #checkMonitors(workspaceId: string, inputs: readonly EventInput[]): Promise<void> {
    if (this.#catalog.workspace(workspaceId)?.allowUnknownMonitors !== false) return
    const unknown = await unknownMonitors(this.#database, workspaceId, [
      ...new Set(inputs.map(i => i.monitorName)),
    ])
    const index = inputs.findIndex(input => unknown.has(input.monitorName))
    if (index < 0) return
    const path = inputs.length === 1 ? 'monitor_name' : `[${index}].monitor_name`
    throw unacceptable(
      path,
      `there is no monitor "${inputs[index]?.monitorName}", and this workspace takes no unknown ones`,
    )
  }
}

function asRepeat(first: Accepted): Accepted {
  return { ...first, duplicate: true }
}

/** A key that the request uses; `index`: the input whose event id it is, null: the whole request's. */
interface AskedKey {
  readonly workspaceId: string
  readonly bucket: number
  readonly key: string
  readonly hash: Buffer
  readonly index: number | null
  readonly path: string
  readonly conflict: string
}

function keysOf(
  workspaceId: string,
  inputs: readonly EventInput[],
  idempotencyKey: string | undefined,
): AskedKey[] {
  const keys: AskedKey[] = []
  const seen = new Map<string, Buffer>()
  for (const [index, input] of inputs.entries()) {
    if (input.eventId === undefined) continue
    const key = `event:${input.eventId}`
    const path = inputs.length === 1 ? 'event_id' : `[${index}].event_id`
    const text = `event_id ${input.eventId} was used for a different event`
    const hash = hashOf(input)
    if (seen.get(key)?.equals(hash) === false) throw conflict(`${text} in this batch`, path)
    seen.set(key, hash)
    keys.push({ workspaceId, bucket: bucketOf(workspaceId, key), key, hash, index, path, conflict: text })
  }
  if (idempotencyKey !== undefined) {
    const key = `request:${idempotencyKey}`
    const text = 'This Idempotency-Key was used for a different request'
    const bucket = bucketOf(workspaceId, key)
    keys.push({
      workspaceId,
      bucket,
      key,
      hash: hashOf(inputs),
      index: null,
      path: 'Idempotency-Key',
      conflict: text,
    })
  }
  return keys
}

function hashOf(value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(value)).digest()
}
