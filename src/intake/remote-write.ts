import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { Problem } from '../ground/errors.ts'
import type { Taken } from './intake.ts'
import type { Mapping } from './mapping.ts'
import { mapSeries, type Series } from './samples.ts'
import { TooLargeUnpacked, unpackSnappy } from './snappy.ts'

/** Fields of prometheus.WriteRequest and what it is made of (remote write 1.0); all others are skipped. */
const TIMESERIES = 1
const LABELS = 1
const SAMPLES = 2
const NAME = 1
const TEXT = 2
const VALUE = 1
const TIMESTAMP = 2

/**
 * Refuses what is not remote write 1.0 before its body is read.
 * @throws Problem 415
 */
export function checkRemoteWrite(headers: {
  readonly contentType: string
  readonly contentEncoding: string
}): void {
  const proto = /;\s*proto="?([\w.]+)"?/.exec(headers.contentType)?.[1]
  if (proto !== undefined && proto !== 'prometheus.WriteRequest')
    throw unsupported(
      `${proto} is not taken here: send remote write 1.0 (protobuf_message: prometheus.WriteRequest).`,
    )
  if (headers.contentEncoding.toLowerCase() !== 'snappy')
    throw unsupported('Remote write is compressed: Content-Encoding must be snappy.')
}

/**
 * The series of a remote write 1.0 request.
 * @param body snappy's block format around a protobuf message
 * @param limit bytes that it may have when it is not compressed
 * @throws Problem 400 (not what it says it is), 413 (larger)
 */
export function readRemoteWrite(body: Buffer, limit: number): Series[] {
  let message: Uint8Array
  try {
    message = unpackSnappy(body, limit)
  } catch (error) {
    if (error instanceof TooLargeUnpacked)
      throw new Problem(413, 'too-large', 'Too large', `The body has more than ${limit} bytes uncompressed.`)
    throw malformed('The body is not compressed with snappy (block format).')
  }
  try {
    return readSeries(new BinaryReader(message))
  } catch {
    throw malformed('The body is not a prometheus.WriteRequest.')
  }
}

/** What Prometheus writes down of its own alerts, with their labels. That they fire, it tells as alerts. */
const OF_ALERTS = new Set(['ALERTS', 'ALERTS_FOR_STATE'])

/** Series become metrics of monitors; those that no rule asks for are left out. */
export function takeRemoteWrite(series: readonly Series[], mapping: Mapping): Taken {
  const figures = series.filter(({ labels }) => !OF_ALERTS.has(labels.__name__ ?? ''))
  const taken = mapSeries(figures, mapping, 'remote_write')
  return { ...taken, ignored: taken.ignored + series.length - figures.length }
}

function readSeries(reader: BinaryReader): Series[] {
  const series: Series[] = []
  forEachField(reader, reader.len, (field, type) => {
    if (field !== TIMESERIES || type !== WireType.LengthDelimited) return false
    series.push(readOne(reader, `timeseries[${series.length}]`))
    return true
  })
  return series
}

function readOne(reader: BinaryReader, path: string): Series {
  const labels: Record<string, string> = Object.create(null)
  const samples: { time: number; value: number }[] = []
  forEachField(reader, endOf(reader), (field, type) => {
    if (type !== WireType.LengthDelimited) return false
    if (field === LABELS) readLabel(reader, labels)
    else if (field === SAMPLES) {
      const sample = readSample(reader)
      // Prometheus marks the end of a series by a NaN.
      if (Number.isFinite(sample.value)) samples.push(sample)
    } else return false
    return true
  })
  return { path, labels, samples }
}

function readLabel(reader: BinaryReader, labels: Record<string, string>): void {
  let name = ''
  let value = ''
  forEachField(reader, endOf(reader), field => {
    if (field === NAME) name = reader.string()
    else if (field === TEXT) value = reader.string()
    else return false
    return true
  })
  labels[name] = value
}

function readSample(reader: BinaryReader): { time: number; value: number } {
  let value = 0
  let time = 0
  forEachField(reader, endOf(reader), field => {
    if (field === VALUE) value = reader.double()
    else if (field === TIMESTAMP) time = Number(reader.int64())
    else return false
    return true
  })
  return { value, time }
}

/** Where the message that begins here ends. */
function endOf(reader: BinaryReader): number {
  const length = reader.uint32()
  return reader.pos + length
}

/** @param read reads the field's value; false: it is none of its fields, and is skipped */
function forEachField(
  reader: BinaryReader,
  end: number,
  read: (field: number, type: WireType) => boolean,
): void {
  while (reader.pos < end) {
    const [field, type] = reader.tag()
    if (!read(field, type)) reader.skip(type, field)
  }
  if (reader.pos !== end) throw new RangeError('a message is longer than it says')
}

function malformed(detail: string): Problem {
  return new Problem(400, 'malformed-body', 'Malformed body', detail)
}

function unsupported(detail: string): Problem {
  return new Problem(415, 'unsupported-media-type', 'Unsupported media type', detail)
}
