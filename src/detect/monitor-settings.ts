import { z } from 'zod'
import { MONITOR_KINDS, type MonitorKind, SEVERITIES } from '../ground/vocabulary.ts'
import { CHECKS, isCheckKind } from './checks/index.ts'
import * as heartbeat from './heartbeat-spec.ts'

/** Settings of monitors in the words of the API, of the file, and of the table: given, kept, exported and shown alike. */

/** A text that can be kept and shown: whole characters only, and no NUL. */
function text(max: number, min = 1) {
  return z
    .string()
    .min(min)
    .max(max)
    .refine(value => value.isWellFormed() && !value.includes('\0'), 'must not hold NUL or half characters')
}

const severity = z.enum(SEVERITIES)
const troubleStatus = z.enum(['degraded', 'down'])
const DAY_S = 86_400
const MONTH_S = 31 * DAY_S

export const metricName = z
  .string()
  .regex(
    /^[A-Za-z_:][A-Za-z0-9_:.-]{0,99}$/,
    'must be a name such as response_time_ms: letters, digits, _ : . -',
  )

const threshold = z
  .strictObject({
    id: text(100).optional().meta({
      description:
        'Unique in the monitor. Left out: of metric, operator and value. A threshold with another id begins anew.',
    }),
    metric: metricName,
    operator: z.enum(['>', '>=', '<', '<=']).meta({ description: 'The bad side of the value.' }),
    value: z.number(),
    clear_value: z.number().nullable().default(null).meta({
      description: 'A breach lasts until the metric is on the good side of this. null: of `value`.',
    }),
    in_a_row: z.int().min(1).max(1_000).optional().meta({
      description:
        'Samples one after the other. 1 where neither this, nor `for_s`, nor `aggregate` is given.',
    }),
    for_s: z.int().min(1).max(MONTH_S).optional().meta({ description: 'Every sample of so many seconds.' }),
    aggregate: z.enum(['avg', 'max', 'min', 'p95']).optional().meta({
      description: 'Of the samples of the last `window_s` seconds together.',
    }),
    window_s: z.int().min(20).max(DAY_S).default(300).meta({ description: 'Of the aggregate.' }),
    min_samples: z.int().min(1).max(1_000_000).default(1).meta({
      description: 'An aggregate of fewer says nothing.',
    }),
    severity: severity.default('warning'),
    status: troubleStatus.optional().meta({
      description: 'Left out: by severity (`critical` is down, the others degraded).',
    }),
    no_data: z.enum(['breach', 'unknown', 'clear']).optional().meta({
      description: 'What it means that no sample came for `no_data_after_s`. Left out: nothing.',
    }),
    no_data_after_s: z.int().min(5).max(MONTH_S).default(300),
  })
  .refine(one => [one.in_a_row, one.for_s, one.aggregate].filter(rule => rule !== undefined).length < 2, {
    message: 'takes only one of in_a_row, for_s and aggregate',
  })
  .refine(isHysteresis, { path: ['clear_value'], message: 'must be on the good side of value' })
  .meta({ id: 'Threshold', description: 'A rule on a metric of the monitor.' })

export type ThresholdSettings = z.output<typeof threshold>

function isHysteresis({
  operator,
  value,
  clear_value,
}: {
  operator: string
  value: number
  clear_value: number | null
}) {
  if (clear_value === null) return true
  return operator.startsWith('>') ? clear_value <= value : clear_value >= value
}

const flapping = z
  .strictObject({
    changes: z.int().min(2).max(100).default(6),
    window_s: z.int().min(10).max(DAY_S).default(600),
    calm_s: z.int().min(10).max(DAY_S).default(300),
  })
  .meta({
    id: 'Flapping',
    description: 'So many changes in `window_s` are flapping, until there was none for `calm_s`.',
  })

export const labelName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/, 'must be a label name')

