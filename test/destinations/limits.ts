import { expect } from 'vitest'
import type { HttpKind } from '../../src/deliver/destinations/index.ts'
import { expectValidCard } from './adaptive-card.ts'

/** A limit of a service, where it is written, and how to find in a message what it bounds. */
interface Limit {
  readonly what: string
  readonly most: number
  /** 0 when left out. */
  readonly least?: number
  readonly source: string
  /** Texts (their UTF-16 length counts, which is never less than that in code points), lists, or numbers. */
  // biome-ignore lint/suspicious/noExplicitAny: a message is looked at as its service would.
  readonly of: (message: any, body: string) => readonly (string | readonly unknown[] | number)[]
}

const SLACK_BLOCKS = 'https://docs.slack.dev/reference/block-kit/blocks'
const DISCORD_MESSAGE = 'https://discord.com/developers/docs/resources/message#embed-object-embed-limits'
const DISCORD_WEBHOOK = 'https://discord.com/developers/docs/resources/webhook#execute-webhook'
const PAGERDUTY_EVENT = 'https://developer.pagerduty.com/docs/send-alert-event'
const TEAMS =
  'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using'

export const LIMITS: Readonly<Record<Exclude<HttpKind, 'webhook'>, readonly Limit[]>> = {
  slack: [
    { what: 'blocks', most: 50, source: SLACK_BLOCKS, of: message => [slackBlocks(message)] },
    {
      what: 'text of a header',
      least: 1,
      most: 150,
      source: `${SLACK_BLOCKS}/header-block`,
      of: message => slackTexts(message, 'header'),
    },
    {
      what: 'text of a section',
      least: 1,
      most: 3_000,
      source: `${SLACK_BLOCKS}/section-block`,
      of: message => slackTexts(message, 'section'),
    },
    {
      what: 'fields of a section',
      most: 10,
      source: `${SLACK_BLOCKS}/section-block`,
      of: message => slackBlocks(message).map(block => block.fields ?? []),
    },
    {
      what: 'text of a field',
      most: 2_000,
      source: `${SLACK_BLOCKS}/section-block`,
      of: message =>
        slackBlocks(message).flatMap(block =>
          (block.fields ?? []).map((field: { text: string }) => field.text),
        ),
    },
    {
      what: 'elements of a context',
      most: 10,
      source: `${SLACK_BLOCKS}/context-block`,
      of: message => slackBlocks(message).map(block => block.elements ?? []),
    },
    {
      what: 'characters in all, whatever counts as one',
      most: 9_999,
      source: 'https://docs.slack.dev/messaging/formatting-message-text',
      of: (_, body) => [body.toString()],
    },
  ],
  pagerduty: [
    {
      what: 'summary',
      most: 1_024,
      source: PAGERDUTY_EVENT,
      of: message => [message.payload?.summary ?? ''],
    },
    { what: 'dedup_key', most: 255, source: PAGERDUTY_EVENT, of: message => [message.dedup_key] },
    {
      what: 'bytes in all',
      most: 512 * 1024,
      source: PAGERDUTY_EVENT,
      of: (_, body) => [Buffer.byteLength(body)],
    },
  ],
  teams: [
    { what: 'bytes in all', most: 28 * 1024, source: TEAMS, of: (_, body) => [Buffer.byteLength(body)] },
  ],
  discord: [
    { what: 'embeds', most: 10, source: DISCORD_WEBHOOK, of: message => [message.embeds] },
    { what: 'username', most: 80, source: DISCORD_WEBHOOK, of: message => [message.username] },
    { what: 'title', most: 256, source: DISCORD_MESSAGE, of: message => [message.embeds[0].title] },
    {
      what: 'description',
      most: 4_096,
      source: DISCORD_MESSAGE,
      of: message => [message.embeds[0].description ?? ''],
    },
    { what: 'fields', most: 25, source: DISCORD_MESSAGE, of: message => [message.embeds[0].fields] },
    {
      what: 'name of a field',
      least: 1,
      most: 256,
      source: DISCORD_MESSAGE,
      of: message => message.embeds[0].fields.map((field: { name: string }) => field.name),
    },
    {
      what: 'value of a field',
      least: 1,
      most: 1_024,
      source: DISCORD_MESSAGE,
      of: message => message.embeds[0].fields.map((field: { value: string }) => field.value),
    },
    {
      what: 'footer',
      most: 2_048,
      source: DISCORD_MESSAGE,
      of: message => [message.embeds[0].footer?.text ?? ''],
    },
    {
      what: 'characters of all texts of the embeds',
      most: 6_000,
      source: DISCORD_MESSAGE,
      of: ({ embeds: [embed] }) => {
        const fields = embed.fields.map((field: { name: string; value: string }) => field.name + field.value)
        return [[embed.title, embed.description, embed.footer?.text, ...fields].join('')]
      },
    },
  ],
}

/** Fails, naming the limit and its source, when the body is beyond one; of Teams, also when the card is not valid. */
export function expectWithinLimits(kind: Exclude<HttpKind, 'webhook'>, body: string): void {
  if (kind === 'teams') expectValidCard(body)
  const message = JSON.parse(body.toString())
  for (const { what, least = 0, most, source, of } of LIMITS[kind]) {
    for (const found of of(message, body)) {
      const size = typeof found === 'number' ? found : found.length
      expect(size, `${kind}: ${what} (${source})`).toBeLessThanOrEqual(most)
      expect(size, `${kind}: ${what} (${source})`).toBeGreaterThanOrEqual(least)
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
type Any = any

export function slackBlocks(message: Any): Any[] {
  return [...message.blocks, ...message.attachments.flatMap((attachment: Any) => attachment.blocks)]
}

function slackTexts(message: Any, type: string): string[] {
  return slackBlocks(message).flatMap(block => (block.type === type && block.text ? block.text.text : []))
}
