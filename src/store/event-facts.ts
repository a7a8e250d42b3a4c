import { dayOf, readId } from '../ground/ids.ts'
import type { EventFacts, EventType, Severity } from '../ground/vocabulary.ts'
import type { Queryable } from './database.ts'

const FIND = {
  name: 'event_facts',
  text: `select d.id, e.event_type, e.severity, e.region, e.monitor_name
         from json_to_recordset($2) as r (bucket smallint, id text, day date)
         join deliveries d on d.bucket = r.bucket and d.id = r.id and d.day = r.day and d.workspace_id = $1
         join events e on e.bucket = d.bucket and e.workspace_id = d.workspace_id and e.event_id = d.event_id
           and e.day = d.event_day`,
}

interface Row {
  id: string
  event_type: EventType
  severity: Severity
  region: string | null
  monitor_name: string
}

/** What deliveries of the workspace are about, by their ids; those past retention are left out. */
export async function findEventFacts(
  database: Queryable,
  workspaceId: string,
  deliveryIds: readonly string[],
): Promise<Map<string, EventFacts>> {
  const places = deliveryIds.flatMap(id => {
    const place = readId(id)
    return place ? { id, bucket: place.bucket, day: dayOf(place.timeMs) } : []
  })
  if (places.length === 0) return new Map()
  const { rows } = await database.query<Row>(FIND, [workspaceId, JSON.stringify(places)])
  return new Map(
    rows.map(row => [
      row.id,
      {
        monitorName: row.monitor_name,
        eventType: row.event_type,
        severity: row.severity,
        region: row.region,
      },
    ]),
  )
}
