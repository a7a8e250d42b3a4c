import { z } from 'zod'
import { eventType, severity, status } from './common.ts'
import { eventInputFields, metadataInput } from './event.ts'

const MAX_BODY = 256 * 1024

/** What a test send says of its event; all of it may be left out. */
export const testInput = z
  .strictObject({
    monitor_name: eventInputFields.monitor_name.default('statuspulse-test'),
    event_type: eventType.default('incident.opened'),
    status: status.default('degraded'),
    severity: severity.default('warning'),
    timestamp: eventInputFields.timestamp,
    incident_id: eventInputFields.incident_id,
    metadata: metadataInput.optional().meta({ description: 'Left out: the values of the sample.' }),
    body: z
      .unknown()
      .refine(value => size(value) <= MAX_BODY, 'must be at most 256 KiB')
      .optional()
      .meta({
        description: 'Sent instead of the payload: a text as it is, anything else as JSON. Webhooks only.',
      }),
  })
  .meta({ id: 'TestInput' })

function size(value: unknown): number {
  return Buffer.byteLength(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
}
