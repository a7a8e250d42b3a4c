import type {
  APIEmbedField,
  RESTPostAPIWebhookWithTokenJSONBody as DiscordMessage,
} from 'discord-api-types/v10'
import { z } from 'zod'
import { judgeAnswer } from '../verdict.ts'
import type { HttpDestination, Shipment } from './destination.ts'
import { type DigestEntry, digestFactsOf, entryOf, wordsOf } from './digest-facts.ts'
import { type Facts, factsOf, type Link, titleOf } from './facts.ts'
import { LOOKS } from './looks.ts'
import { inWordsOf, postJson, saidIn } from './service.ts'
import { cut, linesWithin } from './text.ts'

/** UTF-16 units of each text, escapes included; in all they stay under the 6,000 of an embed. */
const ROOM = { title: 256, description: 700, label: 50, value: 200, affected: 1_000, links: 900 }
const MOST_FIGURES = 10
/** Of a digest: a monitor's name, and all lines; the description has 4,096. */
const DIGEST_ROOM = { name: 500, lines: 4_000 }

/** A channel of Discord, by its webhook. */
export const discord: HttpDestination = {
  transport: 'http',
  label: 'Discord',
  about: 'A channel, by the URL of its webhook.',
  defaultOrder: 'latest',
  // 204, or 200 where the URL says ?wait=true.
  defaultSuccessStatuses: [204, 200],
  // Five in two seconds are let through; limits are Discord's to change, and 429 says when to come again.
  defaultRatePerSecond: 2,
  digest: {
    from: 5,
    room: DIGEST_ROOM.lines,
    weigh: sent => digestLine(entryOf(sent)).length + 1,
    buildRequest: shipments => postJson(shipments[0] as Shipment, discordDigest(shipments)),
  },
  optionsSchema: z.strictObject({}),
  urlIsSecret: true,

  buildRequest(shipment) {
    return postJson(shipment, discordMessage(shipment))
  },

  judge(observation, endpoint, now) {
    const verdict = judgeAnswer(observation, endpoint.successStatuses, now)
    return inWordsOf('Discord', verdict, observation, saidIn(observation.responseBody, ['message']))
  },
}

function discordMessage(shipment: Shipment): DiscordMessage {
  const facts = factsOf(shipment)
  const { colour, icon } = LOOKS[facts.status]
  const [first] = facts.links
  return {
    username: 'StatusPulse',
    embeds: [
      {
        title: `${icon} ${titleOf(facts, ROOM.title - icon.length - 1, escapeMarkdown)}`,
        ...(shipment.publicUrl !== null && first && { url: first.url }),
        ...(facts.message !== null && { description: cut(facts.message, ROOM.description, escapeMarkdown) }),
        color: Number.parseInt(colour.slice(1), 16),
        fields: fields(facts),
        ...(facts.story !== null && { footer: { text: facts.story } }),
        timestamp: new Date(facts.timestamp).toISOString(),
      },
    ],
    // Whatever a name says, nobody is called.
    allowed_mentions: { parse: [] },
  }
}

function discordDigest(shipments: readonly Shipment[]): DiscordMessage {
  const { title, worst, entries, severities, url } = digestFactsOf(shipments)
  const { colour, icon } = LOOKS[worst]
  return {
    username: 'StatusPulse',
    embeds: [
      {
        title: `${icon} ${title}`,
        ...(url !== null && { url }),
        description: entries.map(digestLine).join('\n'),
        color: Number.parseInt(colour.slice(1), 16),
        fields: [],
        footer: { text: severities },
        timestamp: new Date((shipments[0] as Shipment).now).toISOString(),
      },
    ],
    allowed_mentions: { parse: [] },
  }
}

function digestLine(entry: DigestEntry): string {
  const { icon } = LOOKS[entry.facts.status]
  return `${icon} **${cut(entry.facts.monitor, DIGEST_ROOM.name, escapeMarkdown)}**${wordsOf(entry, escapeMarkdown)}`
}

function fields({ marks, figures, affected, links }: Facts): APIEmbedField[] {
  const all: APIEmbedField[] = [...marks, ...figures].slice(0, MOST_FIGURES).map(({ name, value }) => ({
    name: cut(name, ROOM.label, escapeMarkdown),
    value: cut(value, ROOM.value, escapeMarkdown),
    inline: true,
  }))
  if (affected.length > 0) {
    const lines = affected.map(name => `- ${cut(name, ROOM.value, escapeMarkdown)}`)
    all.push({
      name: 'Affected endpoints',
      value: linesWithin(lines, ROOM.affected).join('\n'),
      inline: false,
    })
  }
  const linked = linksWithin(links, ROOM.links)
  if (linked !== '') all.push({ name: 'Links', value: linked, inline: false })
  return all
}

/** Whole links only, in their order, as many as there is room for. */
function linksWithin(links: readonly Link[], max: number): string {
  let text = ''
  for (const { label, url } of links) {
    const target = url.replaceAll('(', '%28').replaceAll(')', '%29').replaceAll('>', '%3E')
    const line = `[${cut(label, ROOM.label, escapeMarkdown)}](<${target}>)`
    const longer = text === '' ? line : `${text}\n${line}`
    if (longer.length <= max) text = longer
  }
  return text
}

/** Every character that can begin or end markup, a mention (`<@…>`) included. */
function escapeMarkdown(codePoint: string): string {
  return /^[\\*_~`|<>[\]#@]$/.test(codePoint) ? `\\${codePoint}` : codePoint
}
