import { dayOf } from '../ground/ids.ts'
import type { Delivery, Event } from '../ground/vocabulary.ts'
import {
  bigint,
  boolean,
  date,
  float8,
  json,
  parametersOf,
  plain,
  rowsOf,
  smallint,
  text,
} from './columns.ts'
import type { Queryable } from './database.ts'
import { DELIVERY_SHAPE, insertDeliveries, type WaitingRow } from './delivery-rows.ts'
import { POSITION } from './feed.ts'
import { type Ruling, rulingParts, rulingRows, stillOwned } from './ruling.ts'

/** A producer's own event id or Idempotency-Key, with what was answered to it. */
export interface IngestKey {
  readonly workspaceId: string
  readonly bucket: number
  readonly key: string
  readonly hash: Buffer
  readonly answer: unknown
  readonly createdAt: number
}

/** An event and where it is to go; the fact itself. */
export interface RoutedEvent {
  readonly event: Event
  readonly deliveries: readonly Delivery[]
}

/** A delivery made anew of a kept event. */
export interface ReplayedDelivery {
  readonly delivery: Delivery
  readonly event: Event
  readonly replayOf: string
  /** Day of the event's row. */
  readonly eventDay: string
}

export interface Acceptance {
  readonly routed: readonly RoutedEvent[]
  readonly replays: readonly ReplayedDelivery[]
  readonly keys: readonly IngestKey[]
  /** Monitors that may be unknown: [id, workspace, name]. */
  readonly monitors: readonly { id: string; workspaceId: string; name: string }[]
  /** What a monitor's owner decided, its events among them; left out: they came from outside. */
  readonly ruling?: Ruling
}

interface EventRow {
  readonly routed: RoutedEvent
  /** Under which its deliveries came into memory, or the ruling was made; null: neither. */
  readonly epoch: number | null
  readonly ruled: boolean
}

const EVENT_SHAPE = {
  bucket: smallint<EventRow>(({ routed }) => routed.event.bucket),
  workspace_id: plain<EventRow>(({ routed }) => routed.event.workspaceId),
  event_id: text<EventRow>(({ routed }) => routed.event.eventId),
  day: date<EventRow>(({ routed }) => dayOf(routed.event.acceptedAt)),
  event_type: plain<EventRow>(({ routed }) => routed.event.eventType),
  monitor_name: text<EventRow>(({ routed }) => routed.event.monitorName),
  status: plain<EventRow>(({ routed }) => routed.event.status),
  severity: plain<EventRow>(({ routed }) => routed.event.severity),
  region: text<EventRow>(({ routed }) => routed.event.region),
  incident_id: text<EventRow>(({ routed }) => routed.event.incidentId),
  payload: json<EventRow>(({ routed }) => routed.event.payload),
  matched: json<EventRow>(({ routed }) => matchedOf(routed.deliveries)),
  accepted_at: float8<EventRow>(({ routed }) => routed.event.acceptedAt),
  epoch: bigint<EventRow>(({ epoch }) => epoch),
  ruled: boolean<EventRow>(({ ruled }) => ruled || null),
}

/** A bucket with the epoch under which it is believed to be the writer's; null: another's. */
type Belief = readonly [bucket: number, epoch: number | null]

const BELIEF_SHAPE = {
  bucket: smallint<Belief>(([bucket]) => bucket),
  epoch: bigint<Belief>(([, epoch]) => epoch),
}

const FIRST_OF_EVENTS = 1
const FIRST_OF_BELIEFS = FIRST_OF_EVENTS + Object.keys(EVENT_SHAPE).length
const FIRST_OF_MORE = FIRST_OF_BELIEFS + Object.keys(BELIEF_SHAPE).length
const KEYS = FIRST_OF_MORE + Object.keys(DELIVERY_SHAPE).length
const MONITORS = KEYS + 1

const STAYS = 'not exists (select from lost l where l.bucket = d.bucket)'

/** SQL: what a group may bring beside events. */
const MORE = `
    kept_keys as (
      insert into ingest_keys (bucket, workspace_id, key, hash, answer, created_at)
      select bucket, workspace_id, key, decode(hash, 'hex'), answer, to_timestamp(created_at / 1000)
      from json_to_recordset($${KEYS}) as k (bucket smallint, workspace_id text, key text, hash text, answer jsonb,
        created_at double precision)
    ), kept_monitors as (
      insert into monitors (id, workspace_id, name, kind)
      select id, workspace_id, name, 'external'
      from json_to_recordset($${MONITORS}) as m (id text, workspace_id text, name text)
      on conflict (workspace_id, name) do nothing
    ), kept_deliveries as (
      ${insertDeliveries(FIRST_OF_MORE, {
        place: `case when ${STAYS} then d.place else 'due' end`,
        dueAt: `case when ${STAYS} then to_timestamp(d.due_at / 1000) else to_timestamp(d.created_at / 1000) end`,
        epoch: 'd.epoch',
      })}
      where ${STAYS} or d.replay_of is not null
      on conflict do nothing
      returning id, bucket, place
    )`

