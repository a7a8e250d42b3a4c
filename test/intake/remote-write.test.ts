import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import snappy from 'snappyjs'
import { describe, expect, it } from 'vitest'
import { Problem } from '../../src/ground/errors.ts'
import { compileMapping } from '../../src/intake/mapping.ts'
import { checkRemoteWrite, readRemoteWrite, takeRemoteWrite } from '../../src/intake/remote-write.ts'
import { mappingRules } from '../../src/intake/rules.ts'
import { recordedBytes } from './recorded.ts'

const LIMIT = 4 * 1024 * 1024

interface Sent {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly { readonly time: number; readonly value: number }[]
}

/** A WriteRequest as Prometheus makes it, with fields that we do not read. */
function writeRequest(series: readonly Sent[]): Buffer {
  const writer = new BinaryWriter()
  for (const { labels, samples } of series) {
    writer.tag(1, WireType.LengthDelimited).fork()
    for (const [name, value] of Object.entries(labels)) {
      writer.tag(1, WireType.LengthDelimited).fork()
      writer.tag(1, WireType.LengthDelimited).string(name)
      writer.tag(2, WireType.LengthDelimited).string(value).join()
    }
    for (const { time, value } of samples) {
      writer.tag(2, WireType.LengthDelimited).fork()
      writer.tag(1, WireType.Bit64).double(value)
      writer.tag(2, WireType.Varint).int64(time).join()
    }
    writer.tag(4, WireType.LengthDelimited).bytes(new Uint8Array(3)).join()
  }
  writer.tag(3, WireType.LengthDelimited).bytes(new Uint8Array(7))
  return Buffer.from(snappy.compress(writer.finish()))
}

function mapping(rules: object[] = []) {
  return compileMapping(mappingRules.parse({ rules }))
}

it('leaves out what Prometheus writes of its own alerts, whatever labels and rules say', () => {
  const of = (name: string, more: object = {}) => ({
    path: name,
    labels: { __name__: name, monitor: 'checkout', alertname: 'Slow', ...more },
    samples: [{ time: 1, value: 1 }],
  })
  const series = [
    of('ALERTS', { alertstate: 'pending' }),
    of('ALERTS', { alertstate: 'firing' }),
    of('ALERTS_FOR_STATE'),
    of('queue_length'),
  ]
  const taken = takeRemoteWrite(series, mapping([{ match: { alertname: 'Slow' }, monitor: 'cart' }]))
  expect(taken.rejected).toEqual([])
  expect(taken.ignored).toBe(3)
  expect(taken.sightings).toMatchObject([{ monitorName: 'cart', observation: { metric: 'queue_length' } }])
})

describe('what Prometheus 2.42 wrote', () => {
  it('is read: every series with its labels and samples', () => {
    const series = readRemoteWrite(recordedBytes('remote-write.snappy'), LIMIT)
    expect(series.map(({ labels }) => labels.__name__).sort()).toEqual([
      'shop_broken',
      'shop_latency_seconds',
      'up',
    ])
    const broken = series.find(({ labels }) => labels.__name__ === 'shop_broken')
    expect({ ...broken?.labels }).toMatchObject({
      service: 'checkout',
      region: 'eu-west-1',
      path: '/api/v1/cart',
    })
    expect(broken?.samples).toEqual([{ time: expect.any(Number), value: expect.any(Number) }])
    expect(new Date(broken?.samples[0]?.time as number).getUTCFullYear()).toBe(2026)
  })

  it('becomes metrics of the monitors that rules name, and nothing else does', () => {
    const series = readRemoteWrite(recordedBytes('remote-write.snappy'), LIMIT)
    const rule = {
      match: { __name__: 'shop_latency_seconds' },
      monitor: '{service}',
      metric: 'response_time_ms',
      scale: 1000,
    }
    const taken = takeRemoteWrite(series, mapping([rule]))
    expect(taken).toMatchObject({
      rejected: [],
      ignored: 2,
      sightings: [
        {
          monitorName: 'checkout',
          observation: { kind: 'sample', metric: 'response_time_ms', value: 50, region: 'eu-west-1' },
        },
      ],
    })
  })
})