/** What every kind has. */
const common = {
  enabled: z.boolean().default(true).meta({ description: 'false: it is not watched, and in no trouble.' }),
  severity: severity.default('critical').meta({ description: 'Of a failing check, or a missed ping.' }),
  failure_status: troubleStatus
    .default('down')
    .meta({ description: 'What a failing check, or a missed ping, means.' }),
  thresholds: z.array(threshold).max(50).default([]),
  region: text(100).nullable().default(null).meta({
    description: 'Where it is watched from. null: where the node is (setting `region`).',
  }),
  affected_endpoints: z.array(text(500)).max(100).default([]).meta({
    description: 'What is affected when it is in trouble.',
  }),
  labels: z
    .record(labelName, text(500, 0))
    .default({})
    .refine(labels => Object.keys(labels).length <= 50, 'must have at most 50 entries')
    .meta({ description: 'What silences match, beside name, region and severity.' }),
  parents: z.array(text(200)).max(20).default([]).meta({
    description: 'Names of monitors that it depends on: its alerts are held while one of them is down.',
  }),
  parent_wait_s: z.int().min(0).max(3_600).default(0).meta({
    description: "How long an alert waits for its parents' verdict, who may be checked later.",
  }),
  flapping: z
    .union([flapping, z.literal(false)])
    .prefault({})
    .meta({ description: 'false: nothing is ever quieted for flapping.' }),
  stale_after_s: z.int().min(5).max(MONTH_S).nullable().default(null).meta({
    description: 'After how long without a word of it its status is unknown. null: never.',
  }),
}

const checked = {
  interval_s: z.int().min(5).max(DAY_S).default(30).meta({ description: 'From check to check.' }),
  timeout_ms: z.int().min(100).max(60_000).default(10_000).meta({ description: 'Of one check as a whole.' }),
  failures_to_open: z.int().min(1).max(100).default(2).meta({
    description: 'Failures in a row that open an incident.',
  }),
  successes_to_close: z.int().min(1).max(100).default(1).meta({
    description: 'Successes in a row that close it.',
  }),
  error_rate_window_s: z.int().min(20).max(DAY_S).default(300).meta({
    description: 'What `error_rate_pct` is taken over.',
  }),
}

/** The fields of every kind together; which of them a kind takes, {@link monitorSchema} says. */
export const settingsFields = { ...checked, ...common }

/** What each kind is watched by; null: nothing that has to be said. */
export const SPECS: { readonly [K in MonitorKind]: z.ZodType | null } = {
  http: CHECKS.http.schema,
  tcp: CHECKS.tcp.schema,
  dns: CHECKS.dns.schema,
  tls: CHECKS.tls.schema,
  heartbeat: heartbeat.schema,
  metric: null,
  external: null,
}

export const monitorName = text(200)

export const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,99}$/,
    'must be 1 to 100 of a-z 0-9 _ -, and not begin with one of the last two',
  )

const SCHEMAS = Object.fromEntries(MONITOR_KINDS.map(kind => [kind, schemaOf(kind)])) as {
  readonly [K in MonitorKind]: z.ZodType<MonitorDescription>
}

/** A monitor of a kind, as it is described from outside. */
export function monitorSchema(kind: MonitorKind): z.ZodType<MonitorDescription> {
  return SCHEMAS[kind]
}

function schemaOf(kind: MonitorKind) {
  const spec = SPECS[kind]
  const schema = z.strictObject({
    name: monitorName.meta({ description: 'Does not change.' }),
    kind: kind === 'external' ? z.literal(kind).default(kind) : z.literal(kind),
    ...(spec ? { spec: kind === 'heartbeat' ? spec.prefault({}) : spec } : {}),
    ...(kind === 'heartbeat'
      ? { slug: slug.optional().meta({ description: 'Left out: of the name.' }) }
      : {}),
    ...(isCheckKind(kind) ? checked : {}),
    ...common,
  })
  return withoutTwins(schema as unknown as z.ZodType<MonitorDescription>)
}

export interface MonitorDescription extends MonitorSettings {
  readonly name: string
  readonly kind: MonitorKind
  readonly slug?: string
  readonly spec?: unknown
}

/** Defaults filled in. The first five are there where the kind is checked. */
export type MonitorSettings = z.output<z.ZodObject<typeof common>> &
  Partial<z.output<z.ZodObject<typeof checked>>>

/** What a threshold is known by. */
export function thresholdId({
  id,
  metric,
  operator,
  value,
}: Pick<ThresholdSettings, 'id' | 'metric' | 'operator' | 'value'>) {
  return id ?? `${metric} ${operator} ${value}`
}

function withoutTwins<T extends { thresholds: ThresholdSettings[] }>(schema: z.ZodType<T>): z.ZodType<T> {
  return schema.superRefine(({ thresholds }, context) => {
    const seen = new Set<string>()
    for (const [index, one] of thresholds.entries()) {
      const id = thresholdId(one)
      if (seen.has(id))
        context.addIssue({ code: 'custom', path: ['thresholds', index], message: `is there twice (${id})` })
      seen.add(id)
    }
  })
}
