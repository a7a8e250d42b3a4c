import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import type { operations } from '../../sdk/client/src/index.ts'
import type { event, eventPage } from '../api/schemas/event.ts'
import { messageOf } from '../ground/errors.ts'
import {
  EVENT_TYPES,
  type EventType,
  SEVERITIES,
  type Severity,
  STATUSES,
  type Status,
} from '../ground/vocabulary.ts'
import { addClientOptions, Client, type ClientOptions, given } from './client.ts'
import { collect } from './collect.ts'
import { fields, paint, paintOutcome, present, safe, table, when } from './output.ts'
import { addPaging, moreOf, type Paging } from './paging.ts'
import { toTime } from './time.ts'
import { UsageError } from './usage-error.ts'

/** `statuspulse events …` */
export function defineEvents(events: Command): void {
  addSend(events)
  addList(events)
  addShow(events)
}

type EventBody = operations['acceptEvents']['requestBody']['content']['application/json']

type SendOptions = ClientOptions & {
  monitor?: string
  status?: string
  severity?: string
  type?: string
  region?: string
  id?: string
  incident?: string
  timestamp?: string
  metadata?: string[]
  idempotencyKey?: string
}

function addSend(events: Command): void {
  const command = events
    .command('send')
    .argument(
      '[file]',
      'JSON of an event or an array of them, as POST /v1/events takes it; -: standard input',
    )
    .description('send an event, or a batch')
    .option('--monitor <name>', 'what it is about')
    .addOption(new Option('--status <status>', "the monitor's status from now on").choices(STATUSES))
    .addOption(new Option('--severity <severity>', 'left out: by status').choices(SEVERITIES))
    .addOption(new Option('--type <type>', 'left out: status.changed').choices(EVENT_TYPES))
    .option('--region <region>', 'where')
    .option(
      '--metadata <key=value>',
      'more to say; numbers, true, [..] and {..} as JSON; repeatable',
      collect,
    )
    .option('--incident <id>', 'the incident it belongs to')
    .option('--timestamp <time>', 'when it happened: 2024-05-14T09:23:11Z, or 10m (ago)', toTime)
    .option('--id <event-id>', 'your own id: a repeat within 24 h is not sent again')
    .option('--idempotency-key <key>', 'the same for a whole batch')
  addClientOptions(command).addHelpText('after', SEND_EXAMPLES).action(send)
}

const SEND_EXAMPLES = `
Examples:
  $ statuspulse events send --monitor checkout-service-redis --status degraded --severity critical
  $ statuspulse events send --monitor api --status down --region us-west-2 \\
      --metadata response_time_ms=1840 --metadata 'affected_endpoints=["/api/v1/cart"]'
  $ statuspulse events send events.json
  $ echo '{"monitor_name":"api","status":"operational"}' | statuspulse events send -`

async function send(file: string | undefined, options: SendOptions): Promise<void> {
  const body = file === undefined ? fromFlags(options) : await fromFile(file, options)
  const { idempotencyKey: key } = options
  // What was typed is for the API to judge.
  const answer = await new Client(options).api.POST('/v1/events', {
    body: body as EventBody,
    ...(key && { params: { header: { 'Idempotency-Key': key } } }),
  })
  present(answer, options, ({ data }) => [
    table(
      ['EVENT', 'GOES TO', ''],
      data.map(one => [
        one.event_id,
        one.deliveries === 1 ? '1 endpoint' : `${one.deliveries} endpoints`,
        one.duplicate ? 'was accepted before; not sent again' : 'accepted',
      ]),
    ),
  ])
}

