import type { FastifyInstance } from 'fastify'
import { Problem } from '../../ground/errors.ts'
import { takeNotified, takePosted } from '../../intake/alertmanager.ts'
import { checkGrafanaSignature, SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../intake/grafana-signature.ts'
import { INTAKE_LIMIT, type Intake } from '../intake.ts'
import { addOperation } from '../operation.ts'
import { alertmanagerBody, alertsAnswer, grafanaBody, postedAlerts } from '../schemas/intake.ts'

/** What every way in for alerts has. Their senders try again on 5xx only. */
const ALERTS = {
  method: 'POST',
  tag: 'Intake',
  access: 'ingest',
  audit: { exempt: 'intake: the record of events has it' },
  tooManyStatus: 503,
  bodyLimit: INTAKE_LIMIT,
  bodyEncodings: ['gzip'],
  problems: [413, 415, 422],
} as const

const COMMITTED = 'Committed, with what was decided. Some of them may have been rejected.'

const LABELS = {
  alertname: 'HighErrorRate',
  service: 'checkout',
  severity: 'critical',
  region: 'us-west-2',
}
const ALERT = {
  status: 'firing',
  labels: LABELS,
  annotations: { summary: 'Checkout answers with errors' },
  startsAt: '2024-05-14T09:23:11Z',
  endsAt: '0001-01-01T00:00:00Z',
  fingerprint: 'c4ae8a2ac4ce5d29',
}

/** Alerts of Alertmanager, Prometheus and Grafana. */
export function intakeAlertRoutes(app: FastifyInstance, intake: Intake): void {
  addAlertmanager(app, intake)
  addPrometheus(app, intake)
  addGrafana(app, intake)
}

function addAlertmanager(app: FastifyInstance, intake: Intake): void {
  addOperation(app, {
    ...ALERTS,
    id: 'takeAlertmanager',
    path: '/v1/intake/alertmanager',
    summary: "Take Alertmanager's webhook",
    description:
      'The URL of a `webhook_config`. Labels say which monitor, severity and region an alert is about, by the mapping rules; an ' +
      'alert is known again by its fingerprint, so repeats send nothing. 503 when there is too much: Alertmanager tries again.',
    body: alertmanagerBody,
    bodyExamples: { firing: { summary: 'An alert fires', value: { version: '4', alerts: [ALERT] } } },
    answers: { 200: { description: COMMITTED, schema: alertsAnswer } },
    handler: ({ caller, body, request }) =>
      intake.work(caller.workspaceId, async ({ mapping }) =>
        intake.takeAlerts(
          caller.workspaceId,
          takeNotified(body, 'alertmanager', mapping, request.receivedAt),
        ),
      ),
  })
}

function addPrometheus(app: FastifyInstance, intake: Intake): void {
  addOperation(app, {
    ...ALERTS,
    id: 'takePrometheusAlerts',
    path: '/api/v2/alerts',
    summary: 'Take alerts of Prometheus',
    description:
      "Alertmanager's API as Prometheus uses it: name this installation under `alerting.alertmanagers`. An alert that is not " +
      'repeated until its `endsAt` is over.',
    body: postedAlerts,
    bodyExamples: {
      firing: {
        summary: 'An alert fires',
        value: [{ labels: LABELS, annotations: ALERT.annotations, startsAt: ALERT.startsAt }],
      },
    },
    answers: { 200: { description: COMMITTED, schema: alertsAnswer } },
    handler: ({ caller, body, request }) =>
      intake.work(caller.workspaceId, async ({ mapping }) =>
        intake.takeAlerts(caller.workspaceId, takePosted(body, mapping, request.receivedAt)),
      ),
  })
}

function addGrafana(app: FastifyInstance, intake: Intake): void {
  addOperation(app, {
    ...ALERTS,
    id: 'takeGrafana',
    path: '/v1/intake/grafana',
    summary: "Take Grafana's webhook",
    description:
      'The URL of a contact point of type Webhook. Where a secret is set (`PUT /v1/intake/grafana/secret`), its HMAC signature is ' +
      `verified: \`${SIGNATURE_HEADER}\`, with a timestamp header \`${TIMESTAMP_HEADER}\` if it is configured.`,
    keepsRawBody: true,
    body: grafanaBody,
    bodyExamples: { firing: { summary: 'An alert fires', value: { alerts: [ALERT] } } },
    answers: { 200: { description: COMMITTED, schema: alertsAnswer } },
    handler: ({ caller, body, request }) =>
      intake.work(caller.workspaceId, async ({ mapping, grafanaSecret }) => {
        if (grafanaSecret !== null) {
          const signature = first(request.headers[SIGNATURE_HEADER])
          const timestamp = first(request.headers[TIMESTAMP_HEADER])
          const bytes = request.rawBody ?? Buffer.alloc(0)
          const message = checkGrafanaSignature(
            bytes,
            { signature, timestamp },
            grafanaSecret,
            request.receivedAt,
          )
          if (message !== null)
            throw new Problem(401, 'unauthorized', 'Unauthorized', `This webhook is refused: ${message}.`)
        }
        return intake.takeAlerts(
          caller.workspaceId,
          takeNotified(body, 'grafana', mapping, request.receivedAt),
        )
      }),
  })
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header
}
