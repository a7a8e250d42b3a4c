import type { Sighting } from '../detect/detector.ts'
import type { FieldError } from '../ground/errors.ts'
import { checkMonitorName, type Taken } from './intake.ts'
import type { Labels } from './labels.ts'
import type { Mapping } from './mapping.ts'
import type { Source } from './rules.ts'

/** A series with its samples, read but not mapped yet. */
export interface Series {
  /** Its place in the body, or its name there. */
  readonly path: string
  /** The metric's own name is `__name__`. */
  readonly labels: Labels
  /** Times are ms since the epoch. */
  readonly samples: readonly { readonly time: number; readonly value: number }[]
}

/** A series, and which metric of which monitor it is. */
interface Mapped {
  readonly series: Series
  readonly monitor: string
  readonly metric: string
  readonly region: string | null
  readonly scale: number
}

/** As thresholds name metrics (detect/monitor-settings.ts). */
const METRIC_NAME = /^[A-Za-z_:][A-Za-z0-9_:.-]{0,99}$/
const NOT_IN_A_NAME = /[^A-Za-z0-9_:.-]/g

/**
 * Maps series to metrics of monitors. Different series that become the same metric of the same monitor and
 * region would be mixed up: all of them are rejected.
 */
export function mapSeries(series: readonly Series[], mapping: Mapping, source: Source): Taken {
  const byTarget = new Map<string, Mapped[]>()
  const rejected: FieldError[] = []
  let ignored = 0
  for (const one of series) {
    const mapped = mapOne(one, mapping, source)
    if (mapped === null) ignored++
    else if (typeof mapped === 'string') rejected.push({ path: one.path, message: mapped })
    else {
      const target = JSON.stringify([mapped.monitor, mapped.metric, mapped.region])
      const known = byTarget.get(target)
      if (known) known.push(mapped)
      else byTarget.set(target, [mapped])
    }
  }
  const sightings: Sighting[] = []
  for (const group of byTarget.values()) {
    if (group.length === 1 || new Set(group.map(({ series }) => keyOf(series.labels))).size === 1) {
      sightings.push(...group.flatMap(sightingsOf))
      continue
    }
    for (const { series, monitor, metric } of group) {
      const message = `is one of ${group.length} series that would all be ${metric} of ${monitor}: choose one by a rule`
      rejected.push({ path: series.path, message })
    }
  }
  return { sightings, rejected, ignored }
}

/** null: to be left out; a text: why it cannot be taken. */
function mapOne(series: Series, mapping: Mapping, source: Source): Mapped | string | null {
  const meaning = mapping.read(source, series.labels)
  if (meaning === null) return null
  const { monitor, region, scale } = meaning
  // Who writes everything to us is not told of everything that nobody asked for.
  if (monitor === null)
    return source === 'remote_write' ? null : 'neither its attributes nor a rule name a monitor'
  const metric = meaning.metric?.replaceAll(NOT_IN_A_NAME, '_') ?? ''
  if (!METRIC_NAME.test(metric)) return `"${metric.slice(0, 100)}" cannot be the name of a metric`
  return checkMonitorName(monitor) ?? { series, monitor, metric, region, scale }
}

function sightingsOf({ series, monitor, metric, region, scale }: Mapped): Sighting[] {
  return series.samples.map(({ time, value }) => ({
    monitorName: monitor,
    observation: { kind: 'sample' as const, time, metric, value: value * scale, region },
  }))
}

function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)))
}
