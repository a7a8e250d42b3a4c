import type { StoredAttempt } from '../../store/attempts-list.ts'
import type { Message } from '../queue-reader.ts'
import { type BrokerMessage, CLOUD_EVENT_TYPE } from './broker.ts'

/** The CloudEvents type of an attempt record. */
export const EVENT_TYPE = 'com.statuspulse.attempt'

/** An attempt as the API shows it: what a CloudEvent carries. */
export type ShowAttempt = (attempt: StoredAttempt) => unknown

/** The CloudEvents source of what a queue's forwarders send. */
export function sourceOf(workspaceId: string, queue: string): string {
  return `urn:statuspulse:${workspaceId}:${queue}`
}

/** An attempt record as a CloudEvent 1.0 in JSON (structured mode). */
export function toBrokerMessage(attempt: StoredAttempt, source: string, show: ShowAttempt): BrokerMessage {
  const event = {
    specversion: '1.0',
    type: EVENT_TYPE,
    source,
    id: attempt.id,
    subject: attempt.deliveryId,
    time: new Date(attempt.startedAt).toISOString(),
    datacontenttype: 'application/json',
    data: show(attempt),
  }
  return {
    id: attempt.id,
    key: attempt.deliveryId,
    body: JSON.stringify(event),
    contentType: CLOUD_EVENT_TYPE,
  }
}

/**
 * Messages in waves, each to be confirmed before the next is sent: no delivery is twice in a wave. So whatever a
 * broker keeps or loses of a wave, a later attempt of a delivery is never kept before an earlier one.
 */
export function* wavesOf(messages: readonly Message[]): Generator<Message[]> {
  let wave: Message[] = []
  const seen = new Set<string>()
  for (const message of messages) {
    if (seen.has(message.attempt.deliveryId)) {
      yield wave
      wave = []
      seen.clear()
    }
    wave.push(message)
    seen.add(message.attempt.deliveryId)
  }
  if (wave.length > 0) yield wave
}