function fromFlags(options: SendOptions): object {
  if (options.monitor === undefined) throw new UsageError('--monitor: say what the event is about')
  if (options.status === undefined) throw new UsageError(`--status: say one of ${STATUSES.join(', ')}`)
  const metadata = {
    ...(options.region === undefined ? {} : { region: options.region }),
    ...Object.fromEntries((options.metadata ?? []).map(toEntry)),
  }
  return {
    monitor_name: options.monitor,
    status: options.status,
    ...(options.severity && { severity: options.severity }),
    ...(options.type && { event_type: options.type }),
    ...(options.id && { event_id: options.id }),
    ...(options.incident && { incident_id: options.incident }),
    ...(options.timestamp && { timestamp: options.timestamp }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

function toEntry(pair: string): [string, unknown] {
  const at = pair.indexOf('=')
  if (at < 1) throw new UsageError(`--metadata: must be key=value, not ${JSON.stringify(pair)}`)
  const value = pair.slice(at + 1)
  try {
    return [pair.slice(0, at), JSON.parse(value)]
  } catch {
    return [pair.slice(0, at), value]
  }
}

async function fromFile(file: string, options: SendOptions): Promise<unknown> {
  if (options.monitor ?? options.status ?? options.metadata)
    throw new UsageError('give the event either by flags or as JSON, not both')
  const name = file === '-' ? 'standard input' : file
  try {
    return JSON.parse(file === '-' ? await text(process.stdin) : await readFile(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`${name}: ${messageOf(error)}`)
  }
}

type ListOptions = ClientOptions &
  Paging & { monitor?: string; severity?: Severity; status?: Status; type?: EventType; since?: string }

function addList(events: Command): void {
  const command = events
    .command('list')
    .description('list accepted events, the latest first')
    .option('--monitor <name>', 'of this monitor')
    .addOption(new Option('--severity <severity>', 'of this severity').choices(SEVERITIES))
    .addOption(new Option('--status <status>', 'with this status').choices(STATUSES))
    .addOption(new Option('--type <type>', 'of this type').choices(EVENT_TYPES))
    .option('--since <time>', 'accepted since: 2h (ago), or a time', toTime)
  addPaging(addClientOptions(command))
    .addHelpText('after', '\nExample:\n  $ statuspulse events list --severity critical --since 24h')
    .action(async (options: ListOptions) => {
      const { monitor, severity, status, type, since, limit, cursor } = options
      const query = given({ monitor, severity, status, event_type: type, since, limit, cursor })
      const page = await new Client(options).api.GET('/v1/events', { params: { query } })
      present(page, options, describePage)
    })
}

function describePage(page: z.output<typeof eventPage>): string[] {
  const rows = page.data.map(one => [
    when(one.accepted_at),
    one.event_id,
    one.monitor_name,
    paintOutcome(one.status),
    paintOutcome(one.severity),
    one.event_type,
    one.dry_run ? 'test' : one.deliveries,
  ])
  const headings = ['ACCEPTED', 'EVENT', 'MONITOR', 'STATUS', 'SEVERITY', 'TYPE', 'DELIVERIES']
  return [table(headings, rows), ...moreOf(page)]
}

function addShow(events: Command): void {
  const command = events
    .command('show')
    .argument('<event-id>')
    .description('show an event: where it was delivered, where it waits or failed, and why it was not sent')
  addClientOptions(command)
    .addHelpText('after', '\nExample:\n  $ statuspulse events show evt_01jz8m4x5c0gk3v9q2w7d1a0b3')
    .action(async (id: string, options: ClientOptions) => {
      const found = await new Client(options).api.GET('/v1/events/{id}', { params: { path: { id } } })
      present(found, options, describe)
    })
}

function describe(found: z.output<typeof event>): string[] {
  const sent = found.endpoints.map(one => [
    one.endpoint_id,
    one.endpoint_name,
    paintOutcome(one.outcome),
    one.attempts,
    one.delivery_id,
    one.reason,
  ])
  const notSent = found.not_sent_to.map(one => [one.endpoint_id, one.endpoint_name, one.reason])
  return [
    fields([
      ['Event', found.event_id],
      ['Monitor', safe(found.monitor_name)],
      ['Type', found.event_type],
      ['Status', `${paintOutcome(found.status)}, ${paintOutcome(found.severity)}`],
      ['Accepted', when(found.accepted_at)],
    ]),
    '',
    paint('dim', safe(found.payload_text)),
    ...(sent.length > 0
      ? ['', table(['SENT TO', 'NAME', 'OUTCOME', 'ATTEMPTS', 'DELIVERY', 'WHY'], sent)]
      : []),
    ...(notSent.length > 0 ? ['', table(['NOT SENT TO', 'NAME', 'WHY'], notSent)] : []),
  ]
}
