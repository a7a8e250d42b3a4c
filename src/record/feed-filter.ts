import type { EventFacts, EventType, Severity, Verdict } from '../ground/vocabulary.ts'
import { matcherOf } from '../route/name-index.ts'
import type { Source } from '../store/feed-cursor.ts'
import type { FeedItem } from '../store/feed-read.ts'
import type { QueueFilter } from '../store/queues.ts'

export const FEED_KINDS = ['event', 'delivery', 'attempt'] as const
export type FeedKind = (typeof FEED_KINDS)[number]

type Outcome = Verdict['outcome']

/**
 * What a reader of the feed wants. An empty list means all; `excludeMonitors` wins over `monitors`.
 * An item does not match what it has nothing of: an event has no endpoint, only an attempt an outcome.
 */
export interface FeedFilter extends QueueFilter {
  readonly kinds: readonly FeedKind[]
}

/** What a filter needs to know of an item. */
export interface Subject {
  readonly kind: FeedKind
  readonly endpointId: string | null
  /** null: past retention, as are the facts */
  readonly monitorName: string | null
  readonly outcome: Outcome | null
  /** Of the event that the item is about. */
  readonly facts: EventFacts | null
}

/** The item as a filter sees it. */
export function subjectOf(item: FeedItem, facts: EventFacts | null): Subject {
  if (item.kind === 'event') {
    return { kind: 'event', endpointId: null, monitorName: item.event.monitorName, outcome: null, facts }
  }
  if (item.kind === 'attempt') {
    const { endpointId, monitorName, outcome } = item.attempt
    return { kind: 'attempt', endpointId, monitorName, outcome, facts }
  }
  const { endpointId, monitorName } = item.delivery
  return { kind: 'delivery', endpointId, monitorName, outcome: null, facts }
}

/**
 * A filter, ready to be held against items. One whose event is past retention is let through where
 * the filter asks about the event: better one too many than one lost.
 */
export function compileFilter(filter: FeedFilter): (subject: Subject) => boolean {
  const kind = oneOf<FeedKind>(filter.kinds)
  const endpoint = oneOf(filter.endpointIds)
  const outcome = oneOf<Outcome>(filter.outcomes)
  const severity = oneOf<Severity>(filter.severities)
  const eventType = oneOf<EventType>(filter.eventTypes)
  const region = oneOf(filter.regions)
  const monitor = nameFilter(filter.monitors, filter.excludeMonitors)
  return subject => {
    const { facts, monitorName } = subject
    if (!kind(subject.kind) || !endpoint(subject.endpointId) || !outcome(subject.outcome)) return false
    if (monitorName !== null && !monitor(monitorName)) return false
    return facts === null || (severity(facts.severity) && eventType(facts.eventType) && region(facts.region))
  }
}

/** Whether the filter asks about what only an attempt's event knows. */
export function asksAboutEvent(filter: QueueFilter): boolean {
  return filter.severities.length > 0 || filter.eventTypes.length > 0 || filter.regions.length > 0
}

/** The tables that items of these kinds are read from: a delivery begins with its event, and mostly ends with an attempt. */
export function sourcesOf(kinds: readonly FeedKind[]): readonly Source[] {
  return kinds.length === 0 || kinds.includes('delivery') ? FEED_KINDS : kinds
}

function oneOf<T extends string>(wanted: readonly T[]): (value: T | null) => boolean {
  if (wanted.length === 0) return () => true
  const set = new Set<T | null>(wanted)
  return value => set.has(value)
}

function nameFilter(wanted: readonly string[], excluded: readonly string[]): (name: string) => boolean {
  const wants = wanted.map(matcherOf)
  const excludes = excluded.map(matcherOf)
  return name =>
    (wants.length === 0 || wants.some(matches => matches(name))) && !excludes.some(matches => matches(name))
}
