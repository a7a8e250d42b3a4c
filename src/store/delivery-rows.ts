import { dayOf } from '../ground/ids.ts'
import type { Delivery } from '../ground/vocabulary.ts'
import { bigint, date, float8, plain, rowsOf, smallint, text } from './columns.ts'

/** A pending delivery that no attempt was made of, and where and until when it waits. */
export interface WaitingRow {
  readonly delivery: Delivery
  readonly place: 'memory' | 'due' | 'parked'
  /** ms since the epoch; for `due` */
  readonly dueAt: number | null
  /** Its bucket's, under which the writer owns it. */
  readonly epoch: number | null
  /** Left out: the event's deliveries are as old as itself. */
  readonly replay?: { readonly of: string; readonly eventDay: string }
}

/** What every row about a delivery says of it. */
export const OF_DELIVERY = {
  bucket: smallint<{ readonly delivery: Delivery }>(({ delivery }) => delivery.bucket),
  workspace_id: plain<{ readonly delivery: Delivery }>(({ delivery }) => delivery.workspaceId),
  event_id: text<{ readonly delivery: Delivery }>(({ delivery }) => delivery.eventId),
  endpoint_id: plain<{ readonly delivery: Delivery }>(({ delivery }) => delivery.endpointId),
  monitor_name: text<{ readonly delivery: Delivery }>(({ delivery }) => delivery.monitorName),
}

/** What a delivery's row says of it while it is pending. */
export const DELIVERY_SHAPE = {
  ...OF_DELIVERY,
  id: plain<WaitingRow>(({ delivery }) => delivery.id),
  day: date<WaitingRow>(({ delivery }) => dayOf(delivery.createdAt)),
  event_day: date<WaitingRow>(({ delivery, replay }) => replay?.eventDay ?? dayOf(delivery.createdAt)),
  incident_id: text<WaitingRow>(({ delivery }) => delivery.incidentId),
  replay_of: plain<WaitingRow>(({ replay }) => replay?.of),
  created_at: float8<WaitingRow>(({ delivery }) => delivery.createdAt),
  epoch: bigint<WaitingRow>(({ epoch }) => epoch),
  place: plain<WaitingRow>(({ place }) => place),
  due_at: float8<WaitingRow>(({ dueAt }) => dueAt),
}

/**
 * SQL: adds deliveries of rows `d` in {@link DELIVERY_SHAPE}.
 * @param first the number of the first parameter
 * @param columns SQL for what a row's place, due time and epoch become; as given when left out
 */
export function insertDeliveries(
  first: number,
  columns = { place: 'd.place', dueAt: 'to_timestamp(d.due_at / 1000)', epoch: 'd.epoch' },
): string {
  return `
    insert into deliveries (bucket, id, day, workspace_id, event_id, event_day, endpoint_id, monitor_name, incident_id,
                            replay_of, created_at, status, place, due_at, epoch)
    select d.bucket, d.id, d.day, d.workspace_id, d.event_id, d.event_day, d.endpoint_id, d.monitor_name, d.incident_id,
           d.replay_of, to_timestamp(d.created_at / 1000), 'pending', ${columns.place}, ${columns.dueAt}, ${columns.epoch}
    from ${rowsOf(DELIVERY_SHAPE, first, 'd')}`
}
