import { bucketOf } from '../ground/bucket.ts'
import { dayOf } from '../ground/ids.ts'
import type { Database } from './database.ts'
import { readBriefly } from './list.ts'

/** The samples of one step of a graph, summed up. */
export interface Point {
  /** Start of the step; ms since the epoch. */
  readonly at: number
  readonly avg: number
  readonly min: number
  readonly max: number
  readonly count: number
}

/** A monitor by whom its samples are found. */
interface Sampled {
  readonly id: string
  readonly workspaceId: string
  readonly name: string
}

/**
 * Samples of a metric as points of a graph: one for each step that has any.
 * @param span [from, to) and the step in ms; the first two since the epoch
 */
export function readPoints(
  database: Database,
  monitor: Sampled,
  metric: string,
  { from, to, stepMs }: { from: number; to: number; stepMs: number },
): Promise<Point[]> {
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<{ slot: number; avg: number; min: number; max: number; count: number }>(
      `select floor((t.at - $4::float8) / $6::float8)::int as slot, avg(t.reading) as avg, min(t.reading) as min, max(t.reading) as max,
              count(*)::int as count
       from (
         select extract(epoch from s.hour)::float8 * 1000 + p.second * 1000.0::float8 as at, p.reading
         from samples s cross join lateral unnest(s.seconds, s.readings) as p (second, reading)
         where s.bucket = $1 and s.monitor_id = $2 and s.metric = $3 and s.day between $7 and $8
           and s.hour > to_timestamp($4::float8 / 1000) - interval '1 hour' and s.hour < to_timestamp($5::float8 / 1000)
       ) t
       where t.at >= $4::float8 and t.at < $5::float8
       group by slot order by slot`,
      [
        bucketOf(monitor.workspaceId, monitor.name),
        monitor.id,
        metric,
        from,
        to,
        stepMs,
        dayOf(from),
        dayOf(to),
      ],
    )
    return rows.map(({ slot, ...figures }) => ({ at: from + slot * stepMs, ...figures }))
  })
}

/** Names of the metrics that a monitor has samples of. */
export function listMetrics(database: Database, monitor: Sampled): Promise<string[]> {
  return readBriefly(database, async tx => {
    const { rows } = await tx.query<{ metric: string }>(
      `select distinct metric from samples where bucket = $1 and monitor_id = $2 order by metric`,
      [bucketOf(monitor.workspaceId, monitor.name), monitor.id],
    )
    return rows.map(({ metric }) => metric)
  })
}
