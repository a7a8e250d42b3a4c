import type { HeaderBlock, KnownBlock, MessageAttachment, MrkdwnElement, SectionBlock } from '@slack/types'
import { z } from 'zod'
import type { Verdict } from '../../ground/vocabulary.ts'
import { judgeAnswer } from '../verdict.ts'
import type { HttpDestination, Shipment } from './destination.ts'
import { type DigestEntry, digestFactsOf, entryOf, wordsOf } from './digest-facts.ts'
import { type Facts, factsOf, type Link, titleOf } from './facts.ts'
import { LOOKS } from './looks.ts'
import { inWordsOf, postJson } from './service.ts'
import { cut, linesWithin } from './text.ts'

/** What is posted to an incoming webhook. */
interface SlackMessage {
  /** For notifications, and clients that show no blocks. */
  readonly text: string
  readonly blocks: KnownBlock[]
  readonly attachments: MessageAttachment[]
  readonly unfurl_links: false
  readonly unfurl_media: false
}

/**
 * UTF-16 units of each text, escapes included: a message stays under 10,000 even when JSON escapes every
 * one of them.
 */
const ROOM = { header: 150, message: 600, label: 50, field: 220, affected: 1_500, links: 500 }
const MOST_FIELDS = 10
/** UTF-16 units of a digest's texts: a monitor's name, a section, the link; all lines as JSON has them. */
const DIGEST_ROOM = { name: 1_000, section: 2_900, link: 300, lines: 7_500 }

/** A channel of Slack, by its incoming webhook. */
export const slack: HttpDestination = {
  transport: 'http',
  label: 'Slack',
  about: 'A channel, by the URL of an incoming webhook.',
  defaultOrder: 'latest',
  defaultSuccessStatuses: [200],
  // docs.slack.dev/apis/web-api/rate-limits: "1 per second" for incoming webhooks.
  defaultRatePerSecond: 1,
  mostPerSecondOfUrl: 1,
  digest: {
    from: 5,
    room: DIGEST_ROOM.lines,
    weigh: sent => JSON.stringify(digestLine(entryOf(sent))).length,
    buildRequest: shipments => postJson(shipments[0] as Shipment, slackDigest(shipments)),
  },
  urlIsSecret: true,
  optionsSchema: z.strictObject({}),

  buildRequest(shipment) {
    return postJson(shipment, slackMessage(shipment))
  },

  judge(observation, endpoint, now) {
    const reason = observation.responseBody.trim()
    const isOtherPage = observation.statusCode === 200 && observation.error === null && reason !== 'ok'
    const verdict: Verdict = isOtherPage
      ? { outcome: 'failed', why: 'the receiver answered 200, but not "ok"', disable: false }
      : judgeAnswer(observation, endpoint.successStatuses, now)
    return inWordsOf('Slack', verdict, observation, reason)
  },
}

function slackMessage(shipment: Shipment): SlackMessage {
  const facts = factsOf(shipment)
  const { colour, icon } = LOOKS[facts.status]
  const title = `${icon} ${titleOf(facts, ROOM.header - icon.length - 1, escapeMrkdwn)}`
  const header: HeaderBlock = { type: 'header', text: { type: 'plain_text', text: title, emoji: true } }
  return {
    text: title,
    blocks: [header],
    attachments: [{ color: colour, blocks: details(facts) }],
    unfurl_links: false,
    unfurl_media: false,
  }
}

function slackDigest(shipments: readonly Shipment[]): SlackMessage {
  const { title, worst, entries, severities, url } = digestFactsOf(shipments)
  const { colour, icon } = LOOKS[worst]
  const text = `${icon} ${title}`
  const link = url === null ? '' : linksWithin([{ label: 'Open in StatusPulse', url }], DIGEST_ROOM.link)
  const elements = [severities, link].filter(Boolean).map(mrkdwn)
  return {
    text,
    blocks: [{ type: 'header', text: { type: 'plain_text', text, emoji: true } }],
    attachments: [
      {
        color: colour,
        blocks: [...sectionsOf(entries.map(digestLine)).map(section), { type: 'context', elements }],
      },
    ],
    unfurl_links: false,
    unfurl_media: false,
  }
}

function digestLine(entry: DigestEntry): string {
  const { icon } = LOOKS[entry.facts.status]
  return `${icon} ${code(entry.facts.monitor, DIGEST_ROOM.name)}${wordsOf(entry, escapeMrkdwn)}`
}

/** Lines as texts of sections, as many in each as there is room for. */
function sectionsOf(lines: readonly string[]): string[] {
  const sections: string[] = []
  for (const line of lines) {
    const longer = `${sections.at(-1)}\n${line}`
    if (sections.length > 0 && longer.length <= DIGEST_ROOM.section) sections[sections.length - 1] = longer
    else sections.push(line)
  }
  return sections
}

function details(facts: Facts): KnownBlock[] {
  const blocks: KnownBlock[] = []
  if (facts.message !== null) blocks.push(section(cut(facts.message, ROOM.message, escapeMrkdwn)))
  blocks.push({ type: 'section', fields: fields(facts) } satisfies SectionBlock)
  if (facts.affected.length > 0) {
    const lines = facts.affected.map(name => `• ${code(name, ROOM.field)}`)
    blocks.push(section(`*Affected endpoints*\n${linesWithin(lines, ROOM.affected).join('\n')}`))
  }
  const links = linksWithin(facts.links, ROOM.links)
  if (links !== '') blocks.push(section(links))
  blocks.push({ type: 'context', elements: footer(facts) })
  return blocks
}

function fields({ marks, figures }: Facts): MrkdwnElement[] {
  return [...marks, ...figures].slice(0, MOST_FIELDS).map(({ name, value, from }) => {
    const label = `*${cut(name, ROOM.label, escapeMrkdwn)}*\n`
    const room = ROOM.field - label.length
    return mrkdwn(label + (from === 'us' ? cut(value, room, escapeMrkdwn) : code(value, room)))
  })
}

function footer({ timestamp, story }: Facts): MrkdwnElement[] {
  const seconds = Math.floor(Date.parse(timestamp) / 1000)
  const when = mrkdwn(`<!date^${seconds}^{date_short_pretty} {time_secs}|${timestamp}>`)
  return story === null ? [when] : [when, mrkdwn(story)]
}

/** Whole links only, in their order, as many as there is room for. */
function linksWithin(links: readonly Link[], max: number): string {
  let text = ''
  for (const { label, url } of links) {
    const link = `<${escapeUrl(url)}|${cut(label, ROOM.label, escapeMrkdwn)}>`
    const longer = text === '' ? link : `${text}  ·  ${link}`
    if (longer.length <= max) text = longer
  }
  return text
}

function section(text: string): SectionBlock {
  return { type: 'section', text: mrkdwn(text) }
}

/** `verbatim`: nothing in it is made into a link, a channel or a person. */
function mrkdwn(text: string): MrkdwnElement {
  return { type: 'mrkdwn', text, verbatim: true }
}

/** A name as it is: no mark of mrkdwn counts inside of code, but a backtick would end it. */
function code(text: string, max: number): string {
  return `\`${cut(text.replaceAll('`', "'"), max - 2, escapeMrkdwn)}\``
}

/** docs.slack.dev/messaging/formatting-message-text, "Escaping text": these three, and no other. */
function escapeMrkdwn(codePoint: string): string {
  if (codePoint === '&') return '&amp;'
  if (codePoint === '<') return '&lt;'
  return codePoint === '>' ? '&gt;' : codePoint
}

function escapeUrl(url: string): string {
  return url.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E').replaceAll('&', '&amp;')
}
