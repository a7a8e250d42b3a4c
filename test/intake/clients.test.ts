import { once } from 'node:events'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import {
  AggregationTemporality,
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { CloudEvent, HTTP, type Message } from 'cloudevents'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeMonitor, told } from '../detection/harness.ts'
import { startTestApp, type TestApp } from '../helpers/app.ts'
import { type Receiver, startReceiver } from '../helpers/receiver.ts'

let app: TestApp
let receiver: Receiver

beforeAll(async () => {
  receiver = await startReceiver()
  app = await startTestApp()
  await app.addEndpoint(receiver.url)
})
afterAll(async () => {
  await app?.stop()
  await receiver?.close()
})