describe('remote write', () => {
  const series = fc.record({
    labels: fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 10 }), { maxKeys: 5 }),
    samples: fc.array(
      fc.record({
        time: fc.integer({ min: -8.64e15, max: 8.64e15 }),
        value: fc.double({ noNaN: true, noDefaultInfinity: true }),
      }),
      { maxLength: 5 },
    ),
  })

  it('is read as it was written, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(series, { maxLength: 10 }), sent => {
        const read = readRemoteWrite(writeRequest(sent), LIMIT)
        expect(read.map(({ labels, samples }) => ({ labels: { ...labels }, samples }))).toEqual(
          sent.map(({ labels, samples }) => ({ labels: { ...labels }, samples })),
        )
      }),
    )
  })

  it('leaves out the marks of a series’ end, which are no numbers', () => {
    const samples = [Number.NaN, Number.POSITIVE_INFINITY, 1].map(value => ({ time: 1, value }))
    expect(readRemoteWrite(writeRequest([{ labels: {}, samples }]), LIMIT)[0]?.samples).toEqual([
      { time: 1, value: 1 },
    ])
  })

  it('of garbage is refused, and nothing worse happens', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, packed) => {
        const body = Buffer.from(packed ? snappy.compress(bytes) : bytes)
        try {
          readRemoteWrite(body, LIMIT)
        } catch (error) {
          expect(error).toBeInstanceOf(Problem)
          expect([400, 413]).toContain((error as Problem).status)
        }
      }),
      { numRuns: 1_000 },
    )
  })

  it('that says it is larger than it may be is refused before it is unpacked', () => {
    const bomb = snappy.compress(new Uint8Array(LIMIT + 1))
    expect(bomb.length).toBeLessThan(LIMIT / 10)
    expect(() => readRemoteWrite(Buffer.from(bomb), LIMIT)).toThrow(/more than 4194304 bytes/)
  })

  it('2.0, or not compressed with snappy, is refused', () => {
    const check = (contentType: string, contentEncoding: string) => () =>
      checkRemoteWrite({ contentType, contentEncoding })
    expect(check('application/x-protobuf', 'snappy')).not.toThrow()
    expect(check('application/x-protobuf;proto=prometheus.WriteRequest', 'Snappy')).not.toThrow()
    expect(check('application/x-protobuf;proto=io.prometheus.write.v2.Request', 'snappy')).toThrow(
      /remote write 1.0/,
    )
    expect(check('application/x-protobuf', 'zstd')).toThrow(/must be snappy/)
  })
})

describe('series', () => {
  const at = (labels: Record<string, string>, value = 1) => ({
    path: JSON.stringify(labels),
    labels: { monitor: 'm', __name__: 'requests', ...labels },
    samples: [{ time: 1, value }],
  })

  it('that would become one metric of one monitor are all rejected: mixed up, they would say nothing', () => {
    const taken = takeRemoteWrite(
      [at({ code: '200' }), at({ code: '500' }), at({ __name__: 'other' })],
      mapping(),
    )
    expect(taken.sightings.map(({ observation }) => observation)).toMatchObject([{ metric: 'other' }])
    expect(taken.rejected).toEqual([
      {
        path: '{"code":"200"}',
        message: expect.stringContaining('2 series that would all be requests of m'),
      },
      { path: '{"code":"500"}', message: expect.any(String) },
    ])
  })

  it('are told apart by region, and by a rule', () => {
    const regions = takeRemoteWrite([at({ region: 'eu' }), at({ region: 'us' })], mapping())
    expect([regions.sightings.length, regions.rejected]).toEqual([2, []])
    const rules = [
      { match: { code: '5*' }, metric: 'errors' },
      { match: { code: '?*' }, ignore: true },
    ]
    const chosen = takeRemoteWrite(
      [at({ code: '200' }), at({ code: '500' })],
      mapping([{ match: { code: '500' }, monitor: '{monitor}' }, ...rules]),
    )
    expect(chosen.sightings.map(({ observation }) => observation)).toMatchObject([{ metric: 'errors' }])
    expect(chosen.rejected).toEqual([])
  })

  it('get a metric’s name that thresholds can name, or are rejected', () => {
    const taken = takeRemoteWrite(
      [
        at({ __name__: 'http/server request' }),
        at({ __name__: '9lives' }),
        at({ __name__: 'x'.repeat(101) }),
      ],
      mapping(),
    )
    expect(taken.sightings.map(({ observation }) => observation)).toMatchObject([
      { metric: 'http_server_request' },
    ])
    expect(taken.rejected.length).toBe(2)
  })
})
