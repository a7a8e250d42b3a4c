import { dayOf } from '../ground/ids.ts'
import type { Delivery } from '../ground/vocabulary.ts'
import { type Cell, rowsOf } from './columns.ts'

/** What a delivery's row says of it while it is pending. */
export const DELIVERY_SHAPE = {
  bucket: 'smallint',
  id: 'text',
  day: 'date',
  workspace_id: 'text',
  event_id: 'text',
  event_day: 'date',
  endpoint_id: 'text',
  monitor_name: 'text',
  incident_id: 'text',
  replay_of: 'text',
  created_at: 'float8',
  epoch: 'bigint',
  place: 'text',
  due_at: 'float8',
} as const

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

/** Where and until when a delivery waits. */
export interface Waiting {
  readonly place: 'memory' | 'due' | 'parked'
  /** ms since the epoch; for `due` */
  readonly dueAt: number | null
  /** Its bucket's, under which the writer owns it. */
  readonly epoch: number | null
  /** Left out: the event's deliveries are as old as itself. */
  readonly replay?: { readonly of: string; readonly eventDay: string }
}

/** The row of a pending delivery that no attempt was made of. */
export function deliveryRow(delivery: Delivery, waiting: Waiting): Record<keyof typeof DELIVERY_SHAPE, Cell> {
  const day = dayOf(delivery.createdAt)
  return {
    bucket: delivery.bucket,
    id: delivery.id,
    day,
    workspace_id: delivery.workspaceId,
    event_id: delivery.eventId,
    event_day: waiting.replay?.eventDay ?? day,
    endpoint_id: delivery.endpointId,
    monitor_name: delivery.monitorName,
    incident_id: delivery.incidentId,
    replay_of: waiting.replay?.of ?? null,
    created_at: delivery.createdAt,
    epoch: waiting.epoch,
    place: waiting.place,
    due_at: waiting.dueAt,
  }
}
