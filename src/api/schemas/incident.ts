import { z } from 'zod'
import { SUPPRESSION_REASONS } from '../../decide/hold.ts'
import { eventType, page, severity, status, text, time } from './common.ts'

const reason = z.enum(SUPPRESSION_REASONS)

export const suppressionReason = reason

const hold = z
  .object({
    reason,
    by: z
      .string()
      .nullable()
      .meta({ description: 'Id of the silence or window, name of the parent monitor.' }),
    why: z.string(),
  })
  .meta({ id: 'Hold', description: 'Why something was not sent.' })

export const incidentState = z.enum(['open', 'acknowledged', 'resolved'])

export const incidentSummary = z
  .object({
    id: z.string(),
    given: z.boolean().meta({
      description:
        'It was opened by events that were sent here of a monitor of kind `external`, and ends by them. false: it was decided here.',
    }),
    producer_id: z
      .string()
      .nullable()
      .meta({ description: 'Of a given one: the `incident_id` of its events. null: they name none.' }),
    monitor_id: z.string(),
    monitor_name: z.string(),
    state: incidentState,
    status,
    severity,
    highest_severity: severity.meta({ description: 'That it has reached: its recovery carries it.' }),
    region: z.string().nullable(),
    affected_endpoints: z.array(z.string()),
    summary: z.string().meta({ description: 'What is, or was last, wrong.' }),
    started_at: time.meta({ description: 'When its first cause began.' }),
    opened_at: time.meta({ description: 'When it was decided on: later, by the failures that it took.' }),
    acknowledged_at: time.nullable(),
    acknowledged_by: z.string().nullable(),
    resolved_at: time.nullable(),
    duration_s: z.number().nullable().meta({ description: 'null: it is not over.' }),
    held: hold.nullable().meta({ description: 'Why its latest event was not sent. null: it was.' }),
  })
  .meta({ id: 'IncidentSummary' })

export const incidentPage = page(incidentSummary, 'IncidentPage')

const timelineEntry = z
  .object({
    at: time,
    event_type: eventType,
    status,
    severity,
    message: z.string().nullable(),
    by: z.string().nullable().meta({ description: 'Who acknowledged, commented or resolved.' }),
    comment: z.string().nullable(),
    event_id: z.string().nullable().meta({ description: 'The event that was sent. null: none was.' }),
    deliveries: z.int().nullable().meta({ description: 'How many endpoints it was sent to.' }),
    suppressed: hold.nullable(),
  })
  .meta({ id: 'TimelineEntry', description: 'What happened, and the event that it caused or did not.' })

export const incident = z
  .object({
    ...incidentSummary.shape,
    timeline: z.array(timelineEntry).meta({ description: 'In order; the first 500.' }),
    public_updates: z
      .array(z.object({ at: time, text: z.string() }).meta({ id: 'PublicUpdate' }))
      .meta({ description: 'What the status page says of it, the latest first.' }),
  })
  .meta({ id: 'Incident' })

const by = text({ max: 200 }).optional().meta({ description: 'Who, in words. Left out: the API key.' })
const comment = text({ max: 4_000 })

export const actionInput = z.strictObject({ by, comment: comment.optional() }).meta({ id: 'IncidentAction' })

export const commentInput = z
  .strictObject({
    by,
    comment,
    public: z
      .boolean()
      .default(false)
      .meta({ description: 'The status page shows it, without who said it.' }),
  })
  .meta({ id: 'IncidentComment' })

export const suppressedEvent = z
  .object({
    id: z.string(),
    at: time,
    monitor_name: z.string(),
    event_type: eventType,
    status,
    severity,
    region: z.string().nullable(),
    incident_id: z.string().nullable(),
    ...hold.shape,
    metadata: z.record(z.string(), z.unknown()).meta({ description: 'What it would have said.' }),
  })
  .meta({ id: 'SuppressedEvent', description: 'An event that was decided on, and not sent.' })

export const suppressedPage = page(suppressedEvent, 'SuppressedEventPage')
