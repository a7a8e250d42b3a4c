import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Problem } from '../../ground/errors.ts'
import { readCloudEvents } from '../../intake/cloudevents-http.ts'
import { MAX_EVENTS } from '../event-input.ts'
import { INTAKE_LIMIT, type Intake } from '../intake.ts'
import { takeEvents } from '../intake-events.ts'
import { addOperation } from '../operation.ts'
import { SAMPLE_METADATA } from '../schemas/event.ts'
import { cloudEvent, cloudEventsAnswer } from '../schemas/intake.ts'
import { invalid } from '../validation.ts'

/** CloudEvents 1.0: binary, structured and in batches. */
export function intakeCloudEventRoutes(app: FastifyInstance, intake: Intake): void {
  addOperation(app, {
    id: 'takeCloudEvents',
    method: 'POST',
    path: '/v1/intake/cloudevents',
    tag: 'Intake',
    summary: 'Take CloudEvents',
    description:
      'CloudEvents 1.0 whose data is JSON, in any mode: binary (attributes as `ce-…` headers), structured, batch. An event of the type ' +
      '`com.statuspulse.event` or `com.statuspulse.incident.opened` (or any other of our event types) holds in `data` what ' +
      '`POST /v1/events` takes. All others are alerts, by the mapping rules. A repeat, by source and id within 24 h, is answered with the first result.',
    access: 'ingest',
    audit: { exempt: 'intake: the record of events has it' },
    tooManyStatus: 503,
    body: z.union([cloudEvent, z.array(cloudEvent).max(MAX_EVENTS)]),
    bodyOptional: true,
    bodyTypes: ['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'],
    bodyEncodings: ['gzip'],
    bodyLimit: INTAKE_LIMIT,
    readsBodyItself: true,
    bodyExamples: {
      alert: {
        summary: 'An alert of another program',
        value: {
          specversion: '1.0',
          id: '4711',
          source: '/checks/disk',
          type: 'com.example.disk.alerting',
          subject: 'db-1',
          data: { state: 'firing', severity: 'warning', summary: 'Disk is 91 % full' },
        },
      },
      event: {
        summary: 'An event of ours',
        value: {
          specversion: '1.0',
          id: '4712',
          source: '/billing',
          type: 'com.statuspulse.incident.opened',
          time: '2024-05-14T09:23:11Z',
          data: { monitor_name: 'checkout-service-redis', status: 'degraded', metadata: SAMPLE_METADATA },
        },
      },
    },
    answers: { 202: { description: 'Committed, with what was decided.', schema: cloudEventsAnswer } },
    problems: [409, 413, 415, 422],
    handler: async ({ caller, request }) => {
      const { events, errors } = readCloudEvents(request.headers, request.body)
      if (errors.length > 0) throw invalid(errors, 'body')
      if (events.length > MAX_EVENTS)
        throw new Problem(413, 'too-large', 'Too large', `A batch holds at most ${MAX_EVENTS} events.`)
      const data = await intake.work(caller.workspaceId, ({ mapping }) =>
        takeEvents(intake, caller.workspaceId, events, mapping, request),
      )
      const rejected = data.flatMap(({ rejected: message }, index) =>
        message === null ? [] : { path: events[index]?.path ?? '', message },
      )
      if (rejected.length > 0 && rejected.length === data.length) throw invalid(rejected, 'body')
      return { data }
    },
  })
}
