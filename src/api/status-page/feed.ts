import { timeOf } from '../schemas/common.ts'
import type { Facts, Incident } from './facts.ts'
import { type Markup, markup } from './markup.ts'
import { headline, lengthInWords, stateOf, timeInWords } from './words.ts'

/**
 * Incidents as an Atom feed (RFC 4287).
 * @param base where the page is for the public, `https://status.example.com`; empty: links are relative
 */
export function writeFeed(facts: Facts, base: string): string {
  const { slug, title, at } = facts
  const incidents = facts.incidents ?? []
  const page = `${base}/status/${slug}`
  // Of what it tells, not of the clock: readers see no news where there is none.
  const updated = incidents.length > 0 ? Math.max(...incidents.map(lastChange)) : at - (at % 86_400_000)
  return markup`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>urn:statuspulse:status:${slug}</id>
<title>${title}</title>
<updated>${timeOf(updated)}</updated>
<author><name>${title}</name></author>
<link rel="self" type="application/atom+xml" href="${page}/feed.atom"/>
<link rel="alternate" type="text/html" href="${page}"/>
${incidents.map(incident => entry(incident, page))}</feed>
`.text
}

function entry(incident: Incident, page: string): Markup {
  const { id, startedAt, resolvedAt, updates } = incident
  const lines = [
    `${stateOf(incident)}. Since ${timeInWords(startedAt)}${
      resolvedAt === null ? '' : ` to ${timeInWords(resolvedAt)} (${lengthInWords(resolvedAt - startedAt)})`
    }.`,
    ...updates.map(({ at, text }) => `${timeInWords(at)}: ${text}`),
  ]
  return markup`<entry>
<id>urn:statuspulse:incident:${id}</id>
<title>${headline(incident)}</title>
<published>${timeOf(startedAt)}</published>
<updated>${timeOf(lastChange(incident))}</updated>
<link rel="alternate" type="text/html" href="${page}"/>
<content type="text">${lines.join('\n')}</content>
</entry>
`
}

function lastChange({ startedAt, acknowledgedAt, resolvedAt, updates }: Incident): number {
  return Math.max(startedAt, acknowledgedAt ?? 0, resolvedAt ?? 0, ...updates.map(({ at }) => at))
}
