import { z } from 'zod'
import { CHECK_ERROR_CLASSES } from '../../detect/checks/index.ts'
import { monitorSchema, settingsFields } from '../../detect/monitor-settings.ts'
import { MONITOR_KINDS } from '../../ground/vocabulary.ts'
import { eventType, monitorKind, page, severity, status, text, time } from './common.ts'

export const monitorInput = z
  .union(MONITOR_KINDS.map(kind => monitorSchema(kind).meta({ title: kind })))
  .meta({ id: 'MonitorInput', description: 'A monitor; which fields it has is decided by its `kind`.' })

export const monitorPatch = z
  .looseObject({})
  .meta({ id: 'MonitorPatch', description: 'Any fields of a monitor of that kind but `name` and `kind`.' })

export const monitorTrial = z
  .looseObject({
    monitor_id: text({ max: 64 })
      .optional()
      .meta({ description: 'A monitor of which the rest is a change.' }),
  })
  .meta({ id: 'MonitorTrial', description: 'A monitor, whose name may be left out, or a change of one.' })

const milliseconds = z.number().nullable()

export const lastCheck = z
  .object({
    started_at: time,
    ok: z.boolean(),
    status_code: z.int().nullable(),
    error: z.object({ class: z.enum(CHECK_ERROR_CLASSES), message: z.string() }).nullable(),
    region: z.string().nullable(),
    remote_address: z.string().nullable(),
    timings_ms: z.object({
      dns: milliseconds,
      connect: milliseconds,
      tls: milliseconds,
      first_byte: milliseconds,
      total: milliseconds,
    }),
    tls: z
      .object({
        protocol: z.string(),
        authorized: z.boolean(),
        issuer: z.string(),
        expires_at: time,
        days_left: z.int(),
      })
      .nullable(),
    warnings: z.array(z.object({ class: z.string(), message: z.string() })),
  })
  .meta({ id: 'LastCheck', description: 'The latest check, as of some seconds ago.' })

const lastEvent = z
  .object({ event_id: z.string(), event_type: eventType, status, severity, accepted_at: time })
  .meta({
    id: 'LastEvent',
    description:
      'Its latest event, sent here or decided here. Of a monitor of kind `external` it tells the status.',
  })

const { interval_s, timeout_ms, failures_to_open, successes_to_close, error_rate_window_s, ...common } =
  settingsFields

export const monitor = z
  .object({
    id: z.string(),
    name: z.string(),
    kind: monitorKind,
    slug: z.string().nullable().meta({ description: 'Of a heartbeat: another way to ping it.' }),
    status,
    since: time
      .nullable()
      .meta({ description: 'Since when it has that status. null: nothing was seen of it.' }),
    seen_at: time
      .nullable()
      .meta({ description: 'When anything was last seen of it, as of some seconds ago.' }),
    incident_id: z.string().nullable().meta({ description: 'Its open incident.' }),
    last_check: lastCheck.nullable(),
    last_event: lastEvent.nullable(),
    ping_path: z.string().nullable().meta({
      description: 'Where a heartbeat is pinged. Whoever knows it may: shown to `admin` keys only.',
    }),
    spec: z
      .record(z.string(), z.unknown())
      .nullable()
      .meta({ description: 'What is checked. Header values, passwords and tokens are never shown.' }),
    ...common,
    ...z
      .object({ interval_s, timeout_ms, failures_to_open, successes_to_close, error_rate_window_s })
      .partial().shape,
    created_at: time,
  })
  .meta({ id: 'Monitor' })

export const monitorPage = page(monitor, 'MonitorPage')
