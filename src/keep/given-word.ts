import type { GivenWord } from '../decide/given.ts'
import { cleanText } from '../ground/text.ts'
import type { Event } from '../ground/vocabulary.ts'
import type { LatestEvent } from '../store/given-incidents.ts'

type Metadata = Readonly<Record<string, unknown>>
type Facts = Pick<LatestEvent, 'eventId' | 'eventType' | 'status' | 'severity' | 'incidentId' | 'at'>

const MAX_SUMMARY = 500
const MAX_AFFECTED = 100
/** Where producers say in words what is wrong, the first that is there. */
const SUMMARY = ['message', 'summary', 'title', 'description']

/** What an event says that was just kept, with the metadata that it was given. */
export function wordOf(event: Event, metadata: Metadata = {}): GivenWord {
  return say(event.monitorName, { ...event, at: event.acceptedAt }, metadata)
}

/** What an event says that is read back. */
export function wordOfKept(monitorName: string, event: LatestEvent): GivenWord {
  const { metadata } = JSON.parse(event.payload) as { metadata: Metadata }
  return say(monitorName, event, metadata)
}

function say(monitorName: string, facts: Facts, metadata: Metadata): GivenWord {
  const { eventId, eventType, status, severity, incidentId, at } = facts
  const { region, affected_endpoints: affected } = metadata
  const words = SUMMARY.map(name => textOf(metadata[name])).find(text => text !== null)
  return {
    eventId,
    eventType,
    status,
    severity,
    incidentId,
    at,
    region: textOf(region),
    affectedEndpoints: (Array.isArray(affected) ? affected : [])
      .flatMap(one => textOf(one) ?? [])
      .slice(0, MAX_AFFECTED),
    summary: words ?? `${monitorName} is ${status}`,
    by: textOf(metadata.acknowledged_by ?? metadata.comment_by),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? cleanText(value).slice(0, MAX_SUMMARY) : null
}
