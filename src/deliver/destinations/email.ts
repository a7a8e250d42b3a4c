import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Event, Exchange, Verdict } from '../../ground/vocabulary.ts'
import type { MailServer, OutgoingMail } from '../smtp/mail.ts'
import type { MailDestination, Shipment } from './destination.ts'
import { type Facts, factsOf, titleOf } from './facts.ts'
import { LOOKS } from './looks.ts'
import { inWordsOf } from './service.ts'
import { linesWithin } from './text.ts'

/** RFC 5322, section 2.1.1: a line has at most 998 characters; a subject is read in far fewer. */
const MOST_SUBJECT = 200
const MOST_AFFECTED = 5_000
const MOST_RECEIVERS = 50

const options = z
  .strictObject({
    host: z
      .string()
      .regex(
        /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/,
        'must be the name or IPv4 address of a mail server',
      )
      .meta({ description: 'The mail server.' }),
    port: z.int().min(1).max(65_535).default(587),
    security: z.enum(['starttls', 'tls', 'none']).default('starttls').meta({
      description:
        '`tls`: from the first byte (port 465). `starttls`: the server must offer it. `none`: in the clear, if the operator allows plain HTTP.',
    }),
    user: z.string().min(1).max(320).optional().meta({ description: 'Left out: nobody logs in.' }),
    password: z.string().min(1).max(1_000).optional().meta({ description: 'A secret.' }),
    from: z.email().max(320).meta({ description: "The sender's address." }),
    to: z.array(z.email().max(320)).min(1).max(MOST_RECEIVERS).meta({ description: 'Who gets it.' }),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['password'],
    message: 'and user come together, or neither',
  })

/** E-mail, through the user's own mail server. */
export const email: MailDestination = {
  transport: 'smtp',
  label: 'E-mail',
  about: 'Addresses, through a mail server of yours (SMTP).',
  defaultOrder: 'latest',
  defaultSuccessStatuses: [250],
  defaultRatePerSecond: 2,
  optionsSchema: options,
  secretOptions: ['password'],
  urlIsMade: true,
  defaultUrl: ({ host, port, security }) =>
    `${security === 'tls' ? 'smtps' : 'smtp'}://${host ?? ''}:${port ?? 587}`,

  serverOf: given => serverOf(options.parse(given)),

  buildRequest(shipment) {
    const { data } = options.safeParse(shipment.endpoint.options)
    if (!data) throw new Error('the endpoint has no valid mail server; set it in its options')
    return mailOf(shipment, data)
  },

  /** Replies of SMTP: RFC 5321, section 4.2.1. */
  judge(exchange) {
    return inWordsOf('the mail server', verdictOf(exchange), exchange, exchange.responseBody)
  },
}

function serverOf({ host, port, security, user, password }: z.output<typeof options>): MailServer {
  const login = user === undefined || password === undefined ? null : { user, password }
  return { host, port, security, login }
}

function verdictOf({ statusCode, error }: Exchange): Verdict {
  if (error?.class === 'invalid_request') return { outcome: 'failed', why: error.message, disable: false }
  if (error || statusCode === null)
    return { outcome: 'retry', why: error?.message ?? 'there was no answer', notBefore: null }
  if (statusCode < 400) return { outcome: 'delivered' }
  const why = `the receiver answered ${statusCode}`
  return statusCode < 500
    ? { outcome: 'retry', why, notBefore: null }
    : { outcome: 'failed', why, disable: false }
}

function mailOf(shipment: Shipment, given: z.output<typeof options>): OutgoingMail {
  const { event, endpoint, deliveryId } = shipment
  const facts = factsOf(shipment)
  const domain = given.from.slice(given.from.lastIndexOf('@') + 1)
  return {
    server: serverOf(given),
    from: { name: 'StatusPulse', address: given.from },
    to: given.to,
    subject: `${LOOKS[facts.status].icon} ${titleOf(facts, MOST_SUBJECT)}`,
    text: textOf(facts),
    html: htmlOf(facts),
    // The same at every attempt: whoever gets two of them keeps one.
    messageId: `<${deliveryId}@${domain}>`,
    thread: threadOf(event, domain),
    date: event.acceptedAt,
    // RFC 3834: no holiday notice is sent in return.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-StatusPulse-Event-Id': oneToken(event.eventId) },
    timeoutMs: endpoint.timeoutMs,
  }
}

/** A message that was never sent, and that all of an incident's answer to: mail programs show them together. */
function threadOf({ workspaceId, incidentId }: Event, domain: string): string | null {
  if (incidentId === null) return null
  const name = createHash('sha256').update(`${workspaceId}/${incidentId}`).digest('hex').slice(0, 32)
  return `<incident.${name}@${domain}>`
}

function oneToken(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 255)
}

function textOf(facts: Facts): string {
  const { marks, figures, affected, links, timestamp, message, story } = facts
  const paragraphs = [
    titleOf(facts, MOST_SUBJECT),
    message,
    [...marks, ...figures].map(({ name, value }) => `${name}: ${value}`).join('\n'),
    affected.length > 0
      ? [
          'Affected endpoints:',
          ...linesWithin(
            affected.map(name => `- ${name}`),
            MOST_AFFECTED,
          ),
        ].join('\n')
      : null,
    links.map(({ label, url }) => `${label}: ${url}`).join('\n'),
    story,
    timestamp,
  ]
  return paragraphs.filter(Boolean).join('\n\n')
}

function htmlOf(facts: Facts): string {
  const { marks, figures, affected, links, timestamp, message, story, status } = facts
  const rows = [...marks, ...figures].map(
    ({ name, value }) => `<tr><th align="left">${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`,
  )
  const items = linesWithin(affected, MOST_AFFECTED).map(name => `<li>${escapeHtml(name)}</li>`)
  const anchors = links.map(({ label, url }) => `<a href="${escapeHtml(url)}">${escapeHtml(label)}</a>`)
  const parts = [
    `<h2 style="border-left:6px solid ${LOOKS[status].colour};padding-left:10px">${escapeHtml(titleOf(facts, MOST_SUBJECT))}</h2>`,
    message === null ? '' : `<p>${escapeHtml(message)}</p>`,
    `<table cellpadding="4">${rows.join('')}</table>`,
    affected.length === 0 ? '' : `<p>Affected endpoints</p><ul>${items.join('')}</ul>`,
    anchors.length === 0 ? '' : `<p>${anchors.join(' · ')}</p>`,
    story === null ? '' : `<p>${escapeHtml(story)}</p>`,
    `<p style="color:#868686">${escapeHtml(timestamp)}</p>`,
  ]
  return `<!doctype html><html><body style="font-family:sans-serif">${parts.join('')}</body></html>`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
