import { dayOf } from '../ground/ids.ts'
import type { Delivery, Event } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'
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

/** The number of the first parameter that only rulings need. */
const FIRST_OF_RULINGS = 5

/**
 * Everything of a group in one statement, one commit. JSON carries the rows: one parameter a table,
 * and both ends parse it natively. A delivery is `memory` (or `parked`) only if we still own its bucket
 * at that moment; the others come back, for their owner to be told.
 */
const ACCEPT = { name: 'accept', text: acceptText(null) }

/** The same with rulings; what was decided for a bucket that another node owns by now is left out. */
const ACCEPT_RULED = { name: 'accept_ruled', text: acceptText(rulingParts(FIRST_OF_RULINGS)) }

function acceptText(rulings: ReturnType<typeof rulingParts> | null): string {
  const counts = (row: string) => (rulings ? `where ${row}.ruled is null or ${stillOwned(row)}` : '')
  return `
    with ${rulings ? `${rulings.owned}, ${rulings.kept},` : ''} kept_events as (
      insert into events (bucket, workspace_id, event_id, day, event_type, monitor_name, status, severity,
                          region, incident_id, payload, matched, accepted_at, position)
      select bucket, workspace_id, event_id, day, event_type, monitor_name, status, severity,
             region, incident_id, payload, matched, to_timestamp(accepted_at / 1000), ${POSITION}
      from json_to_recordset($1) as e (bucket smallint, workspace_id text, event_id text, day date, event_type text,
        monitor_name text, status text, severity text, region text, incident_id text, payload text, matched jsonb,
        accepted_at double precision, epoch bigint, ruled boolean)
      ${counts('e')}
    ), kept_keys as (
      insert into ingest_keys (bucket, workspace_id, key, hash, answer, created_at)
      select bucket, workspace_id, key, decode(hash, 'hex'), answer, to_timestamp(created_at / 1000)
      from json_to_recordset($3) as k (bucket smallint, workspace_id text, key text, hash text, answer jsonb,
        created_at double precision)
    ), kept_monitors as (
      insert into monitors (id, workspace_id, name, kind)
      select id, workspace_id, name, 'external' from json_to_recordset($4) as m (id text, workspace_id text, name text)
      on conflict (workspace_id, name) do nothing
    ), kept_deliveries as (
      insert into deliveries (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name,
                              incident_id, status, place, due_at, replay_of, created_at)
      select d.bucket, d.id, d.day, d.workspace_id, d.event_id, d.event_day, d.endpoint_id, d.monitor_name,
             d.incident_id, 'pending', case when b.epoch = d.epoch then d.place else 'due' end,
             case when b.epoch = d.epoch and d.place <> 'due' then null else to_timestamp(d.created_at / 1000) end,
             d.replay_of, to_timestamp(d.created_at / 1000)
      from json_to_recordset($2) as d (bucket smallint, id text, day date, workspace_id text, event_id text,
        event_day date, endpoint_id text, monitor_name text, incident_id text, replay_of text,
        created_at double precision, epoch bigint, ruled boolean, place text)
      join buckets b on b.bucket = d.bucket
      ${counts('d')}
      returning id, bucket, place
    )
    select id, bucket, null::bigint as epoch from kept_deliveries where place = 'due'
    ${rulings ? 'union all select null, bucket, epoch from owned' : ''}`
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
  /** Deliveries that wait in the table for their owner to fetch them, who may be ourselves. */
  readonly due: readonly { id: string; bucket: number }[]
  /** Those of the group whose ruling did not count: their bucket has another owner. Nothing of them is kept. */
  readonly void: ReadonlySet<Acceptance>
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
  const events: object[] = []
  const deliveries: object[] = []
  const keys: object[] = []
  const monitors: object[] = []
  for (const acceptance of group) {
    const { ruling } = acceptance
    for (const routed of acceptance.routed) {
      events.push(eventRow(routed, ruling))
      const day = dayOf(routed.event.acceptedAt)
      for (const delivery of routed.deliveries)
        deliveries.push(deliveryRow(delivery, day, null, placing, ruling))
    }
    for (const { delivery, eventDay, replayOf } of acceptance.replays) {
      deliveries.push(deliveryRow(delivery, eventDay, replayOf, placing))
    }
    for (const key of acceptance.keys) keys.push(keyRow(key))
    for (const { id, workspaceId, name } of acceptance.monitors)
      monitors.push({ id, workspace_id: workspaceId, name })
  }
  const rulings = group.flatMap(({ ruling }) => ruling ?? [])
  const lists = [events, deliveries, keys, monitors, ...(rulings.length > 0 ? rulingRows(rulings) : [])]
  const { rows } = await lane.query<{ id: string | null; bucket: number; epoch: string | null }>(
    rulings.length > 0 ? ACCEPT_RULED : ACCEPT,
    lists.map(list => JSON.stringify(list)),
  )
  const owned = new Set(rows.flatMap(({ id, bucket, epoch }) => (id === null ? `${bucket} ${epoch}` : [])))
  return {
    due: rows.flatMap(({ id, bucket }) => (id === null ? [] : { id, bucket })),
    void: new Set(group.filter(({ ruling }) => ruling && !owned.has(`${ruling.bucket} ${ruling.epoch}`))),
  }
}

function eventRow({ event, deliveries }: RoutedEvent, ruling?: Ruling): object {
  return {
    bucket: event.bucket,
    workspace_id: event.workspaceId,
    event_id: event.eventId,
    day: dayOf(event.acceptedAt),
    event_type: event.eventType,
    monitor_name: event.monitorName,
    status: event.status,
    severity: event.severity,
    region: event.region,
    incident_id: event.incidentId,
    payload: event.payload,
    matched: deliveries.map(delivery => [delivery.endpointId, delivery.id]),
    accepted_at: event.acceptedAt,
    epoch: ruling?.epoch,
    ruled: ruling && true,
  }
}

function deliveryRow(
  delivery: Delivery,
  eventDay: string,
  replayOf: string | null,
  placing: Placing,
  ruling?: Ruling,
): object {
  return {
    bucket: delivery.bucket,
    id: delivery.id,
    day: dayOf(delivery.createdAt),
    workspace_id: delivery.workspaceId,
    event_id: delivery.eventId,
    event_day: eventDay,
    endpoint_id: delivery.endpointId,
    monitor_name: delivery.monitorName,
    incident_id: delivery.incidentId,
    replay_of: replayOf,
    created_at: delivery.createdAt,
    epoch: ruling?.epoch ?? placing.epochOf(delivery.bucket),
    ruled: ruling && true,
    place: placing.placeOf(delivery),
  }
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
