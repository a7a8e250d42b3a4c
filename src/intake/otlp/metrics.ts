import type { FieldError } from '../../ground/errors.ts'
import type { Taken } from '../intake.ts'
import type { Labels } from '../labels.ts'
import type { Mapping } from '../mapping.ts'
import { mapSeries, type Series } from '../samples.ts'
import {
  type Distribution,
  has,
  type KeyValue,
  type Metric,
  type MetricsRequest,
  type NumberPoint,
} from './messages.ts'

/** AggregationTemporality */
const DELTA = 1
/** DataPointFlags: there is no value. */
const NO_RECORDED_VALUE = 1
/** What SDKs say when nobody named the service. */
const UNNAMED = /^unknown_service(:|$)/

/** What a request says, and how much of it was refused; a data point is refused as a whole. */
export interface TakenMetrics extends Taken {
  readonly rejectedPoints: number
}

/**
 * Data points become samples of monitors. A histogram gives its mean, `_max` and `_count`, a summary its
 * quantiles (`_p99`); the attributes of a point, then of its resource, are the labels.
 * @param time now, for points that have none; ms since the epoch
 */
export function takeMetrics(request: MetricsRequest, mapping: Mapping, time: number): TakenMetrics {
  const series: Series[] = []
  const refused: FieldError[] = []
  for (const [at, { resource, scopeMetrics }] of request.resourceMetrics.entries()) {
    const ofResource = labelsOf(resource?.attributes ?? [])
    for (const [scope, { metrics }] of scopeMetrics.entries()) {
      for (const [index, metric] of metrics.entries()) {
        const path = `resourceMetrics[${at}].scopeMetrics[${scope}].metrics[${index}]`
        const base = { ...ofResource, __name__: metric.name, __unit__: metric.unit }
        readMetric(metric, { path, base, time, series, refused })
      }
    }
  }
  const taken = mapSeries(series, mapping, 'otlp')
  const rejected = [...refused, ...taken.rejected]
  return { ...taken, rejected, rejectedPoints: new Set(rejected.map(({ path }) => path)).size }
}

interface Place {
  readonly path: string
  readonly base: Labels
  readonly time: number
  readonly series: Series[]
  readonly refused: FieldError[]
}

type AnyPoint = { attributes: readonly KeyValue[]; timeUnixNano: bigint; flags: number }

function readMetric(metric: Metric, place: Place): void {
  const numbers = metric.gauge ?? metric.sum
  if (numbers) eachPoint(numbers.dataPoints, place, point => [['', numberOf(point)]])
  const distribution = metric.histogram ?? metric.exponentialHistogram
  if (distribution) readDistribution(distribution, metric.name, place)
  if (metric.summary) {
    eachPoint(metric.summary.dataPoints, place, ({ quantileValues }) =>
      quantileValues.map(({ quantile, value }) => [`_p${Math.round(quantile * 1_000) / 10}`, value]),
    )
  }
}

/** The mean of everything since the process began tells nothing of now. */
function readDistribution(
  { dataPoints, aggregationTemporality }: Distribution,
  name: string,
  place: Place,
): void {
  if (aggregationTemporality !== DELTA) {
    const message =
      `${name} is a histogram since the start of its process, which says nothing of now: ` +
      'let it be exported as delta (OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta)'
    place.refused.push(...dataPoints.map((_, index) => ({ path: pointPath(place, index), message })))
    return
  }
  eachPoint(dataPoints, place, point => {
    const count = Number(point.count)
    const mean: [string, number][] = count > 0 && has(point, 'sum') ? [['', point.sum / count]] : []
    const max: [string, number][] = has(point, 'max') ? [['_max', point.max]] : []
    return [...mean, ...max, ['_count', count]]
  })
}

/** @param read the values of a point, by what is added to the metric's name */
function eachPoint<P extends AnyPoint>(
  points: readonly P[],
  place: Place,
  read: (point: P) => readonly (readonly [string, number])[],
): void {
  for (const [index, point] of points.entries()) {
    if (point.flags & NO_RECORDED_VALUE) continue
    const labels = { ...place.base, ...labelsOf(point.attributes) }
    const time = Number(point.timeUnixNano / 1_000_000n) || place.time
    for (const [suffix, value] of read(point)) {
      if (!Number.isFinite(value)) continue
      const __name__ = `${place.base.__name__}${suffix}`
      place.series.push({
        path: pointPath(place, index),
        labels: { ...labels, __name__ },
        samples: [{ time, value }],
      })
    }
  }
}

function pointPath({ path }: Place, index: number): string {
  return `${path}.dataPoints[${index}]`
}

function numberOf(point: NumberPoint): number {
  return has(point, 'asInt') ? Number(point.asInt) : has(point, 'asDouble') ? point.asDouble : Number.NaN
}

/** Attributes as texts; those that are lists, maps or bytes are left out. */
function labelsOf(attributes: readonly KeyValue[]): Labels {
  const labels: Record<string, string> = Object.create(null)
  for (const { key, value } of attributes) {
    if (!value) continue
    const text = has(value, 'stringValue')
      ? value.stringValue
      : has(value, 'boolValue')
        ? String(value.boolValue)
        : has(value, 'intValue')
          ? String(value.intValue)
          : has(value, 'doubleValue')
            ? String(value.doubleValue)
            : null
    if (text === null || (key === 'service.name' && UNNAMED.test(text))) continue
    labels[key] = text
  }
  return labels
}
