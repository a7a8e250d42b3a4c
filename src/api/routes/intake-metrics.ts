import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { messageOf, Problem } from '../../ground/errors.ts'
import { metricsAnswer, statusAnswer } from '../../intake/otlp/answers.ts'
import { type MetricsRequest, readBinary, readJson } from '../../intake/otlp/messages.ts'
import { takeMetrics } from '../../intake/otlp/metrics.ts'
import { checkRemoteWrite, readRemoteWrite, takeRemoteWrite } from '../../intake/remote-write.ts'
import { INTAKE_LIMIT, type Intake, unknownMonitor } from '../intake.ts'
import { addOperation } from '../operation.ts'
import { typeOf } from '../request-body.ts'
import { otlpAnswer, otlpMetrics } from '../schemas/intake.ts'
import { invalid } from '../validation.ts'

const PROTOBUF = 'application/x-protobuf'

/** Metrics by OTLP/HTTP and by Prometheus remote write. */
export function intakeMetricRoutes(app: FastifyInstance, intake: Intake): void {
  addOtlp(app, intake)
  addRemoteWrite(app, intake)
}

function addOtlp(app: FastifyInstance, intake: Intake): void {
  addOperation(app, {
    id: 'takeOtlpMetrics',
    method: 'POST',
    path: '/v1/otlp/v1/metrics',
    tag: 'Intake',
    summary: 'Take metrics by OTLP/HTTP',
    description:
      'OpenTelemetry, protobuf or JSON, gzip or not: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` of an SDK or Collector. `service.name` is the ' +
      'monitor unless the mapping rules say otherwise. Data points that cannot be taken are counted in `partial_success`; any error is a ' +
      '`google.rpc.Status`, in the form of the request.',
    access: 'ingest',
    audit: { exempt: 'intake: the record of events has it' },
    tooManyStatus: 503,
    body: otlpMetrics,
    bodyTypes: [PROTOBUF, 'application/json'],
    bodyEncodings: ['gzip'],
    bodyLimit: INTAKE_LIMIT,
    readsBodyItself: true,
    answers: { 200: { description: 'Committed, with what was decided.', schema: otlpAnswer } },
    problems: [413, 415],
    showProblem: (problem, request) =>
      statusAnswer(problem.status, problem.message, typeOf(request) === 'application/json'),
    handler: async ({ caller, request, reply }) => {
      const isJson = typeOf(request) === 'application/json'
      const read = readOtlp(request.body, isJson)
      const answer = await intake.work(caller.workspaceId, async ({ mapping }) => {
        const taken = takeMetrics(read, mapping, request.receivedAt || intake.services.clock.now())
        const { unknown } = await intake.observe(caller.workspaceId, taken)
        const refused = taken.sightings.filter(({ monitorName }) => unknown.includes(monitorName)).length
        return metricsAnswer(
          {
            rejectedPoints: taken.rejectedPoints + refused,
            rejected: [...taken.rejected, ...unknown.map(unknownMonitor)],
          },
          isJson,
        )
      })
      return reply.type(answer.contentType).send(answer.body)
    },
  })
}

function readOtlp(body: unknown, isJson: boolean): MetricsRequest {
  try {
    return isJson ? readJson(body ?? {}) : readBinary((body as Buffer | undefined) ?? Buffer.alloc(0))
  } catch (error) {
    const detail = `The body is not an ExportMetricsServiceRequest: ${messageOf(error)}.`
    throw new Problem(400, 'malformed-body', 'Malformed body', detail)
  }
}

function addRemoteWrite(app: FastifyInstance, intake: Intake): void {
  addOperation(app, {
    id: 'takeRemoteWrite',
    method: 'POST',
    path: '/api/v1/write',
    tag: 'Intake',
    summary: 'Take Prometheus remote write',
    description:
      'Remote write 1.0 (`prometheus.WriteRequest`, snappy). Only series that name their monitor are taken, by a label `monitor` or by a ' +
      'mapping rule; all others are left out. 400 when some of them cannot be taken: the others are kept all the same.',
    access: 'ingest',
    audit: { exempt: 'intake: the record of events has it' },
    tooManyStatus: 503,
    body: z.string().meta({ description: 'prometheus.WriteRequest, compressed with snappy (block format).' }),
    bodyTypes: [PROTOBUF],
    bodyEncodings: ['snappy'],
    bodyLimit: INTAKE_LIMIT,
    readsBodyItself: true,
    answers: { 204: { description: 'Committed, with what was decided.' } },
    problems: [413, 415],
    handler: async ({ caller, request }) => {
      checkRemoteWrite({
        contentType: request.headers['content-type'] ?? '',
        contentEncoding: request.headers['content-encoding'] ?? '',
      })
      const series = readRemoteWrite((request.body as Buffer | undefined) ?? Buffer.alloc(0), INTAKE_LIMIT)
      await intake.work(caller.workspaceId, async ({ mapping }) => {
        const taken = takeRemoteWrite(series, mapping)
        const { unknown } = await intake.observe(caller.workspaceId, taken)
        const rejected = [...taken.rejected, ...unknown.map(unknownMonitor)]
        // Prometheus tells its log of a 400, and does not send it again.
        if (rejected.length > 0) throw invalid(rejected, 'headers')
      })
    },
  })
}
