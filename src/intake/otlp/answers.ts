import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { TakenMetrics } from './metrics.ts'

/** An answer in the form that the request had. */
export interface OtlpAnswer {
  readonly contentType: 'application/x-protobuf' | 'application/json'
  readonly body: Buffer
}

const MAX_REASONS = 5

/** google.rpc.Code by HTTP status. */
const CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  413: 8,
  415: 3,
  422: 3,
  429: 8,
  503: 14,
}
const INTERNAL = 13

/** ExportMetricsServiceResponse: with `partial_success` if anything was rejected. */
export function metricsAnswer(
  taken: Pick<TakenMetrics, 'rejectedPoints' | 'rejected'>,
  isJson: boolean,
): OtlpAnswer {
  const { rejectedPoints, rejected } = taken
  if (rejectedPoints === 0) return isJson ? asJson({}) : asProtobuf(new BinaryWriter())
  const reasons = rejected.slice(0, MAX_REASONS).map(({ path, message }) => `${path}: ${message}`)
  const more = rejected.length - reasons.length
  const errorMessage = reasons.join('; ') + (more > 0 ? `; and ${more} more` : '')
  if (isJson) return asJson({ partialSuccess: { rejectedDataPoints: String(rejectedPoints), errorMessage } })
  const writer = new BinaryWriter().tag(1, WireType.LengthDelimited).fork()
  writer.tag(1, WireType.Varint).int64(rejectedPoints)
  writer.tag(2, WireType.LengthDelimited).string(errorMessage)
  return asProtobuf(writer.join())
}

/** google.rpc.Status: what every answer but a success is. */
export function statusAnswer(httpStatus: number, message: string, isJson: boolean): OtlpAnswer {
  const code = CODES[httpStatus] ?? INTERNAL
  if (isJson) return asJson({ code, message })
  const writer = new BinaryWriter().tag(1, WireType.Varint).int32(code)
  return asProtobuf(writer.tag(2, WireType.LengthDelimited).string(message))
}

function asJson(value: object): OtlpAnswer {
  return { contentType: 'application/json', body: Buffer.from(JSON.stringify(value)) }
}

function asProtobuf(writer: BinaryWriter): OtlpAnswer {
  return { contentType: 'application/x-protobuf', body: Buffer.from(writer.finish()) }
}
