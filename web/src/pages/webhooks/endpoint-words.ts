import type { Endpoint, Filter } from '../../api/types.ts'
import type { Tone } from '../../ui/badge.tsx'

export function nameOf({ name, url }: Pick<Endpoint, 'name' | 'url'>): string {
  return name || url
}

/** How an endpoint stands, in one word. */
export function stateOf(endpoint: Endpoint): { word: string; tone: Tone } {
  if (!endpoint.enabled)
    return endpoint.disabled_reason === null
      ? { word: 'off', tone: 'idle' }
      : { word: 'disabled', tone: 'bad' }
  if (endpoint.failing_since !== null) return { word: 'failing', tone: 'bad' }
  return { word: 'on', tone: 'ok' }
}

/** `critical events of checkout-* and 2 more, in eu-west-1` */
export function filterInWords(filter: Filter): string {
  const parts = [
    filter.severities.length > 0 ? `${filter.severities.join(' and ')} events` : 'Every event',
    filter.monitors.length > 0 ? `of ${some(filter.monitors)}` : 'of every monitor',
  ]
  if (filter.exclude_monitors.length > 0) parts.push(`except ${some(filter.exclude_monitors)}`)
  if (filter.event_types.length > 0) parts.push(`when ${some(filter.event_types)}`)
  if (filter.regions.length > 0) parts.push(`in ${some(filter.regions)}`)
  const text = parts.join(' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function some(list: readonly string[]): string {
  const [first, second] = list
  if (list.length <= 2) return list.join(' and ')
  return `${first}, ${second} and ${list.length - 2} more`
}

export const ORDER_WORDS: Readonly<Record<Endpoint['order'], string>> = {
  unordered: 'Unordered: nothing ever waits for another event',
  ordered: 'Ordered: a later event of a monitor waits for the earlier one',
  latest: 'Latest: a later event of an incident takes the place of an undelivered one',
}
