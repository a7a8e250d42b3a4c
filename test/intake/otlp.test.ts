import { BinaryReader } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MetricSample } from '../../src/decide/observation.ts'
import { compileMapping } from '../../src/intake/mapping.ts'
import { metricsAnswer, statusAnswer } from '../../src/intake/otlp/answers.ts'
import { readBinary, readJson } from '../../src/intake/otlp/messages.ts'
import { takeMetrics } from '../../src/intake/otlp/metrics.ts'
import { mappingRules } from '../../src/intake/rules.ts'

const NOW = 1_800_000_000_000
const mapping = compileMapping(mappingRules.parse({}))

const attribute = (key: string, value: object) => ({ key, value })
const CHECKOUT = [attribute('service.name', { stringValue: 'checkout' })]

function take(metrics: object[], attributes: object[] = CHECKOUT) {
  const request = readJson({ resourceMetrics: [{ resource: { attributes }, scopeMetrics: [{ metrics }] }] })
  return takeMetrics(request, mapping, NOW)
}

function samplesOf({ sightings }: ReturnType<typeof takeMetrics>) {
  return sightings.map(({ monitorName, observation }) => {
    const { metric, value, time, region } = observation as MetricSample
    return { monitorName, metric, value, time, region }
  })
}

describe('OTLP as JSON', () => {
  it('is read as its specification has it: int64 as text, enums as numbers, ids as hex, unknown fields skipped', () => {
    const taken = take([
      {
        name: 'queue.length',
        unit: '1',
        gauge: {
          dataPoints: [
            {
              attributes: [
                attribute('cloud.region', { stringValue: 'eu-west-1' }),
                attribute('retries', { intValue: '3' }),
                attribute('tags', { arrayValue: { values: [{ stringValue: 'a' }] } }),
              ],
              timeUnixNano: '1800000000123456789',
              asInt: '-17',
              exemplars: [
                { spanId: 'eee19b7ec3c1b174', traceId: '5b8efff798038103d269b633813fc60c', asInt: '1' },
              ],
              somethingNew: { a: 1 },
            },
          ],
        },
      },
      {
        name: 'load',
        sum: { aggregationTemporality: 2, isMonotonic: false, dataPoints: [{ asDouble: 0.5 }] },
      },
    ])
    expect(samplesOf(taken)).toEqual([
      {
        monitorName: 'checkout',
        metric: 'queue.length',
        value: -17,
        time: 1_800_000_000_123,
        region: 'eu-west-1',
      },
      { monitorName: 'checkout', metric: 'load', value: 0.5, time: NOW, region: null },
    ])
    expect(taken.rejectedPoints).toBe(0)
  })

  it('gives a histogram’s mean, maximum and count, and a summary’s quantiles', () => {
    const point = {
      timeUnixNano: '1000000',
      count: '4',
      sum: 10,
      max: 7,
      bucketCounts: ['4'],
      explicitBounds: [],
    }
    const histogram = { aggregationTemporality: 1, dataPoints: [point] }
    const summary = {
      dataPoints: [
        {
          quantileValues: [
            { quantile: 0.5, value: 1 },
            { quantile: 0.999, value: 9 },
          ],
        },
      ],
    }
    const taken = take([
      { name: 'h', histogram },
      { name: 'e', exponentialHistogram: histogram },
      { name: 's', summary },
    ])
    const values = samplesOf(taken).map(({ metric, value }) => [metric, value])
    expect(values).toEqual([
      ['h', 2.5],
      ['h_max', 7],
      ['h_count', 4],
      ['e', 2.5],
      ['e_max', 7],
      ['e_count', 4],
      ['s_p50', 1],
      ['s_p99.9', 9],
    ])
  })

  it('refuses a histogram since the process’s start, and says what to set', () => {
    const histogram = {
      aggregationTemporality: 2,
      dataPoints: [
        { count: '4', sum: 10 },
        { count: '1', sum: 1 },
      ],
    }
    const taken = take([{ name: 'h', histogram }])
    expect([taken.sightings, taken.rejectedPoints]).toEqual([[], 2])
    expect(taken.rejected[0]?.message).toMatch(/TEMPORALITY_PREFERENCE=delta/)
  })

  it('skips points that say they have no value, and values that are no numbers', () => {
    const dataPoints = [{ asDouble: 1, flags: 1 }, { asDouble: 'NaN' }, {}]
    const taken = take([{ name: 'g', gauge: { dataPoints } }])
    expect([taken.sightings, taken.rejectedPoints]).toEqual([[], 0])
  })

  it('of a service that nobody named is refused', () => {
    const attributes = [attribute('service.name', { stringValue: 'unknown_service:node' })]
    const taken = take([{ name: 'g', gauge: { dataPoints: [{ asInt: '1' }] } }], attributes)
    expect(taken.rejected).toEqual([
      {
        path: 'resourceMetrics[0].scopeMetrics[0].metrics[0].dataPoints[0]',
        message: expect.stringContaining('monitor'),
      },
    ])
  })
})

describe('OTLP', () => {
  it('of garbage, binary or JSON, is refused by an error or taken for nothing, and nothing worse happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        try {
          takeMetrics(readBinary(bytes), mapping, NOW)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
          expect(error).not.toBeInstanceOf(TypeError)
        }
      }),
      { numRuns: 1_000 },
    )
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        try {
          takeMetrics(readJson({ resourceMetrics: value }), mapping, NOW)
        } catch (error) {
          expect(error).not.toBeInstanceOf(TypeError)
        }
      }),
    )
  })

  it('answers in the form of the request, with what was rejected if anything was', () => {
    const none = { rejectedPoints: 0, rejected: [] }
    expect(metricsAnswer(none, false).body.length).toBe(0)
    expect(metricsAnswer(none, true).body.toString()).toBe('{}')
    const rejected = Array.from({ length: 7 }, (_, index) => ({ path: `p${index}`, message: 'why' }))
    const some = { rejectedPoints: 7, rejected }
    const errorMessage = 'p0: why; p1: why; p2: why; p3: why; p4: why; and 2 more'
    expect(JSON.parse(metricsAnswer(some, true).body.toString())).toEqual({
      partialSuccess: { rejectedDataPoints: '7', errorMessage },
    })
    const reader = new BinaryReader(metricsAnswer(some, false).body)
    expect([reader.tag()[0], reader.uint32() > 0]).toEqual([1, true])
    expect([reader.tag()[0], Number(reader.int64())]).toEqual([1, 7])
    expect([reader.tag()[0], reader.string()]).toEqual([2, errorMessage])
  })

  it('tells of errors as google.rpc.Status', () => {
    const reader = new BinaryReader(statusAnswer(503, 'later', false).body)
    expect([reader.tag()[0], reader.int32(), reader.tag()[0], reader.string()]).toEqual([1, 14, 2, 'later'])
    expect(JSON.parse(statusAnswer(400, 'bad', true).body.toString())).toEqual({ code: 3, message: 'bad' })
  })
})
