import { type Event, SEVERITIES, type Status } from '../../ground/vocabulary.ts'
import type { Shipment } from './destination.ts'
import { EVENT_WORDS, type Facts, factsOf, STATUS_WORDS } from './facts.ts'
import { cut, type Write } from './text.ts'

/** What a digest says of one incident (or of what stands alone): the latest of it. */
export interface DigestEntry {
  readonly facts: Facts
  /** Earlier events that the latest stands for. */
  readonly earlier: number
}

/** What a digest for people says; every text is one line, bounded, and not yet escaped. */
export interface DigestFacts {
  /** `40 events of 38 monitors: 30 down, 8 operational`; at most 120 UTF-16 units, and nothing in it needs escaping. */
  readonly title: string
  /** Of all that it tells of. */
  readonly worst: Status
  /** The worst first, then in the order of their events. */
  readonly entries: readonly DigestEntry[]
  /** `12 critical · 8 warning`: incidents by severity. */
  readonly severities: string
  /** The workspace's incidents in the console; null: nobody knows where that is. */
  readonly url: string | null
}

const WORST_FIRST: readonly Status[] = ['down', 'degraded', 'unknown', 'maintenance', 'operational']

const COUNTED: Readonly<Record<Status, string>> = {
  operational: 'operational',
  degraded: 'degraded',
  down: 'down',
  maintenance: 'in maintenance',
  unknown: 'unknown',
}

const MOST_REGION = 60

/** Reads the events of a digest for people. @param shipments one or more */
export function digestFactsOf(shipments: readonly Shipment[]): DigestFacts {
  const entries = entriesOf(shipments)
  const latest = new Map(entries.map(({ facts }) => [facts.monitor, facts.status]))
  const counts = WORST_FIRST.flatMap(status => {
    const count = [...latest.values()].filter(one => one === status).length
    return count === 0 ? [] : `${count} ${COUNTED[status]}`
  })
  const sorted = entries.toSorted((one, other) => rankOf(one) - rankOf(other))
  const severities = SEVERITIES.flatMap(severity => {
    const count = entries.filter(({ facts }) => facts.severity === severity).length
    return count === 0 ? [] : `${count} ${severity}`
  })
  const url = shipments[0]?.publicUrl ?? null
  return {
    title: `${counted(shipments.length, 'event')} of ${counted(latest.size, 'monitor')}: ${counts.join(', ')}`,
    worst: (sorted[0] as DigestEntry).facts.status,
    entries: sorted,
    severities: severities.join(' · '),
    url: url && `${url}/incidents`,
  }
}

/** What an event comes to in a digest if no other of it is the same incident's. */
export function entryOf(sent: { readonly event: Event; readonly superseded: number }): DigestEntry {
  return { facts: factsOf({ ...sent, publicUrl: null }), earlier: sent.superseded }
}

/** What follows a monitor's name in its line: ` is down · Incident opened · critical · us-west-2`. */
export function wordsOf({ facts, earlier }: DigestEntry, write?: Write): string {
  const duration = facts.figures.find(({ name, from }) => name === 'Duration' && from === 'us')
  const more = [
    EVENT_WORDS[facts.eventType],
    facts.severity,
    facts.region === null ? [] : cut(facts.region, MOST_REGION, write),
    duration?.value ?? [],
    earlier > 0 ? `after ${counted(earlier, 'earlier event')}` : [],
  ]
  return ` ${STATUS_WORDS[facts.status]} · ${more.flat().join(' · ')}`
}

/** One for each incident, and for each status; metrics stand alone. As the order of deliveries has it: order.ts. */
function entriesOf(shipments: readonly Shipment[]): DigestEntry[] {
  const entries = new Map<string, DigestEntry>()
  for (const shipment of shipments.toSorted((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1))) {
    const key = keyOf(shipment)
    const before = entries.get(key)
    // What was said of it goes to the end, where its latest event stands.
    entries.delete(key)
    const earlier = shipment.superseded + (before ? before.earlier + 1 : 0)
    entries.set(key, { facts: factsOf(shipment), earlier })
  }
  return [...entries.values()]
}

function keyOf({ event, deliveryId }: Shipment): string {
  const { incidentId, monitorName, eventType } = event
  if (incidentId !== null) return `incident ${incidentId} ${monitorName}`
  return eventType === 'status.changed' ? `status ${monitorName}` : `alone ${deliveryId}`
}

function rankOf({ facts }: DigestEntry): number {
  return WORST_FIRST.indexOf(facts.status) * SEVERITIES.length + SEVERITIES.indexOf(facts.severity)
}

function counted(count: number, thing: string): string {
  return `${count.toLocaleString('en-US')} ${thing}${count === 1 ? '' : 's'}`
}
