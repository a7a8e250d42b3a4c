import { dayOf } from '../ground/ids.ts'
import type { Database, Queryable } from './database.ts'
import { readBriefly } from './list.ts'

/** How attempts ended. `retry`: it did not get through, and is tried again. */
export interface Outcomes {
  readonly delivered: number
  readonly retry: number
  readonly failed: number
}

/** ms */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** `ours`: of first attempts, from detection until the request is on its way. `theirs`: from then until the answer. */
export interface Latencies {
  readonly ours: Percentiles | null
  readonly theirs: Percentiles | null
}

export interface DeliveryStats {
  readonly total: Outcomes & Latencies
  /** One for each step, in order. */
  readonly steps: readonly (Outcomes & Latencies)[]
  /** Endpoints with attempts in that time, the busiest first; `steps` as above. */
  readonly endpoints: readonly (Outcomes &
    Latencies & { readonly endpointId: string; readonly steps: readonly Outcomes[] })[]
  /** Monitors by how many first attempts were made of their events, the busiest first. */
  readonly monitors: readonly { readonly monitorName: string; readonly sent: number }[]
  /** Some step had more than `perStep`: its figures are those of its first ones, and counts are projected. */
  readonly isSampled: boolean
}

/** A span of time in steps of one length; `since` in ms since the epoch. */
export interface Span {
  readonly since: number
  readonly stepMs: number
  readonly steps: number
}

interface Row {
  step: number | null
  endpoint_id: string | null
  monitor_name: string | null
  grain: number
  delivered: number
  retry: number
  failed: number
  first: number
  ours: number[] | null
  theirs: number[] | null
  sampled: boolean
}

const NOTHING: Outcomes & Latencies = { delivered: 0, retry: 0, failed: 0, ours: null, theirs: null }

/** What each row is about: bits of `grouping(step, endpoint_id, monitor_name)`, where a bit says that it is left out. */
const GRAIN = { step: 0b011, endpoint: 0b101, endpointStep: 0b001, monitor: 0b110, total: 0b111 } as const

const COLUMNS = `endpoint_id, monitor_name, outcome, retry_attempt = 0 as is_first, started_at,
  timings[1] + coalesce(timings[2], 0) + coalesce(timings[3], 0) + coalesce(timings[4], 0) as ours,
  greatest(0, timings[6] - coalesce(timings[2], 0) - coalesce(timings[3], 0) - coalesce(timings[4], 0)) as theirs`

const TIME = (ms: string) => `to_timestamp((${ms}) / 1000)`

/** Few: all of the workspace's in these days are looked through, by its feed. */
const READ_ALL = `
  select floor((extract(epoch from started_at) * 1000 - $2) / $3)::int as step, ${COLUMNS}
  from attempts
  where workspace_id = $1 and not dry_run and day between $6::date and $7::date
    and started_at >= ${TIME('$2::float8')} and started_at < ${TIME('$2::float8 + $4 * $3::float8')}`

/**
 * Many: each step is read by itself, by time (an expression keeps the feed's index out of it), and no further than to
 * its first so many.
 */
const READ_STEPS = `
  select s.step, a.* from generate_series(0, $4::int - 1) as s (step)
  cross join lateral (
    select ${COLUMNS} from attempts
    where workspace_id || '' = $1 and not dry_run and day between $6::date and $7::date
      and started_at >= ${TIME('$2::float8 + s.step * $3::float8')}
      and started_at < ${TIME('$2::float8 + (s.step + 1) * $3::float8')}
    limit $5
  ) a`

/**
 * Of a step that was not read to its end, what was read stands for all of it: a row weighs as much as the part of the
 * step that was read lets expect. (Rows come nearly in the order of time, as they were written.)
 */
