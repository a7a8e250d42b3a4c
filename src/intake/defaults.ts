import type { Source } from './rules.ts'

/** Templates by field; the first one whose labels are all there decides. */
export interface Defaults {
  readonly monitor: readonly string[]
  readonly severity: readonly string[]
  readonly region: readonly string[]
  readonly affected_endpoints: readonly string[]
  readonly summary: readonly string[]
  readonly state: readonly string[]
  readonly fingerprint: readonly string[]
  readonly metric: readonly string[]
}

const REGION = ['{region}', '{zone}', '{availability_zone}', '{datacenter}', '{dc}']
const NOTHING = { state: [], fingerprint: [], metric: [] }

const ALERTS: Defaults = {
  ...NOTHING,
  monitor: [
    '{monitor}',
    '{monitor_name}',
    '{service}',
    '{service_name}',
    '{job}/{instance}',
    '{job}',
    '{instance}',
    // Grafana's own alerts (no data, an error of the data source) name their rule.
    '{rulename}',
    '{alertname}',
  ],
  severity: ['{severity}', '{priority}', '{level}'],
  region: REGION,
  affected_endpoints: [
    '{affected_endpoints}',
    '{annotations.affected_endpoints}',
    '{endpoint}',
    '{path}',
    '{route}',
  ],
  summary: [
    '{annotations.summary}',
    '{annotations.message}',
    '{annotations.title}',
    '{annotations.description}',
    '{alertname}',
  ],
}

const METRICS: Defaults = {
  ...NOTHING,
  monitor: ['{monitor}', '{monitor_name}'],
  severity: [],
  region: [...REGION, '{cloud.region}', '{cloud.availability_zone}'],
  affected_endpoints: [],
  summary: [],
  metric: ['{__name__}'],
}

/** What holds where a workspace's rules say nothing. */
export const DEFAULTS: Readonly<Record<Source, Defaults>> = {
  alertmanager: ALERTS,
  prometheus: ALERTS,
  grafana: ALERTS,
  cloudevents: {
    monitor: [
      '{data.monitor_name}',
      '{data.monitor}',
      '{monitor}',
      '{data.service}',
      '{service}',
      '{subject}',
      '{source}',
    ],
    severity: ['{data.severity}', '{severity}', '{data.priority}', '{data.level}'],
    region: ['{data.region}', '{region}', '{data.zone}', '{zone}'],
    affected_endpoints: ['{data.affected_endpoints}', '{data.endpoint}', '{data.path}'],
    summary: ['{data.summary}', '{data.message}', '{data.title}', '{data.description}', '{type}'],
    state: ['{data.state}', '{data.status}', '{type}'],
    fingerprint: ['{data.fingerprint}', '{source} {subject}', '{source}'],
    metric: [],
  },
  otlp: { ...METRICS, monitor: [...METRICS.monitor, '{statuspulse.monitor}', '{service.name}'] },
  // Whoever writes everything to us must not get a monitor of everything: a label or a rule asks for it.
  remote_write: METRICS,
}
