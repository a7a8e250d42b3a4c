import type { Endpoint, EventFacts } from '../ground/vocabulary.ts'
import { matcherOf } from './name-index.ts'

/** Why the endpoint does not get the event, in words; null: it gets it. Says the same as {@link RoutingTable}, one endpoint at a time. */
export function whyNot(
  endpoint: Pick<Endpoint, 'filter' | 'enabled' | 'disabledReason'>,
  facts: EventFacts,
): string | null {
  const { filter } = endpoint
  if (!endpoint.enabled) {
    return endpoint.disabledReason ? `it is disabled: ${endpoint.disabledReason}` : 'it is disabled'
  }
  const excluding = filter.excludeMonitors.find(text => matcherOf(text)(facts.monitorName))
  if (excluding !== undefined) return `its filter excludes the monitor (${excluding})`
  if (filter.monitors.length > 0 && !filter.monitors.some(text => matcherOf(text)(facts.monitorName))) {
    return `its filter does not take the monitor ${facts.monitorName}`
  }
  if (filter.severities.length > 0 && !filter.severities.includes(facts.severity)) {
    return `its filter takes the severities ${filter.severities.join(', ')}, not ${facts.severity}`
  }
  if (filter.eventTypes.length > 0 && !filter.eventTypes.includes(facts.eventType)) {
    return `its filter takes the event types ${filter.eventTypes.join(', ')}, not ${facts.eventType}`
  }
  if (filter.regions.length > 0 && !(facts.region !== null && filter.regions.includes(facts.region))) {
    return `its filter takes the regions ${filter.regions.join(', ')}, not ${facts.region ?? 'an event without one'}`
  }
  return null
}