/**
 * Everything of a group in one statement, one commit; parameters are columns ({@link parametersOf}), or JSON where
 * rows are few. An event's row names its deliveries: those that go straight to memory get rows of their own with
 * their first result. Where the bucket is not ours at that moment (`lost`), all of an event's that counts get one now,
 * and come back, for their owner to be told.
 *
 * Nearly every group is events alone, and what is not in a statement costs nothing: so `more` (deliveries that wait in
 * the table, keys, monitors) and rulings each have their own. What was decided for a bucket that another node owns by
 * now is left out.
 */
const ACCEPT = { name: 'accept', text: acceptText({ more: false, rulings: false }) }
const ACCEPT_MORE = { name: 'accept_more', text: acceptText({ more: true, rulings: false }) }
const ACCEPT_RULED = { name: 'accept_ruled', text: acceptText({ more: false, rulings: true }) }
const ACCEPT_ALL = { name: 'accept_all', text: acceptText({ more: true, rulings: true }) }

function acceptText(has: { more: boolean; rulings: boolean }): string {
  const events = rowsOf(EVENT_SHAPE, FIRST_OF_EVENTS, 'e')
  const rulings = has.rulings ? rulingParts(has.more ? MONITORS + 1 : FIRST_OF_MORE) : null
  const counts = rulings ? `(e.ruled is null or ${stillOwned('e')})` : 'true'
  return `
    with ${rulings ? `${rulings.owned}, ${rulings.kept},` : ''} lost as (
      select w.bucket from ${rowsOf(BELIEF_SHAPE, FIRST_OF_BELIEFS, 'w')}
      where not exists (select from buckets b where b.bucket = w.bucket and b.epoch = w.epoch)
    ), kept_events as (
      insert into events (bucket, workspace_id, event_id, day, event_type, monitor_name, status, severity,
                          region, incident_id, payload, matched, accepted_at, position, epoch)
      select bucket, workspace_id, event_id, day, event_type, monitor_name, status, severity,
             region, incident_id, payload, matched::jsonb, to_timestamp(accepted_at / 1000), ${POSITION}, epoch
      from ${events} where ${counts}
    ), kept_of_lost as (
      insert into deliveries (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name, incident_id,
                              created_at, status, place, due_at)
      select e.bucket, m ->> 1, e.day, e.workspace_id, e.event_id, e.day, m ->> 0, e.monitor_name, e.incident_id,
             to_timestamp(e.accepted_at / 1000), 'pending', 'due', to_timestamp(e.accepted_at / 1000)
      from ${events} cross join lateral jsonb_array_elements(e.matched::jsonb) m
      where exists (select from lost) and e.bucket in (select l.bucket from lost l) and ${counts}
      on conflict do nothing
      returning id, bucket
    )${has.more ? `, ${MORE}` : ''}
    select id, bucket, null::bigint as epoch, null::bigint as position from kept_of_lost
    ${has.more ? `union all select id, bucket, null, null from kept_deliveries where place = 'due'` : ''}
    ${rulings ? 'union all select null, bucket, epoch, null from owned' : ''}
    union all select null, null, null, ${POSITION}`
}

/** Where a delivery of one of our own buckets is after its commit. */
export type Place = 'memory' | 'parked' | 'due'

/** Where a delivery goes with its commit. */
export interface Placing {
  /** The epoch under which this node owns a bucket, or null. */
  epochOf(bucket: number): number | null
  /** `memory`: sent straight after; `parked`: once its endpoint has room; `due`: in its turn, as the table says. */
  placeOf(delivery: Delivery): Place
}

export interface Inserted {
  /** Where the group stands in the feed. */
  readonly position: number
  /** Deliveries that wait in the table for their owner to fetch them, who may be ourselves. */
  readonly due: readonly { id: string; bucket: number }[]
  /** Those of the group whose ruling did not count: their bucket has another owner. Nothing of them is kept. */
  readonly void: ReadonlySet<Acceptance>
}

interface AnswerRow {
  id: string | null
  bucket: number | null
  epoch: string | null
  position: string | null
}

/**
 * Commits a group of acceptances.
 * @throws the driver's error; 23505 when another request took one of the keys first: nothing is kept then
 */
