import type { Delivery, Event, EventType, Severity, Status } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'

/** A pending delivery taken out of the table, with the event it carries; null when retention dropped the event. */
export interface ClaimedDelivery {
  readonly delivery: Delivery
  readonly event: Event | null
  /** What it waited for; ms since the epoch. */
  readonly dueAt: number
}

/** A pending delivery that stays in the table, as far as keeping order needs it. */
export interface WaitingDelivery {
  readonly delivery: Delivery
  readonly eventType: EventType
}

interface Row {
  id: string
  workspace_id: string
  bucket: number
  event_id: string
  endpoint_id: string
  monitor_name: string
  incident_id: string | null
  created_at: Date
  attempts: number
  first_attempt_at: Date | null
  was_due_at: Date | null
  event_type: EventType | null
  status: Status
  severity: Severity
  region: string | null
  payload: string
  accepted_at: Date
}

/**
 * Takes deliveries into the owner's memory. `picked` names one bucket and walks one partial index in its
 * order; the epoch makes it void for a node that is not the owner any more.
 */
function claimStatement(name: string, picked: string): { name: string; text: string } {
  return {
    name,
    text: `
      with picked as (${picked}), claimed as (
        update deliveries d set place = 'memory', due_at = null, epoch = $2
        from picked p
        where d.bucket = $1 and d.id = p.id and d.day = p.day
          and exists (select 1 from buckets b where b.bucket = $1 and b.epoch = $2)
        returning d.*, p.due_at as was_due_at
      )
      select c.id, c.workspace_id, c.bucket, c.event_id, c.endpoint_id, c.monitor_name, c.incident_id, c.created_at,
             c.attempts, c.first_attempt_at, c.was_due_at,
             e.event_type, e.status, e.severity, e.region, e.payload, e.accepted_at
      from claimed c left join events e
        on e.bucket = c.bucket and e.workspace_id = c.workspace_id and e.event_id = c.event_id and e.day = c.event_day
      order by c.id`,
  }
}

const CLAIM_DUE = claimStatement(
  'claim_due',
  `select id, day, due_at from deliveries where bucket = $1 and place = 'due' and due_at <= to_timestamp($3 / 1000.0)
   order by due_at, id limit $4 for update skip locked`,
)

/** Up to `limit` deliveries of the bucket that are due by `now`, the longest due first (answered in order of id). */
export async function claimDue(lane: Queryable, bucket: number, epoch: number, now: number, limit: number) {
  const { rows } = await lane.query<Row>(CLAIM_DUE, [bucket, epoch, now, limit])
  return rows.map(toClaimed)
}

const CLAIM_PARKED = claimStatement(
  'claim_parked',
  `select id, day, due_at from deliveries where bucket = $1 and endpoint_id = $3 and place = 'parked'
   order by id limit $4 for update skip locked`,
)

/** Up to `limit` of the endpoint's parked deliveries in the bucket, the oldest first. */
export async function claimParked(
  lane: Queryable,
  bucket: number,
  epoch: number,
  endpointId: string,
  limit: number,
) {
  const { rows } = await lane.query<Row>(CLAIM_PARKED, [bucket, epoch, endpointId, limit])
  return rows.map(toClaimed)
}

const NEXT_DUE = {
  name: 'next_due',
  text: `select min(due_at) as at from deliveries where bucket = $1 and place = 'due'`,
}

/** When the bucket's next waiting delivery is due; ms since the epoch, null: none waits. */
export async function nextDueAt(lane: Queryable, bucket: number): Promise<number | null> {
  const { rows } = await lane.query<{ at: Date | null }>(NEXT_DUE, [bucket])
  return rows[0]?.at?.getTime() ?? null
}

const BRING_FORWARD = {
  name: 'bring_forward',
  text: `update deliveries set due_at = to_timestamp($3 / 1000.0)
         where bucket = any ($1::smallint[]) and endpoint_id = $2 and place = 'due' and due_at > to_timestamp($3 / 1000.0)
         returning bucket`,
}

/** Makes an endpoint's waiting retries due now; returns the buckets that have some. */
export async function bringForward(
  lane: Queryable,
  buckets: readonly number[],
  endpointId: string,
  now: number,
): Promise<Set<number>> {
  const { rows } = await lane.query<{ bucket: number }>(BRING_FORWARD, [buckets, endpointId, now])
  return new Set(rows.map(row => row.bucket))
}

const PARKED_ENDPOINTS = {
  name: 'parked_endpoints',
  text: `select distinct endpoint_id from deliveries where bucket = $1 and place = 'parked'`,
}

/** Endpoints that have parked deliveries in the bucket. */
export async function parkedEndpoints(lane: Queryable, bucket: number): Promise<string[]> {
  const { rows } = await lane.query<{ endpoint_id: string }>(PARKED_ENDPOINTS, [bucket])
  return rows.map(row => row.endpoint_id)
}

const WAITING = {
  name: 'waiting',
  text: `select d.id, d.workspace_id, d.bucket, d.event_id, d.endpoint_id, d.monitor_name, d.incident_id, d.created_at,
                d.attempts, d.first_attempt_at, e.event_type
         from deliveries d join events e
           on e.bucket = d.bucket and e.workspace_id = d.workspace_id and e.event_id = d.event_id and e.day = d.event_day
         join endpoints p on p.id = d.endpoint_id and p.delivery_order <> 'unordered'
         where d.bucket = $1 and d.place = 'due' order by d.id`,
}

/** The bucket's waiting deliveries to endpoints that keep order. */
export async function waitingDeliveries(lane: Queryable, bucket: number): Promise<WaitingDelivery[]> {
  const { rows } = await lane.query<Row>(WAITING, [bucket])
  return rows.map(row => ({ delivery: toDelivery(row), eventType: row.event_type as EventType }))
}

function toDelivery(row: Row): Delivery {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    bucket: row.bucket,
    eventId: row.event_id,
    endpointId: row.endpoint_id,
    monitorName: row.monitor_name,
    incidentId: row.incident_id,
    createdAt: row.created_at.getTime(),
    attempts: row.attempts,
    firstAttemptAt: row.first_attempt_at?.getTime() ?? null,
  }
}

function toClaimed(row: Row): ClaimedDelivery {
  const delivery = toDelivery(row)
  const dueAt = row.was_due_at?.getTime() ?? delivery.createdAt
  if (row.event_type === null) return { delivery, event: null, dueAt }
  return {
    delivery,
    dueAt,
    event: {
      workspaceId: row.workspace_id,
      eventId: row.event_id,
      bucket: row.bucket,
      eventType: row.event_type,
      monitorName: row.monitor_name,
      status: row.status,
      severity: row.severity,
      region: row.region,
      incidentId: row.incident_id,
      payload: row.payload,
      acceptedAt: row.accepted_at.getTime(),
      dryRun: false,
    },
  }
}
