import type { FastifyInstance } from 'fastify'
import { DEFAULTS } from '../../intake/defaults.ts'
import { compileMapping } from '../../intake/mapping.ts'
import { mappingRules } from '../../intake/rules.ts'
import { saveGrafanaSecret, saveMappingRules } from '../../store/intake-settings.ts'
import { INTAKE_LIMIT, type Intake } from '../intake.ts'
import { previewOf } from '../intake-preview.ts'
import { addOperation } from '../operation.ts'
import { grafanaSecret, preview, previewInput, rulesInForce } from '../schemas/intake.ts'
import { parse } from '../validation.ts'

/** `/v1/intake/rules` and what belongs to them. */
export function intakeRuleRoutes(app: FastifyInstance, intake: Intake): void {
  addShow(app, intake)
  addReplace(app, intake)
  addSecret(app, intake)
  addPreview(app, intake)
}

async function show({ book }: Intake, workspaceId: string) {
  const { rules, grafanaSecret: secret } = await book.of(workspaceId)
  return { ...rules, grafana_secret_set: secret !== null, defaults: DEFAULTS }
}

function addShow(app: FastifyInstance, intake: Intake): void {
  addOperation(app, {
    id: 'getMappingRules',
    method: 'GET',
    path: '/v1/intake/rules',
    tag: 'Intake',
    summary: 'Show the mapping rules',
    description:
      'How labels become monitors, severities, regions and metrics: the rules, and the defaults that follow them.',
    access: 'read',
    answers: { 200: { description: 'The rules in force.', schema: rulesInForce } },
    handler: ({ caller }) => show(intake, caller.workspaceId),
  })
}

function addReplace(app: FastifyInstance, intake: Intake): void {
  const { database } = intake.services
  addOperation(app, {
    id: 'putMappingRules',
    method: 'PUT',
    path: '/v1/intake/rules',
    tag: 'Intake',
    summary: 'Replace the mapping rules',
    description:
      'Replaces all of them; every node has them within a second. Rules are tried in order: for each field, the first matching rule whose ' +
      'labels are all there decides, then the defaults do. Try them before with `POST /v1/intake/preview`.',
    access: 'admin',
    audit: { words: 'Replaced the mapping rules', before: 'getMappingRules' },
    body: mappingRules,
    bodyExamples: {
      team: {
        summary: 'Monitors named by team and service; latency in milliseconds',
        value: {
          rules: [
            { match: { team: 'payments' }, monitor: 'payments-{service}' },
            {
              sources: ['remote_write'],
              match: { __name__: 'job:latency_seconds:p99' },
              monitor: '{job}',
              metric: 'response_time_ms',
              scale: 1000,
            },
            { match: { severity: 'none' }, ignore: true },
          ],
          severities: { ticket: 'info' },
        },
      },
    },
    answers: { 200: { description: 'Replaced.', schema: rulesInForce } },
    problems: [415, 422],
    handler: async ({ caller, body }) => {
      await saveMappingRules(database, caller.workspaceId, body)
      intake.book.forget(caller.workspaceId)
      return show(intake, caller.workspaceId)
    },
  })
}

function addSecret(app: FastifyInstance, intake: Intake): void {
  const { database, sealer } = intake.services
  addOperation(app, {
    id: 'putGrafanaSecret',
    method: 'PUT',
    path: '/v1/intake/grafana/secret',
    tag: 'Intake',
    summary: "Set the secret of Grafana's webhooks",
    description:
      'From then on a webhook of Grafana without its signature is refused (401). It is kept encrypted, and never shown.',
    access: 'admin',
    audit: { words: "Set the secret of Grafana's webhooks" },
    body: grafanaSecret,
    bodyExamples: { set: { summary: 'A secret', value: { secret: 'as-entered-in-grafana' } } },
    answers: { 204: { description: 'Set.' } },
    problems: [415, 422],
    handler: async ({ caller, body }) => {
      await saveGrafanaSecret(database, sealer, caller.workspaceId, body.secret)
      intake.book.forget(caller.workspaceId)
    },
  })
}

function addPreview(app: FastifyInstance, intake: Intake): void {
  addOperation(app, {
    id: 'previewIntake',
    method: 'POST',
    path: '/v1/intake/preview',
    tag: 'Intake',
    summary: 'Try the mapping rules',
    description:
      'Shows what a body would be taken for, by the rules in force or by those given. Changes nothing.',
    access: 'read',
    audit: { exempt: 'changes nothing' },
    body: previewInput,
    bodyExamples: {
      alert: {
        summary: 'An alert of Prometheus',
        value: {
          source: 'prometheus',
          body: [{ labels: { alertname: 'HighErrorRate', service: 'checkout', severity: 'page' } }],
        },
      },
    },
    bodyLimit: INTAKE_LIMIT,
    answers: { 200: { description: 'What it would be taken for.', schema: preview } },
    problems: [413, 415, 422],
    handler: async ({ caller, body, request }) => {
      const { mapping } =
        body.rules === undefined
          ? await intake.book.of(caller.workspaceId)
          : { mapping: compileMapping(parse(mappingRules, body.rules, 'body', 'rules')) }
      return previewOf(body.source, body.body, mapping, request)
    },
  })
}
