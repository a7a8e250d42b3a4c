import { timeOf } from '../schemas/common.ts'
import type { Facts, Incident, Maintenance, Service } from './facts.ts'
import { Markup, markup } from './markup.ts'
import { STYLE } from './style.ts'
import {
  dayInWords,
  headline,
  lengthInWords,
  maintenanceHeadline,
  overall,
  percent,
  STATUS_WORDS,
  stateOf,
  statusOfDay,
  timeInWords,
} from './words.ts'

/** The page, for people: no script, nothing from elsewhere. */
export function writeHtml(facts: Facts): string {
  const { title, description, slug, at, groups, incidents, maintenance } = facts
  const { status, words } = overall(facts)
  const open = incidents?.filter(({ resolvedAt }) => resolvedAt === null) ?? []
  const past = incidents?.filter(({ resolvedAt }) => resolvedAt !== null) ?? []
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}: ${words}</title>
${description !== '' && markup`<meta name="description" content="${description}">`}
<link rel="alternate" type="application/atom+xml" title="${title}" href="/status/${slug}/feed.atom">
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${description !== '' && markup`<p class="about">${description}</p>`}
</header>
<main>
<p class="overall ${status}">${words}</p>
${open.length > 0 && section('Open incidents', open.map(incidentOf))}
${
  maintenance.length > 0 &&
  section(
    'Maintenance',
    maintenance.map(one => maintenanceOf(one, at)),
  )
}
${groups.map(
  ({ name, services }) =>
    services.length > 0 && section(name === '' ? 'Services' : name, services.map(serviceOf)),
)}
${
  incidents !== null &&
  (past.length > 0
    ? section('Past incidents', past.map(incidentOf))
    : markup`<section><h2>Past incidents</h2><p class="about">None in the last 14 days.</p></section>`)
}
</main>
<footer class="small">
<p>As of ${time(at)}. Days and times are UTC. <a href="/status/${slug}/feed.atom">Atom feed</a> · <a href="/status/${slug}.json">JSON</a></p>
</footer>
</body>
</html>
`
  return page.text
}

function section(name: string, cards: readonly Markup[]): Markup {
  return markup`<section><h2>${name}</h2><div class="card">${cards}</div></section>`
}

function serviceOf({ name, status, uptime, days }: Service): Markup {
  const troubled = days.filter(day => ['down', 'degraded', 'maintenance'].includes(statusOfDay(day)))
  const label = `${name}: ${uptime === null ? 'no data' : `${percent(uptime)} uptime`} in the last ${days.length} days`
  return markup`<article>
<div class="row"><h3>${name}</h3><span class="state ${status}">${STATUS_WORDS[status]}</span></div>
<svg class="bars" role="img" aria-label="${label}" viewBox="0 0 ${days.length * 10} 36" preserveAspectRatio="none">${days.map(
    (day, index) => bar(index, statusOfDay(day), dayInWords(day)),
  )}</svg>
<p class="row small"><span>${days.length} days ago</span><span>${uptime === null ? 'no data' : `${percent(uptime)} uptime`}</span><span>Today</span></p>
${
  troubled.length > 0 &&
  markup`<details><summary>${troubled.length === 1 ? '1 day' : `${troubled.length} days`} with trouble or maintenance</summary><ul>${troubled
    .toReversed()
    .map(day => markup`<li>${dayInWords(day)}</li>`)}</ul></details>`
}
</article>`
}

/** Its height says what its colour says: whoever sees no colour sees how bad a day was. */
const HEIGHTS = { down: 36, degraded: 24, maintenance: 24, operational: 14, unknown: 5 } as const

function bar(index: number, status: keyof typeof HEIGHTS, words: string): Markup {
  const height = HEIGHTS[status]
  return markup`<rect class="${status}" x="${index * 10 + 1}" y="${36 - height}" width="8" height="${height}" rx="1.5"><title>${words}</title></rect>`
}

function incidentOf(incident: Incident): Markup {
  const { startedAt, resolvedAt, updates } = incident
  const state = stateOf(incident)
  return markup`<article>
<div class="row"><h3>${headline(incident)}</h3><span class="state ${resolvedAt === null ? 'open' : 'resolved'}">${state}</span></div>
<p class="small">${time(startedAt)}${
    resolvedAt === null
      ? ', and not over'
      : markup` to ${time(resolvedAt)} (${lengthInWords(resolvedAt - startedAt)})`
  }</p>
${
  updates.length > 0 &&
  markup`<ol class="updates">${updates.map(
    ({ at, text }) => markup`<li><p class="text">${text}</p><p class="small">${time(at)}</p></li>`,
  )}</ol>`
}
</article>`
}

function maintenanceOf(maintenance: Maintenance, now: number): Markup {
  const { startsAt, endsAt } = maintenance
  return markup`<article><h3>${maintenanceHeadline(maintenance, now)}</h3><p class="small">${time(startsAt)} to ${time(endsAt)}</p></article>`
}

function time(at: number): Markup {
  return markup`<time datetime="${timeOf(at)}">${timeInWords(at)}</time>`
}
