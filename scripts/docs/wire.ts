import { payloadJsonSchema, webhookHeaders } from '../../src/api/schemas/payload.ts'
import { destinationFor } from '../../src/deliver/destinations/index.ts'
import { describeSchedule } from '../../src/deliver/schedule.ts'
import { ENDPOINT_KINDS } from '../../src/ground/vocabulary.ts'
import { table } from './table.ts'

/** The 14 retries: delay, and time after the first attempt. */
export function retryTable(): string {
  const rows = describeSchedule().map(({ retry, delaySeconds, afterSeconds }) => [
    String(retry),
    `${delaySeconds.toFixed(1)} s`,
    duration(delaySeconds),
    duration(afterSeconds),
  ])
  return table(['retry', 'delay', '', 'after the first attempt'], rows)
}

/** `2 h 59 min 59 s` */
function duration(seconds: number): string {
  const whole = Math.floor(seconds)
  const [h, min, s] = [Math.floor(whole / 3_600), Math.floor(whole / 60) % 60, whole % 60]
  if (h > 0) return `${h} h ${min} min ${s} s`
  return min > 0 ? `${min} min ${s} s` : `${seconds.toFixed(1)} s`
}

/** The headers of a webhook attempt. */
export function headersTable(): string {
  const rows = Object.entries(webhookHeaders.shape).map(([name, schema]) => [
    `\`${name}\``,
    schema.meta()?.description ?? 'As in the payload.',
  ])
  return table(['header', 'value'], rows)
}

/** The payload as JSON Schema, as `/v1/schemas/payload.json` gives it. */
export function payloadSchema(): string {
  return `\`\`\`json schema\n${JSON.stringify(payloadJsonSchema(), null, 2)}\n\`\`\``
}

/** Kinds of endpoints, with what each is when nothing else is said. */
export function kindsTable(): string {
  const rows = ENDPOINT_KINDS.map(kind => {
    const destination = destinationFor(kind)
    const options = Object.keys(destination.optionsSchema.shape)
    return [
      `\`${kind}\``,
      destination.about,
      `\`${destination.defaultOrder}\``,
      destination.defaultSuccessStatuses.join(', '),
      destination.defaultRatePerSecond === null ? 'no limit' : `${destination.defaultRatePerSecond} a second`,
      options.map(name => `\`${name}\``).join(', '),
    ]
  })
  return table(['kind', 'what it reaches', 'order', 'success', 'rate', 'options'], rows)
}