export async function insertAcceptances(
  lane: Queryable,
  group: readonly Acceptance[],
  placing: Placing,
): Promise<Inserted> {
  const events: EventRow[] = []
  const deliveries: WaitingRow[] = []
  const beliefs = new Map<number, number | null>()
  const keys: object[] = []
  const monitors: object[] = []
  // What we do not hold must have a row. So an owner's ruling while its lease is in doubt, or of an earlier epoch, makes
  // the bucket another's for the whole group.
  const believe = (bucket: number, ruling?: Ruling): number | null => {
    const ours = placing.epochOf(bucket)
    const epoch = ruling && ruling.epoch !== ours ? null : ours
    if (epoch === null || !beliefs.has(bucket)) beliefs.set(bucket, epoch)
    return epoch
  }
  for (const acceptance of group) {
    const { ruling } = acceptance
    for (const routed of acceptance.routed) {
      const { bucket } = routed.event
      const epoch = believe(bucket, ruling)
      events.push({ routed, epoch: ruling?.epoch ?? epoch, ruled: ruling !== undefined })
      if (epoch === null) continue
      for (const delivery of routed.deliveries) {
        const place = placing.placeOf(delivery)
        if (place !== 'memory') deliveries.push(waitingRow(delivery, place, epoch))
      }
    }
    for (const { delivery, eventDay, replayOf } of acceptance.replays) {
      const epoch = believe(delivery.bucket)
      const replay = { of: replayOf, eventDay }
      deliveries.push({ ...waitingRow(delivery, placing.placeOf(delivery), epoch), replay })
    }
    for (const key of acceptance.keys) keys.push(keyRow(key))
    for (const { id, workspaceId, name } of acceptance.monitors)
      monitors.push({ id, workspace_id: workspaceId, name })
  }
  const rulings = group.flatMap(({ ruling }) => ruling ?? [])
  const more = deliveries.length + keys.length + monitors.length > 0
  const { rows } = await lane.query<AnswerRow>(statementFor(more, rulings.length > 0), [
    ...parametersOf(EVENT_SHAPE, events),
    ...parametersOf(BELIEF_SHAPE, [...beliefs]),
    ...(more
      ? [...parametersOf(DELIVERY_SHAPE, deliveries), JSON.stringify(keys), JSON.stringify(monitors)]
      : []),
    ...(rulings.length > 0 ? rulingRows(rulings).map(list => JSON.stringify(list)) : []),
  ])
  return answerOf(rows, group)
}

function statementFor(more: boolean, rulings: boolean) {
  if (rulings) return more ? ACCEPT_ALL : ACCEPT_RULED
  return more ? ACCEPT_MORE : ACCEPT
}

function answerOf(rows: readonly AnswerRow[], group: readonly Acceptance[]): Inserted {
  const due: { id: string; bucket: number }[] = []
  const owned = new Set<string>()
  let position = 0
  for (const row of rows) {
    if (row.position !== null) position = Number(row.position)
    else if (row.id !== null) due.push({ id: row.id, bucket: row.bucket as number })
    else owned.add(`${row.bucket} ${row.epoch}`)
  }
  const isVoid = ({ ruling }: Acceptance) => ruling && !owned.has(`${ruling.bucket} ${ruling.epoch}`)
  return { position, due, void: new Set(group.filter(isVoid)) }
}

function waitingRow(delivery: Delivery, place: Place, epoch: number | null): WaitingRow {
  return { delivery, place, dueAt: place === 'due' ? delivery.createdAt : null, epoch }
}

function matchedOf(deliveries: readonly Delivery[]): string {
  return JSON.stringify(deliveries.map(delivery => [delivery.endpointId, delivery.id]))
}

function keyRow(key: IngestKey): object {
  return {
    bucket: key.bucket,
    workspace_id: key.workspaceId,
    key: key.key,
    hash: key.hash.toString('hex'),
    answer: key.answer,
    created_at: key.createdAt,
  }
}

const FIND_KEYS = {
  name: 'find_ingest_keys',
  text: `select k.key, k.hash, k.answer from ingest_keys k
         join json_to_recordset($1) as j (bucket smallint, workspace_id text, key text)
         on k.bucket = j.bucket and k.workspace_id = j.workspace_id and k.key = j.key`,
}

/** The keys of a request that were used before, with the answer that was given then. */
export async function findIngestKeys(
  lane: Queryable,
  keys: readonly { bucket: number; workspaceId: string; key: string }[],
): Promise<Map<string, { hash: Buffer; answer: unknown }>> {
  const asked = keys.map(({ bucket, workspaceId, key }) => ({ bucket, workspace_id: workspaceId, key }))
  const { rows } = await lane.query<{ key: string; hash: Buffer; answer: unknown }>(FIND_KEYS, [
    JSON.stringify(asked),
  ])
  return new Map(rows.map(row => [row.key, { hash: row.hash, answer: row.answer }]))
}
