import type { AnyBlock, HeaderBlock, MessageAttachment, MrkdwnElement, SectionBlock } from '@slack/types'
import { z } from 'zod'
import type { Status } from '../../ground/vocabulary.ts'
import { judgeAnswer } from '../verdict.ts'
import type { Destination, Shipment } from './destination.ts'
import { type Facts, factsOf, type Link, titleOf } from './facts.ts'
import { inWordsOf, postJson } from './service.ts'
import { cut, linesWithin } from './text.ts'

/** What is posted to an incoming webhook. */
interface SlackMessage {
  /** For notifications, and clients that show no blocks. */
  readonly text: string
  readonly blocks: AnyBlock[]
  readonly attachments: MessageAttachment[]
  readonly unfurl_links: false
  readonly unfurl_media: false
}

/**
 * UTF-16 units of each text, escapes included. With the header's 150 and ten fields they come to less
 * than half of the 10,000 that a message may have, so that it holds even when JSON escapes every one.
 */
const ROOM = { text: 200, header: 150, message: 500, monitor: 400, field: 150, affected: 1_100, links: 500 }
const MOST_FIELDS = 10
const MOST_REASON = 300

const LOOKS: Readonly<Record<Status, { colour: string; icon: string }>> = {
  operational: { colour: '#2eb67d', icon: '🟢' },
  degraded: { colour: '#ecb22e', icon: '🟡' },
  down: { colour: '#e01e5a', icon: '🔴' },
  maintenance: { colour: '#36c5f0', icon: '🔵' },
  unknown: { colour: '#868686', icon: '⚪' },
}

/** A channel of Slack, by its incoming webhook. */
export const slack: Destination = {
  defaultOrder: 'latest',
  defaultSuccessStatuses: [200],
  optionsSchema: z.strictObject({}),

  buildRequest(shipment) {
    return postJson(shipment, JSON.stringify(slackMessage(shipment)))
  },

  judge(observation, endpoint, now) {
    const reason = observation.responseBody.trim()
    if (observation.statusCode === 200 && observation.error === null && reason !== 'ok') {
      const why = `Slack answered 200, but not with "ok": ${cut(reason, MOST_REASON)}`
      return { outcome: 'failed', why, disable: false }
    }
    return inWordsOf('Slack', judgeAnswer(observation, endpoint.successStatuses, now), observation, reason)
  },
}

function slackMessage(shipment: Shipment): SlackMessage {
  const facts = factsOf(shipment)
  const { colour, icon } = LOOKS[facts.status]
  const header: HeaderBlock = {
    type: 'header',
    text: {
      type: 'plain_text',
      text: `${icon} ${titleOf(facts, ROOM.header - 3, escapeMrkdwn)}`,
      emoji: true,
    },
  }
  return {
    text: `${icon} ${titleOf(facts, ROOM.text - 3, escapeMrkdwn)}`,
    blocks: [header],
    attachments: [{ color: colour, blocks: details(facts) }],
    unfurl_links: false,
    unfurl_media: false,
  }
}

function details(facts: Facts): AnyBlock[] {
  const blocks: AnyBlock[] = []
  if (facts.message !== null) blocks.push(section(cut(facts.message, ROOM.message, escapeMrkdwn)))
  blocks.push({ type: 'section', fields: fields(facts) } satisfies SectionBlock)
  if (facts.affected.length > 0) {
    const lines = facts.affected.map(name => `• ${code(name, ROOM.field)}`)
    blocks.push(section(`*Affected endpoints*\n${linesWithin(lines, ROOM.affected)}`))
  }
  const links = linksWithin(facts.links, ROOM.links)
  if (links !== '') blocks.push(section(links))
  blocks.push({ type: 'context', elements: footer(facts) })
  return blocks
}

function fields({ monitor, severity, region, incidentId, figures }: Facts): MrkdwnElement[] {
  const all = [
    `*Monitor*\n${code(monitor, ROOM.monitor)}`,
    `*Severity*\n${severity}`,
    ...(region === null ? [] : [`*Region*\n${code(region, ROOM.field)}`]),
    ...(incidentId === null ? [] : [`*Incident*\n${code(incidentId, ROOM.field)}`]),
    ...figures.map(({ name, value }) => {
      const label = `*${cut(name, ROOM.field / 3, escapeMrkdwn)}*\n`
      return label + cut(value, ROOM.field - label.length, escapeMrkdwn)
    }),
  ]
  return all.slice(0, MOST_FIELDS).map(mrkdwn)
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
    const link = `<${escapeUrl(url)}|${cut(label, ROOM.field / 3, escapeMrkdwn)}>`
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
