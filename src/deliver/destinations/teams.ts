import type { IAdaptiveCard, IContainer, IRichTextBlock, ITextRun } from '@microsoft/teams.cards'
import { z } from 'zod'
import type { Status } from '../../ground/vocabulary.ts'
import { judgeAnswer } from '../verdict.ts'
import type { HttpDestination, Shipment } from './destination.ts'
import { type DigestEntry, digestFactsOf, entryOf, wordsOf } from './digest-facts.ts'
import { type Facts, factsOf, type Link, titleOf } from './facts.ts'
import { LOOKS } from './looks.ts'
import { inWordsOf, postJson, saidIn } from './service.ts'
import { cut, linesWithin } from './text.ts'

/** What a workflow with the trigger "When a Teams webhook request is received" takes. */
interface TeamsMessage {
  readonly type: 'message'
  readonly attachments: readonly [
    {
      readonly contentType: 'application/vnd.microsoft.card.adaptive'
      readonly contentUrl: null
      readonly content: IAdaptiveCard
    },
  ]
}

/**
 * UTF-16 units of each text: a message stays under 28 KB even when each of them is three bytes long, or
 * escaped by JSON.
 */
const ROOM = { title: 250, message: 700, label: 50, value: 220, affected: 1_500 }
const MOST_FIGURES = 10
const MOST_AFFECTED = 25
/** Bytes of a digest's lines, as JSON has them; of 28 KB in all. */
const DIGEST_ROOM = 25_000

const STYLES: Readonly<Record<Status, NonNullable<IContainer['style']>>> = {
  operational: 'good',
  degraded: 'warning',
  down: 'attention',
  maintenance: 'accent',
  unknown: 'emphasis',
}

/** A channel or chat of Microsoft Teams, by the URL of a workflow. */
export const teams: HttpDestination = {
  transport: 'http',
  label: 'Microsoft Teams',
  about: 'A channel or chat, by the URL of its workflow.',
  defaultOrder: 'latest',
  defaultSuccessStatuses: [202, 200],
  // Teams takes four a second; a workflow has other work besides.
  defaultRatePerSecond: 2,
  digest: {
    from: 5,
    room: DIGEST_ROOM,
    weigh: sent => Buffer.byteLength(JSON.stringify(digestLine(entryOf(sent)))) + 1,
    buildRequest: shipments => postJson(shipments[0] as Shipment, teamsDigest(shipments)),
  },
  optionsSchema: z.strictObject({}),
  urlIsSecret: true,

  buildRequest(shipment) {
    return postJson(shipment, teamsMessage(shipment))
  },

  judge(observation, endpoint, now) {
    const verdict = judgeAnswer(observation, endpoint.successStatuses, now)
    return inWordsOf('Teams', verdict, observation, saidIn(observation.responseBody, ['error', 'message']))
  },
}

function teamsMessage(shipment: Shipment): TeamsMessage {
  const facts = factsOf(shipment)
  const { icon } = LOOKS[facts.status]
  const title = `${icon} ${titleOf(facts, ROOM.title - icon.length - 1)}`
  return messageOf(facts.status, title, details(facts), facts.links)
}

function teamsDigest(shipments: readonly Shipment[]): TeamsMessage {
  const { title, worst, entries, severities, url } = digestFactsOf(shipments)
  const footer = text([{ type: 'TextRun', text: severities, isSubtle: true }], 'Medium')
  const links = url === null ? [] : [{ label: 'Open in StatusPulse', url }]
  return messageOf(worst, `${LOOKS[worst].icon} ${title}`, [...entries.map(digestLine), footer], links)
}

function digestLine(entry: DigestEntry): IRichTextBlock {
  const { icon } = LOOKS[entry.facts.status]
  return text([run(`${icon} ${entry.facts.monitor}${wordsOf(entry)}`)], 'None')
}

function messageOf(
  status: Status,
  title: string,
  blocks: readonly IRichTextBlock[],
  links: readonly Link[],
): TeamsMessage {
  const content: IAdaptiveCard = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    fallbackText: title,
    msteams: { width: 'full' },
    body: [
      {
        type: 'Container',
        style: STYLES[status],
        bleed: true,
        items: [text([{ type: 'TextRun', text: title, weight: 'Bolder', size: 'Large' }])],
      },
      ...blocks,
    ],
    ...(links.length > 0 && {
      actions: links.map(({ label, url }) => ({
        type: 'Action.OpenUrl' as const,
        title: cut(label, ROOM.label),
        url,
      })),
    }),
  }
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  }
}

function details({ message, marks, figures, affected, timestamp, story }: Facts): IRichTextBlock[] {
  const blocks: IRichTextBlock[] = []
  if (message !== null) blocks.push(text([run(cut(message, ROOM.message))]))
  for (const { name, value } of [...marks, ...figures].slice(0, MOST_FIGURES)) {
    const label: ITextRun = { type: 'TextRun', text: `${cut(name, ROOM.label)}: `, weight: 'Bolder' }
    blocks.push(text([label, run(cut(value, ROOM.value))], 'Small'))
  }
  if (affected.length > 0) {
    blocks.push(text([{ type: 'TextRun', text: 'Affected endpoints', weight: 'Bolder' }], 'Medium'))
    const lines = linesWithin(
      affected.map(name => `• ${cut(name, ROOM.value)}`),
      ROOM.affected,
      MOST_AFFECTED,
    )
    blocks.push(...lines.map(line => text([run(line)], 'None')))
  }
  const footer = story === null ? timestamp : `${timestamp} · ${story}`
  blocks.push(text([{ type: 'TextRun', text: footer, isSubtle: true }], 'Medium'))
  return blocks
}

/** Runs of text as they are: unlike in a TextBlock, nothing in them is Markdown. */
function text(inlines: ITextRun[], spacing?: IRichTextBlock['spacing']): IRichTextBlock {
  return { type: 'RichTextBlock', ...(spacing && { spacing }), inlines }
}

function run(words: string): ITextRun {
  return { type: 'TextRun', text: words }
}
