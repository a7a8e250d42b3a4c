import {
  create,
  createFileRegistry,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
} from '@bufbuild/protobuf'
import {
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'

/**
 * What is read of opentelemetry.proto.metrics.v1 (and of the messages that it uses): number, type, whether
 * repeated. A field that is not here is skipped. Both forms of OTLP are read by these: protobuf and JSON.
 */
const MESSAGES: Readonly<
  Record<string, Readonly<Record<string, readonly [number, Type | string, 'repeated'?]>>>
> = {
  ExportMetricsServiceRequest: { resourceMetrics: [1, 'ResourceMetrics', 'repeated'] },
  ResourceMetrics: { resource: [1, 'Resource'], scopeMetrics: [2, 'ScopeMetrics', 'repeated'] },
  Resource: { attributes: [1, 'KeyValue', 'repeated'] },
  ScopeMetrics: { metrics: [2, 'Metric', 'repeated'] },
  Metric: {
    name: [1, Type.STRING],
    unit: [3, Type.STRING],
    gauge: [5, 'Numbers'],
    sum: [7, 'Numbers'],
    histogram: [9, 'Histogram'],
    exponentialHistogram: [10, 'ExponentialHistogram'],
    summary: [11, 'Summary'],
  },
  Numbers: { dataPoints: [1, 'NumberDataPoint', 'repeated'] },
  NumberDataPoint: {
    attributes: [7, 'KeyValue', 'repeated'],
    timeUnixNano: [3, Type.FIXED64],
    asDouble: [4, Type.DOUBLE],
    asInt: [6, Type.SFIXED64],
    flags: [8, Type.UINT32],
  },
  Histogram: { dataPoints: [1, 'HistogramDataPoint', 'repeated'], aggregationTemporality: [2, Type.INT32] },
  HistogramDataPoint: {
    attributes: [9, 'KeyValue', 'repeated'],
    timeUnixNano: [3, Type.FIXED64],
    count: [4, Type.FIXED64],
    sum: [5, Type.DOUBLE],
    flags: [10, Type.UINT32],
    max: [12, Type.DOUBLE],
  },
  ExponentialHistogram: {
    dataPoints: [1, 'ExponentialHistogramDataPoint', 'repeated'],
    aggregationTemporality: [2, Type.INT32],
  },
  ExponentialHistogramDataPoint: {
    attributes: [1, 'KeyValue', 'repeated'],
    timeUnixNano: [3, Type.FIXED64],
    count: [4, Type.FIXED64],
    sum: [5, Type.DOUBLE],
    flags: [10, Type.UINT32],
    max: [13, Type.DOUBLE],
  },
  Summary: { dataPoints: [1, 'SummaryDataPoint', 'repeated'] },
  SummaryDataPoint: {
    attributes: [7, 'KeyValue', 'repeated'],
    timeUnixNano: [3, Type.FIXED64],
    quantileValues: [6, 'ValueAtQuantile', 'repeated'],
    flags: [8, Type.UINT32],
  },
  ValueAtQuantile: { quantile: [1, Type.DOUBLE], value: [2, Type.DOUBLE] },
  KeyValue: { key: [1, Type.STRING], value: [2, 'AnyValue'] },
  AnyValue: {
    stringValue: [1, Type.STRING],
    boolValue: [2, Type.BOOL],
    intValue: [3, Type.INT64],
    doubleValue: [4, Type.DOUBLE],
  },
}

/** A request; a field that it does not have is the empty value of its type, or undefined if it is a message. */
export interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly resource?: { readonly attributes: readonly KeyValue[] }
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[]
  }[]
}

export interface Metric {
  readonly name: string
  readonly unit: string
  readonly gauge?: { readonly dataPoints: readonly NumberPoint[] }
  readonly sum?: { readonly dataPoints: readonly NumberPoint[] }
  readonly histogram?: Distribution
  readonly exponentialHistogram?: Distribution
  readonly summary?: { readonly dataPoints: readonly SummaryPoint[] }
}

export interface Distribution {
  readonly dataPoints: readonly DistributionPoint[]
  readonly aggregationTemporality: number
}

interface Point {
  readonly attributes: readonly KeyValue[]
  readonly timeUnixNano: bigint
  readonly flags: number
}

export interface NumberPoint extends Point {
  readonly asDouble: number
  readonly asInt: bigint
}

export interface DistributionPoint extends Point {
  readonly count: bigint
  readonly sum: number
  readonly max: number
}

export interface SummaryPoint extends Point {
  readonly quantileValues: readonly { readonly quantile: number; readonly value: number }[]
}

export interface KeyValue {
  readonly key: string
  readonly value?: {
    readonly stringValue: string
    readonly boolValue: boolean
    readonly intValue: bigint
    readonly doubleValue: number
  }
}

const request = describe('ExportMetricsServiceRequest')

/** Reads a request's protobuf form. @throws Error when it is none */
export function readBinary(body: Uint8Array): MetricsRequest {
  return fromBinary(request, body, { readUnknownFields: false }) as unknown as MetricsRequest
}

/** Reads a request's JSON form. @throws Error when it is none */
export function readJson(body: unknown): MetricsRequest {
  return fromJson(request, body as JsonValue, { ignoreUnknownFields: true }) as unknown as MetricsRequest
}

/** Whether a message has a value in a field that is no message. */
export function has(message: object, field: string): boolean {
  return Object.hasOwn(message, field)
}

function describe(name: string): DescMessage {
  const file = create(FileDescriptorProtoSchema, {
    name: 'metrics.proto',
    package: 'otlp',
    // Every field tells whether it was set, oneofs need no oneof, and numbers may come packed or not.
    syntax: 'proto2',
    messageType: Object.entries(MESSAGES).map(([message, fields]) => ({
      name: message,
      field: Object.entries(fields).map(([field, [number, type, repeated]]) =>
        create(FieldDescriptorProtoSchema, {
          name: field,
          number,
          label: repeated ? Label.REPEATED : Label.OPTIONAL,
          ...(typeof type === 'string' ? { type: Type.MESSAGE, typeName: `.otlp.${type}` } : { type }),
        }),
      ),
    })),
  })
  const found = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).getMessage(
    `otlp.${name}`,
  )
  if (!found) throw new Error(`there is no message ${name}`)
  return found
}
