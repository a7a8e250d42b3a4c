import { z } from 'zod'
import { destinationFor } from '../../deliver/destinations/index.ts'
import { ENDPOINT_KINDS, ORDERS } from '../../ground/vocabulary.ts'
import { eventType, MAX_MONITOR_NAME, page, severity, text, time } from './common.ts'
import { eventSummary } from './event.ts'

const MAX_LIST = 500
const MAX_HEADERS = 50

const pattern = text({ max: MAX_MONITOR_NAME })

const filterFields = {
  monitors: z
    .array(pattern)
    .max(MAX_LIST)
    .meta({ description: 'Monitor names and globs such as `api-gateway-*`.' }),
  exclude_monitors: z.array(pattern).max(MAX_LIST).meta({ description: 'Wins over `monitors`.' }),
  severities: z.array(severity).max(3),
  event_types: z.array(eventType).max(7),
  regions: z.array(text({ max: 100 })).max(MAX_LIST),
}

export const filter = z
  .object(filterFields)
  .meta({ id: 'Filter', description: 'Which events an endpoint wants. An empty list means all.' })

export const filterInput = z.strictObject(optional(filterFields)).meta({
  id: 'FilterInput',
  description: 'Which events an endpoint wants. What is left out or empty means all.',
})

const filterPatch = z
  .strictObject(nullable(filterFields))
  .meta({ id: 'FilterPatch', description: 'What is left out stays; null means all.' })

/** RFC 9110, section 5.6.2: token; section 5.5: what a value may hold, as the HTTP client will accept it. */
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be an HTTP header name')
const headerValue = z
  .string()
  .max(4_096)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be an HTTP header value')

const endpointKind = z.enum(ENDPOINT_KINDS).meta({
  description: ENDPOINT_KINDS.map(kind => `\`${kind}\`: ${destinationFor(kind).about}`).join(' '),
})

const settings = {
  url: text({ max: 2_048 }).meta({
    description:
      'Where events are sent to: `https:` with a certificate that is valid now; of a broker `tls:`, `amqps:`, `kafkas:`, with ' +
      'user and password. Left out: where the kind has it (PagerDuty, by its region).',
  }),
  name: text({ min: 0, max: 200 }),
  headers: z
    .record(headerName, headerValue)
    .refine(has(MAX_HEADERS), `must have at most ${MAX_HEADERS} entries`)
    .meta({
      description: 'Sent with every attempt. Values are kept encrypted and never shown again.',
    }),
  options: z.record(z.string(), z.unknown()).meta({
    description: "Settings of the endpoint's kind.",
    override: { type: 'object', anyOf: optionsByKind() },
  }),
  success_statuses: z.array(z.int().min(200).max(299)).min(1).max(100).meta({
    description: 'Answers that mean delivered. Left out: 200 and 201, or what the kind says.',
  }),
  timeout_ms: z.int().min(100).max(30_000).meta({ description: 'Over the whole attempt. Left out: 5000.' }),
  rate_per_second: z
    .number()
    .min(0.01)
    .max(10_000)
    .meta({ description: 'Attempts a second. Left out: what the kind says, or no limit.' }),
  concurrency: z.int().min(1).max(1_000).meta({ description: 'Attempts under way at once. Left out: 16.' }),
  order: z.enum(ORDERS).meta({
    description:
      'Per monitor. `unordered`: nothing ever waits. `ordered`: a later event waits until the earlier one is delivered or ' +
      'failed. `latest`: a later event of an incident takes the place of one not yet delivered. Left out: what the kind says.',
  }),
  enabled: z.boolean(),
}

const { url, ...others } = settings

export const endpointInput = z
  .strictObject({
    url: url.optional(),
    kind: endpointKind.default('webhook'),
    filter: filterInput.optional(),
    ...optional(others),
  })
  .meta({ id: 'EndpointInput' })

export const endpointPatch = z
  .strictObject({
    url: url.optional(),
    filter: filterPatch.nullable().optional(),
    headers: z.record(headerName, headerValue.nullable()).nullable().optional().meta({
      description: 'A name with null is removed, what is not named stays.',
    }),
    options: z.record(z.string(), z.unknown()).nullable().optional().meta({
      description: 'A name with null is removed, what is not named stays.',
    }),
    name: settings.name.nullable().optional(),
    success_statuses: settings.success_statuses.nullable().optional(),
    timeout_ms: settings.timeout_ms.nullable().optional(),
    rate_per_second: settings.rate_per_second.nullable().optional(),
    concurrency: settings.concurrency.nullable().optional(),
    order: settings.order.nullable().optional(),
    enabled: settings.enabled.optional(),
  })
  .meta({
    id: 'EndpointPatch',
    description: 'JSON Merge Patch (RFC 7396): what is left out stays, null puts the default back.',
  })

