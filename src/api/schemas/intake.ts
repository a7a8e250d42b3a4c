import { z } from 'zod'
import { SOURCES } from '../../intake/rules.ts'
import { eventType, severity, status, text, time } from './common.ts'

const MAX_ALERTS = 10_000

/** Labels of other systems: whatever they are, they are texts. */
const labels = z.record(z.string(), z.string())

const theirTime = z.string().optional().meta({ description: 'RFC 3339.' })

const notifiedAlert = z
  .looseObject({
    status: z.enum(['firing', 'resolved']),
    labels,
    annotations: labels.optional(),
    startsAt: theirTime,
    endsAt: theirTime,
    fingerprint: z.string().max(200).optional().meta({
      description: 'What the alert is known again by. Left out: made of its labels, as Alertmanager does.',
    }),
  })
  .meta({ id: 'NotifiedAlert' })

export const alertmanagerBody = z
  .looseObject({
    version: z.literal('4').meta({ description: 'Of the form of the webhook.' }),
    alerts: z.array(notifiedAlert).max(MAX_ALERTS),
  })
  .meta({ id: 'AlertmanagerWebhook', description: "Alertmanager's webhook, version 4." })

export const grafanaBody = z
  .looseObject({ alerts: z.array(notifiedAlert).max(MAX_ALERTS) })
  .meta({ id: 'GrafanaWebhook', description: "Grafana's webhook." })

export const postedAlerts = z
  .array(
    z
      .looseObject({ labels, annotations: labels.optional(), startsAt: theirTime, endsAt: theirTime })
      .meta({ id: 'PostedAlert' }),
  )
  .max(MAX_ALERTS)

export const rejected = z
  .array(
    z.object({
      path: z.string().meta({ description: 'Its place in the body: `alerts[3]`.' }),
      message: z.string(),
    }),
  )
  .meta({ description: 'What could not be taken, and why: the first 100.' })

export const alertsAnswer = z
  .object({ accepted: z.int().meta({ description: 'Alerts that were taken, repeats included.' }), rejected })
  .meta({ id: 'AlertsAnswer' })

export const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    subject: z.string().optional(),
    time: z.string().optional(),
    data: z.unknown().optional(),
  })
  .meta({ id: 'CloudEvent', description: 'CloudEvents 1.0, as JSON.' })

export const cloudEventsAnswer = z
  .object({
    data: z.array(
      z.object({
        id: z.string(),
        source: z.string(),
        duplicate: z.boolean().meta({
          description: 'It was taken before, under the same source and id; nothing follows again.',
        }),
        event_id: z.string().nullable().meta({ description: 'Of one that is an event of ours.' }),
        deliveries: z.int().nullable().meta({ description: 'How many endpoints that goes to.' }),
        monitor_name: z.string().nullable().meta({ description: 'null: it was left out.' }),
        rejected: z.string().nullable().meta({ description: 'Why it was not taken.' }),
      }),
    ),
  })
  .meta({ id: 'CloudEventsAnswer' })

export const otlpMetrics = z
  .looseObject({ resourceMetrics: z.array(z.unknown()).optional() })
  .meta({ id: 'OtlpMetrics', description: 'ExportMetricsServiceRequest, as protobuf or as JSON.' })

export const otlpAnswer = z
  .looseObject({
    partialSuccess: z.object({ rejectedDataPoints: z.string(), errorMessage: z.string() }).optional(),
  })
  .meta({ id: 'OtlpMetricsAnswer', description: 'ExportMetricsServiceResponse, in the form of the request.' })

/** Series as JSON, for a preview of what remote write says in protobuf. */
export const seriesInput = z.object({
  timeseries: z
    .array(
      z.object({
        labels: labels.meta({ description: 'The name of the metric is `__name__`.' }),
        samples: z
          .array(z.object({ value: z.number(), timestamp: z.int().meta({ description: 'ms' }) }))
          .max(1_000)
          .default([]),
      }),
    )
    .max(1_000),
})

export const grafanaSecret = z
  .strictObject({
    secret: text({ max: 500 })
      .nullable()
      .meta({ description: "The webhook's HMAC secret. null: webhooks need not be signed." }),
  })
  .meta({ id: 'GrafanaSecret' })

export const previewInput = z
  .strictObject({
    source: z.enum(SOURCES).meta({ description: 'Where it would come in.' }),
    body: z.unknown().meta({
      description:
        'What would be sent. Of `cloudevents` the structured form or an array of it, of `otlp` the JSON form, of ' +
        '`remote_write` `{ "timeseries": [{ "labels": { … }, "samples": [] }] }`.',
    }),
    rules: z
      .unknown()
      .optional()
      .meta({ description: 'Rules to try, as in `PUT`. Left out: the ones in force.' }),
  })
  .meta({ id: 'IntakePreviewInput' })

const previewAlert = z.object({
  fingerprint: z.string(),
  state: z.enum(['firing', 'resolved']),
  severity,
  status: status.nullable().meta({ description: 'null: by severity.' }),
  summary: z.string(),
  region: z.string().nullable(),
  affected_endpoints: z.array(z.string()),
  started_at: time,
  expires_at: time.nullable(),
})

export const preview = z
  .object({
    alerts: z.array(z.object({ monitor_name: z.string(), ...previewAlert.shape })),
    samples: z.array(
      z.object({
        monitor_name: z.string(),
        metric: z.string(),
        value: z.number(),
        time,
        region: z.string().nullable(),
      }),
    ),
    events: z
      .array(z.object({ monitor_name: z.string(), status, event_type: eventType.nullable() }))
      .meta({ description: 'CloudEvents of our own types.' }),
    rejected,
    ignored: z
      .int()
      .meta({ description: 'Alerts and series that are left out, by a rule or for want of one.' }),
  })
  .meta({ id: 'IntakePreview' })

const templates = z.array(z.string())

export const rulesInForce = z
  .object({
    rules: z.array(z.record(z.string(), z.unknown())).meta({ description: 'As they were put.' }),
    severities: z.record(z.string(), severity),
    grafana_secret_set: z.boolean().meta({ description: "Whether Grafana's webhooks must be signed." }),
    defaults: z
      .object(Object.fromEntries(SOURCES.map(source => [source, z.record(z.string(), templates)])))
      .meta({ description: 'What holds where the rules say nothing: templates by field, in order.' }),
  })
  .meta({ id: 'MappingRulesInForce' })
