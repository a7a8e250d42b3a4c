import type { Draft, Entry } from './draft.ts'
import { headersOf, webhookUrlOf } from './secrets.ts'
import { exactly, given, isObject, isOn, isSet, type Json, numberOf, textOf } from './values.ts'

/** A monitor by its name here, and the notifications that it uses by their ids there. */
interface Listening {
  readonly name: string
  readonly ids: ReadonlySet<string>
}

/** What a service's settings become; null: nothing, which is noted. */
type Make = (draft: Draft, config: Json, thing: string, owner: string) => Json | null

const MAKERS: Readonly<Record<string, Make>> = { slack, discord, teams, pagerduty, smtp, webhook }

/** Notifications as endpoints that get the events of the monitors that use them. */
export function addNotifications(
  draft: Draft,
  notifications: readonly Json[],
  listening: readonly Listening[],
): void {
  for (const notification of notifications) {
    const called = textOf(notification.name) ?? `notification ${String(notification.id)}`
    const thing = `notification ${JSON.stringify(called)}`
    const config = configOf(notification)
    if (config === null) {
      draft.note(thing, null, 'is left out: its settings cannot be read')
      continue
    }
    const make = MAKERS[String(config.type).toLowerCase()]
    if (!make) {
      draft.note(
        thing,
        null,
        `is left out: there is no endpoint of kind ${String(config.type)}; what takes webhooks is reached by one with a template`,
      )
      continue
    }
    const monitors = listening.filter(({ ids }) => ids.has(String(notification.id)))
    if (monitors.length === 0) {
      draft.note(thing, null, 'is left out: no monitor that was taken over uses it')
      continue
    }
    const made = make(draft, config, thing, called)
    if (made === null) continue
    draft.add('endpoints', thing, {
      name: draft.nameOf('endpoints', called, thing),
      ...made,
      filter: { monitors: monitors.map(({ name }) => exactly(name)) },
      ...(notification.active !== undefined && !isOn(notification.active) ? { enabled: false } : {}),
    } as Entry)
  }
}

function configOf({ config }: Json): Json | null {
  try {
    const read: unknown = typeof config === 'string' ? JSON.parse(config) : config
    return isObject(read) ? read : null
  } catch {
    return null
  }
}

function slack(draft: Draft, config: Json, thing: string, owner: string): Json {
  noteSet(draft, config, thing, 'belongs to the webhook, and is set in Slack', [
    'slackchannel',
    'slackusername',
    'slackiconemo',
  ])
  noteSet(draft, config, thing, 'messages have a form of their own', ['slackTemplate', 'slackchannelnotify'])
  return { kind: 'slack', url: urlVariable(draft, config.slackwebhookURL, thing, owner) }
}

function discord(draft: Draft, config: Json, thing: string, owner: string): Json {
  noteSet(draft, config, thing, 'messages have a form of their own', [
    'discordUsername',
    'discordPrefixMessage',
    'discordMessageTemplate',
    'threadId',
    'postName',
  ])
  return { kind: 'discord', url: urlVariable(draft, config.discordWebhookUrl, thing, owner) }
}

function teams(draft: Draft, config: Json, thing: string, owner: string): Json {
  return { kind: 'teams', url: urlVariable(draft, config.webhookUrl, thing, owner) }
}

function pagerduty(draft: Draft, config: Json, thing: string, owner: string): Json {
  noteSet(draft, config, thing, 'the severity is that of the event', ['pagerdutyPriority'])
  if (config.pagerdutyAutoResolve !== 'resolve')
    draft.note(thing, 'pagerdutyAutoResolve', 'an incident is resolved there when it is resolved here')
  const key = draft.secret(
    String(config.pagerdutyIntegrationKey ?? ''),
    `${owner} routing key`,
    `integration key of ${thing}`,
  )
  const isEu = /\.eu\./.test(String(config.pagerdutyIntegrationUrl ?? ''))
  return { kind: 'pagerduty', options: { routing_key: key, ...(isEu ? { region: 'eu' } : {}) } }
}

function smtp(draft: Draft, config: Json, thing: string, owner: string): Json {
  noteSet(draft, config, thing, 'is left out: write the addresses into options.to', ['smtpCC', 'smtpBCC'])
  noteSet(draft, config, thing, 'messages have a form of their own', [
    'customSubject',
    'customBody',
    'htmlBody',
  ])
  noteSet(draft, config, thing, 'the certificate must be in order', ['smtpIgnoreTLSError'])
  noteSet(draft, config, thing, 'nothing is signed with DKIM here', ['smtpDkimDomain'])
  noteSet(draft, config, thing, 'is left out', ['smtpAdditionalHeaders'])
  const port = numberOf(config.smtpPort)
  const user = textOf(config.smtpUsername)
  const security = isOn(config.smtpSecure) ? 'tls' : isOn(config.smtpIgnoreSTARTTLS) ? 'none' : 'starttls'
  return {
    kind: 'email',
    options: {
      host: config.smtpHost,
      ...given('port', port),
      security,
      ...(user === null
        ? {}
        : {
            user,
            password: draft.secret(
              String(config.smtpPassword ?? ''),
              `${owner} password`,
              `password of ${thing}`,
            ),
          }),
      from: addressOf(String(config.smtpFrom ?? '')),
      to: String(config.smtpTo ?? '')
        .split(/[,;]/)
        .map(addressOf)
        .filter(address => address !== ''),
    },
  }
}

function webhook(draft: Draft, config: Json, thing: string, owner: string): Json | null {
  const method = String(config.httpMethod ?? 'post').toUpperCase()
  if (method !== 'POST') {
    draft.note(thing, 'httpMethod', `is left out: events are sent with POST, not ${method}`)
    return null
  }
  draft.note(
    thing,
    'webhookContentType',
    "the body is this program's payload; a template makes another one of it",
  )
  return {
    url: webhookUrlOf(draft, String(config.webhookURL ?? ''), thing, owner),
    ...given('headers', headersOf(draft, additionalHeaders(draft, config, thing), thing, owner)),
  }
}

function additionalHeaders(
  draft: Draft,
  { webhookAdditionalHeaders }: Json,
  thing: string,
): Record<string, string> {
  const text = textOf(webhookAdditionalHeaders)
  if (text === null) return {}
  try {
    const headers: unknown = JSON.parse(text)
    if (isObject(headers))
      return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
  } catch {
    // Noted below.
  }
  draft.note(thing, 'webhookAdditionalHeaders', 'are left out: they are not JSON')
  return {}
}

function urlVariable(draft: Draft, url: unknown, thing: string, owner: string) {
  return draft.secret(String(url ?? ''), `${owner} url`, `webhook URL of ${thing}`)
}

/** The address of `"Name" <address>`. */
function addressOf(text: string): string {
  return (/<([^<>]+)>/.exec(text)?.[1] ?? text).trim()
}

function noteSet(draft: Draft, config: Json, thing: string, reason: string, fields: readonly string[]): void {
  for (const field of fields) if (isSet(config[field])) draft.note(thing, field, reason)
}