const tlsReport = z
  .object({
    protocol: z.string().meta({ examples: ['TLSv1.3'] }),
    cipher: z.string(),
    authorized: z.boolean(),
    chain: z
      .array(
        z.object({
          subject: z.string(),
          issuer: z.string(),
          valid_from: time,
          valid_to: time,
          fingerprint256: z.string(),
        }),
      )
      .meta({ description: "From the receiver's own certificate to the authority." }),
    names: z.array(z.string()).meta({ description: 'Names and addresses that the certificate covers.' }),
    expires_at: time.meta({ description: 'When the first certificate of the chain to expire does so.' }),
    days_left: z.int(),
    alpn: z.string().nullable().meta({ description: '`h2` or `http/1.1`.' }),
    remote_address: z.string(),
  })
  .meta({
    id: 'TlsReport',
    description: 'What the TLS handshake showed when the URL was last set; null for plain http.',
  })

export const endpoint = z
  .object({
    id: z.string(),
    kind: endpointKind,
    name: z.string(),
    url: z.string().meta({
      description:
        'Of a kind whose URL is a secret in itself (Slack, Teams, Discord), only the host is shown; of a broker, all but user and password.',
    }),
    filter,
    header_names: z
      .array(z.string())
      .meta({ description: 'Names of the extra headers; their values are secret.' }),
    options: z
      .record(z.string(), z.unknown())
      .meta({ description: 'Secret ones are shown as `"********"`.' }),
    success_statuses: z.array(z.int()),
    timeout_ms: z.int(),
    rate_per_second: z.number().nullable(),
    concurrency: z.int(),
    order: z.enum(ORDERS),
    enabled: z.boolean(),
    disabled_reason: z.string().nullable().meta({ description: 'Why we disabled it.' }),
    failing_since: time.nullable().meta({ description: 'Since when every delivery has failed.' }),
    secrets: z
      .array(z.object({ expires_at: time.nullable() }))
      .meta({ description: 'Valid secrets, the newest first; a rotated one has its end.' }),
    tls: tlsReport.nullable(),
    created_at: time,
    changed_at: time.meta({ description: 'When `url`, `filter` or `enabled` last changed.' }),
  })
  .meta({ id: 'Endpoint' })

export const endpointCreated = z
  .object({
    ...endpoint.shape,
    secret: z.string().nullable().meta({
      description: 'What attempts are signed with. Shown this once. null for kinds that are not signed.',
    }),
  })
  .meta({ id: 'EndpointCreated' })

export const endpointPage = page(endpoint, 'EndpointPage')

export const rotateInput = z
  .strictObject({
    overlap_seconds: z.int().min(0).max(2_592_000).default(86_400).meta({
      description: 'How long the old secret stays valid, up to 30 days.',
    }),
  })
  .meta({ id: 'RotateSecretInput' })

export const rotated = z
  .object({
    secret: z.string().meta({ description: 'The new secret. Shown this once.' }),
    old_expires_at: time
      .nullable()
      .meta({ description: 'Until when attempts carry both signatures; null: no longer.' }),
  })
  .meta({ id: 'SecretRotated' })

export const preview = z
  .object({
    filter: filter.meta({ description: 'The filter that was looked at.' }),
    examined: z.int().meta({ description: 'How many of the most recent events were looked at.' }),
    matched: z.int(),
    data: z.array(
      z.object({
        event: eventSummary,
        matches: z.boolean(),
        why_not: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'FilterPreview' })

/** The kinds' own schemas of their options, each with the kind's name. */
function optionsByKind(): object[] {
  return ENDPOINT_KINDS.map(kind => {
    const { label, optionsSchema } = destinationFor(kind)
    const { $schema, ...schema } = z.toJSONSchema(optionsSchema, { target: 'draft-2020-12', io: 'input' })
    return { title: label, ...schema }
  })
}

type Optional<T extends z.ZodRawShape> = {
  [K in keyof T]: z.ZodOptional<T[K] extends z.ZodType ? T[K] : never>
}
type Nullable<T extends z.ZodRawShape> = {
  [K in keyof T]: z.ZodOptional<z.ZodNullable<T[K] extends z.ZodType ? T[K] : never>>
}

function optional<T extends Record<string, z.ZodType>>(fields: T): Optional<T> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.optional()]),
  ) as Optional<T>
}

function nullable<T extends Record<string, z.ZodType>>(fields: T): Nullable<T> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.nullable().optional()]),
  ) as Nullable<T>
}

function has(most: number): (value: Record<string, unknown>) => boolean {
  return value => Object.keys(value).length <= most
}