const statsFrom = (read: string) => `
  with read as materialized (${read}), weighed as (
    select step, count(*) >= $5 as is_cut,
           case when count(*) < $5 then 1
                else greatest(1, $3 / greatest(1, extract(epoch from max(started_at)) * 1000 - $2 - step * $3)) end as weight
    from read group by step
  )
  select step, endpoint_id, monitor_name, grouping(step, endpoint_id, monitor_name) as grain,
         round(coalesce(sum(weight) filter (where outcome = 'delivered'), 0))::float8 as delivered,
         round(coalesce(sum(weight) filter (where outcome = 'retry'), 0))::float8 as retry,
         round(coalesce(sum(weight) filter (where outcome = 'failed'), 0))::float8 as failed,
         round(coalesce(sum(weight) filter (where is_first), 0))::float8 as first,
         percentile_disc(array[0.5, 0.95, 0.99]) within group (order by ours) filter (where is_first) as ours,
         percentile_disc(array[0.5, 0.95, 0.99]) within group (order by theirs) as theirs,
         bool_or(is_cut) as sampled
  from read join weighed using (step)
  group by grouping sets ((step), (endpoint_id), (step, endpoint_id), (monitor_name), ())`

const ALL = statsFrom(READ_ALL)
const STEPS = statsFrom(READ_STEPS)

const IS_MUCH = `
  select count(*) >= $4::int as much from (
    select from attempts where workspace_id = $1 and day between $2::date and $3::date limit $4::int
  ) a`

/**
 * How the workspace's deliveries went in a span of time, test sends apart.
 * @param perStep attempts that are read of a step at most
 */
export function deliveryStats(
  database: Database,
  workspaceId: string,
  { since, stepMs, steps }: Span,
  perStep: number,
): Promise<DeliveryStats> {
  return readBriefly(database, async (tx: Queryable) => {
    const days = [dayOf(since), dayOf(since + stepMs * steps - 1)]
    const most = perStep * steps
    const { rows: found } = await tx.query<{ much: boolean }>(IS_MUCH, [workspaceId, ...days, most])
    const much = found[0]?.much ?? false
    // The planner takes the first match for near at hand wherever it begins to look; by time, it is.
    if (much) await tx.query('set local enable_seqscan = off')
    const values = [workspaceId, since, stepMs, steps, much ? perStep : most, ...days]
    const { rows } = await tx.query<Row>(much ? STEPS : ALL, values)
    return statsOf(rows, steps)
  })
}

function statsOf(rows: readonly Row[], steps: number): DeliveryStats {
  const of = (grain: number) => rows.filter(row => row.grain === grain)
  const [total] = of(GRAIN.total)
  const byStep = new Map(of(GRAIN.step).map(row => [row.step, figuresOf(row)]))
  const byEndpoint = Map.groupBy(of(GRAIN.endpointStep), row => row.endpoint_id)
  const each = <T>(value: (step: number) => T) => Array.from({ length: steps }, (_, step) => value(step))
  return {
    total: total ? figuresOf(total) : NOTHING,
    steps: each(step => byStep.get(step) ?? NOTHING),
    endpoints: of(GRAIN.endpoint)
      .map(row => {
        const its = new Map(byEndpoint.get(row.endpoint_id)?.map(one => [one.step, outcomesOf(one)]))
        return {
          endpointId: row.endpoint_id as string,
          ...figuresOf(row),
          steps: each(step => its.get(step) ?? outcomesOf(NOTHING)),
        }
      })
      .toSorted((a, b) => b.delivered + b.retry + b.failed - a.delivered - a.retry - a.failed),
    monitors: of(GRAIN.monitor)
      .map(row => ({ monitorName: row.monitor_name as string, sent: row.first }))
      .filter(({ sent }) => sent > 0)
      .toSorted((a, b) => b.sent - a.sent),
    isSampled: total?.sampled ?? false,
  }
}

function figuresOf(row: Row): Outcomes & Latencies {
  return { ...outcomesOf(row), ours: percentilesOf(row.ours), theirs: percentilesOf(row.theirs) }
}

function outcomesOf({ delivered, retry, failed }: Outcomes): Outcomes {
  return { delivered, retry, failed }
}

function percentilesOf(figures: readonly (number | null)[] | null): Percentiles | null {
  const [p50, p95, p99] = figures ?? []
  return typeof p50 === 'number' ? { p50, p95: p95 as number, p99: p99 as number } : null
}
