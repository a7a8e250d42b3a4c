import { DiagLogLevel, diag } from '@opentelemetry/api'
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { arrivedOf, makeMonitor, told } from '../detection/harness.ts'
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

describe('the OpenTelemetry SDK', () => {
  /** What a program sets up, but that it exports when it is told to. */
  function instrument(exporter: PushMetricExporter, service: string) {
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
    const resource = resourceFromAttributes({ 'service.name': service, 'cloud.region': 'eu-west-1' })
    const provider = new MeterProvider({ resource, readers: [reader] })
    return { meter: provider.getMeter('shop'), provider }
  }

  const EXPORTERS = {
    protobuf: (options: object) => new ProtobufExporter(options),
    JSON: (options: object) => new JsonExporter(options),
  }

  it.each(
    Object.entries(EXPORTERS).flatMap(([form, make]) =>
      ['none', 'gzip'].map(compression => ({ form, make, compression })),
    ),
  )(
    'by its exporter of $form, compression $compression, crosses a threshold and comes back',
    async ({ form, make, compression }) => {
      const service = `sdk-${form}-${compression}`
      await makeMonitor(app, {
        name: service,
        kind: 'metric',
        thresholds: [{ metric: 'queue.length', operator: '>', value: 100, in_a_row: 1 }],
      })
      const exporter = make({
        url: `${app.url}/v1/otlp/v1/metrics`,
        headers: { authorization: `Bearer ${app.token}` },
        compression,
      })
      const { meter, provider } = instrument(exporter, service)
      const queue = meter.createGauge('queue.length')
      queue.record(250)
      await provider.forceFlush()
      const [opened] = await arrivedOf(receiver, service, 1)
      expect(opened?.payload.metadata.region).toBe('eu-west-1')
      queue.record(3)
      await provider.forceFlush()
      expect((await told(receiver, service, 4)).filter(line => line.startsWith('metric.'))).toEqual([
        'metric.breached warning degraded',
        'metric.cleared warning operational',
      ])
      await provider.shutdown()
    },
  )

  it.each(Object.entries(EXPORTERS))('is told by partial success what was rejected (%s)', async (_, make) => {
    const seen: string[] = []
    const exporter = make({
      url: `${app.url}/v1/otlp/v1/metrics`,
      headers: { authorization: `Bearer ${app.token}` },
    })
    const { meter, provider } = instrument(exporter, 'sdk-mixed')
    const histogram = meter.createHistogram('latency')
    histogram.record(5)
    meter.createGauge('fine').record(1)
    const note = (...said: unknown[]) => seen.push(said.map(one => JSON.stringify(one)).join(' '))
    diag.setLogger(
      { error: note, warn: note, info: () => {}, debug: () => {}, verbose: () => {} },
      DiagLogLevel.WARN,
    )
    await provider.forceFlush()
    diag.disable()
    expect(seen.join('\n')).toMatch(/PREFERENCE=delta/)
    await app.eventually('/v1/monitors?search=sdk-mixed', ({ data }) => data.length === 1)
    await provider.shutdown()
  })
})

describe('the package cloudevents', () => {
  const EVENT = { source: '/checks/disk', type: 'com.example.disk.check', subject: 'disk-of-db-1' }
  const data = (state: string) => ({ state, severity: 'critical', summary: 'Disk is full', region: 'eu' })

  async function post(message: { headers: object; body: unknown }) {
    const response = await fetch(`${app.url}/v1/intake/cloudevents`, {
      method: 'POST',
      headers: { ...(message.headers as Record<string, string>), authorization: `Bearer ${app.token}` },
      body: message.body as string,
    })
    // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect to be there.
    return { status: response.status, body: (await response.json()) as any }
  }

  it.each(['binary', 'structured'] as const)(
    'in %s mode opens and resolves, and a repeat changes nothing',
    async mode => {
      const subject = `disk-${mode}`
      const firing = new CloudEvent({ ...EVENT, subject, id: `1-${mode}`, data: data('firing') })
      const resolved = new CloudEvent({ ...EVENT, subject, id: `2-${mode}`, data: data('resolved') })
      const first = await post(HTTP[mode](firing))
      expect(first).toMatchObject({
        status: 202,
        body: { data: [{ duplicate: false, monitor_name: subject }] },
      })
      await post(HTTP[mode](resolved))
      // The first one again, as if it had not been answered: it would open another incident.
      const again = await post(HTTP[mode](firing))
      expect(again.body.data).toEqual([{ ...first.body.data[0], duplicate: true }])
      expect(await told(receiver, subject, 2)).toEqual([
        'incident.opened critical down',
        'incident.resolved critical operational',
      ])
    },
  )

  it('in a batch is taken in order, and of each it is said what became of it', async () => {
    const event = (id: string, more: object) => new CloudEvent({ ...EVENT, id, ...more })
    const batch = [
      event('b1', { subject: 'batch', data: data('firing') }),
      event('b1', { subject: 'batch', data: data('firing') }),
      event('b2', { subject: 'batch', data: data('resolved') }),
      event('b3', { subject: 'batch', type: 'com.example.user.created', data: {} }),
      event('b4', {
        type: 'com.statuspulse.status.changed',
        data: { monitor_name: 'ours', status: 'degraded' },
      }),
    ]
    const answer = await post({
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(batch),
    })
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    expect(answer.body.data).toMatchObject([
      { id: 'b1', duplicate: false, monitor_name: 'batch', rejected: null },
      { id: 'b1', duplicate: true },
      { id: 'b2', monitor_name: 'batch', rejected: null },
      { id: 'b3', rejected: expect.stringContaining('firing or resolved') },
      { id: 'b4', monitor_name: 'ours', event_id: expect.stringMatching(/^ce_[0-9a-f]{40}$/), deliveries: 1 },
    ])
    expect((await told(receiver, 'batch', 2)).length).toBe(2)
  })

  it('sends events of ours as they are, once, however often and by its own emitter', async () => {
    const emit = emitterFor(httpTransport(`${app.url}/v1/intake/cloudevents`), { mode: Mode.BINARY })
    const event = new CloudEvent({
      id: 'own-1',
      source: '/billing',
      type: 'com.statuspulse.incident.opened',
      time: '2026-11-24T03:49:22.000Z',
      data: { monitor_name: 'billing', status: 'down', incident_id: 'inc-1', metadata: { note: 'ä' } },
    })
    const headers = { authorization: `Bearer ${app.token}` }
    for (let time = 0; time < 3; time++) await emit(event, { headers })
    const [arrived] = await arrivedOf(receiver, 'billing', 1)
    expect(arrived?.payload).toMatchObject({
      event_id: expect.stringMatching(/^ce_/),
      monitor_name: 'billing',
      status: 'down',
      timestamp: '2026-11-24T03:49:22Z',
      metadata: { event_type: 'incident.opened', severity: 'critical', incident_id: 'inc-1', note: 'ä' },
    })
    const { body } = await app.call('GET', '/v1/events?monitor=billing')
    expect(body.data.length).toBe(1)
  })
})
