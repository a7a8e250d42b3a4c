import { webhookHeaders } from '../../src/deliver/destinations/webhook.ts'
import { EVENT, NEW_SECRET, OLD_SECRET, OTHER_SECRET, UNICODE_EVENT } from '../vectors/samples.ts'

/** A request as StatusPulse sends it now, and what a receiver that knows `secret` must do with it. */
export interface Message {
  name: string
  secret: string
  headers: Record<string, string>
  body: string
  accepted: boolean
  /** Signed with two secrets. */
  rotation: boolean
}

function message(
  name: string,
  change: { secrets?: string[]; age?: number; event?: typeof EVENT; arrives?: (body: string) => string } = {},
): Message {
  const { secrets = [NEW_SECRET], age = 0, event = EVENT, arrives = (body: string) => body } = change
  const eventId = `evt_${name.replaceAll(' ', '_')}`
  const body = JSON.stringify({ ...event, event_id: eventId })
  const headers = webhookHeaders({
    event: { eventId, eventType: 'incident.opened', severity: 'warning', dryRun: false },
    payload: Buffer.from(body),
    secrets,
    deliveryId: 'dlv_1',
    requestId: 'req_1',
    retryAttempt: 0,
    now: Date.now() - age * 1000,
    version: '0.1.0',
  })
  const accepted = arrives(body) === body && age === 0 && !secrets.includes(OTHER_SECRET)
  return { name, secret: NEW_SECRET, headers, body: arrives(body), accepted, rotation: secrets.length > 1 }
}

/** Signed by the code that signs what StatusPulse sends, with this machine's clock. */
export const messages = (): Message[] => [
  message('plain'),
  message('unicode', { event: UNICODE_EVENT }),
  message('rotation newest first', { secrets: [NEW_SECRET, OLD_SECRET] }),
  { ...message('rotation known secret last', { secrets: [NEW_SECRET, OLD_SECRET] }), secret: OLD_SECRET },
  message('changed byte', { arrives: body => body.replace('1840', '1841') }),
  message('added byte', { arrives: body => `${body} ` }),
  message('other secret', { secrets: [OTHER_SECRET] }),
  message('an hour old', { age: 3600 }),
]

if (import.meta.main) console.log(JSON.stringify(messages()))
