import { setTimeout as wait } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import type { deliveryDetail, deliveryPage, replayJob } from '../api/schemas/delivery.ts'
import { DELIVERY_STATUSES, type DeliveryStatus } from '../ground/vocabulary.ts'
import { type Attempt, answerOf, timingsOf } from './attempt.ts'
import { addClientOptions, Client, type ClientOptions, given } from './client.ts'
import { EXIT_FAILURE } from './failure.ts'
import { fields, paint, paintOutcome, present, safe, table, when } from './output.ts'
import { addPaging, moreOf, type Paging } from './paging.ts'
import { Progress } from './progress.ts'
import { toTime } from './time.ts'
import { UsageError } from './usage-error.ts'

const ID_EXAMPLE = 'dlv_01jz8m4x5c0gk3v9q2w7d1a0b3'
const POLL_MS = 250

/** `statuspulse deliveries …` */
export function defineDeliveries(deliveries: Command): void {
  addList(deliveries)
  addShow(deliveries)
  addReplay(deliveries)
}

type ListOptions = ClientOptions &
  Paging & { endpoint?: string; event?: string; monitor?: string; status?: DeliveryStatus; since?: string }

function addList(deliveries: Command): void {
  const command = deliveries
    .command('list')
    .description('list deliveries, the latest first')
    .addOption(new Option('--status <status>', 'in this state').choices(DELIVERY_STATUSES))
    .option('--endpoint <id>', 'to this endpoint')
    .option('--event <id>', 'of this event')
    .option('--monitor <name>', 'of this monitor')
    .option('--since <time>', 'made since: 2h (ago), or a time', toTime)
  addPaging(addClientOptions(command))
    .addHelpText('after', '\nExample:\n  $ statuspulse deliveries list --status failed --since 24h')
    .action(async (options: ListOptions) => {
      const { endpoint, event, monitor, status, since, limit, cursor } = options
      const query = given({ endpoint_id: endpoint, event_id: event, monitor, status, since, limit, cursor })
      const page = await new Client(options).api.GET('/v1/deliveries', { params: { query } })
      present(page, options, describePage)
    })
}

function describePage(page: z.output<typeof deliveryPage>): string[] {
  const rows = page.data.map(one => [
    when(one.created_at),
    one.id,
    one.monitor_name,
    one.endpoint_id,
    paintOutcome(one.status),
    one.attempts,
    one.last_status_code,
    one.next_attempt_at ? `next attempt ${when(one.next_attempt_at)}` : one.reason,
  ])
  const headings = ['MADE', 'DELIVERY', 'MONITOR', 'ENDPOINT', 'STATUS', 'ATTEMPTS', 'ANSWER', 'WHY']
  return [table(headings, rows), ...moreOf(page)]
}

function addShow(deliveries: Command): void {
  const command = deliveries
    .command('show')
    .argument('<delivery-id>')
    .description('show a delivery: its payload, and its attempts as a timeline')
  addClientOptions(command)
    .addHelpText('after', `\nExample:\n  $ statuspulse deliveries show ${ID_EXAMPLE}`)
    .action(async (id: string, options: ClientOptions) => {
      const found = await new Client(options).api.GET('/v1/deliveries/{id}', at(id))
      present(found, options, describe)
    })
}

function describe(one: z.output<typeof deliveryDetail>): string[] {
  const start = one.attempt_log[0]?.started_at ?? one.created_at
  const next = one.next_attempt_at ? [`  next attempt at ${when(one.next_attempt_at)}`] : []
  return [
    fields([
      ['Delivery', one.id],
      ['Status', one.reason ? `${paintOutcome(one.status)}: ${safe(one.reason)}` : paintOutcome(one.status)],
      ['Event', one.event_id],
      ['Monitor', safe(one.monitor_name)],
      ['Endpoint', one.endpoint_id],
      ['Made', when(one.created_at)],
      ...(one.replay_of ? ([['Replay of', one.replay_of]] as const) : []),
    ]),
    '',
    paint('dim', safe(one.payload_text ?? 'The payload is past retention.')),
    '',
    ...one.attempt_log.map(attempt => timelineEntry(attempt, Date.parse(start))),
    ...next,
  ]
}

/** `+   1.32 s  retry 1    503  84 ms (…)`, counted from the first attempt. */
function timelineEntry(one: Attempt, start: number): string {
  const after = `+${((Date.parse(one.started_at) - start) / 1_000).toFixed(3)} s`
  const name = one.retry_attempt === 0 ? 'first' : `retry ${one.retry_attempt}`
  const lines = [
    `  ${after.padStart(12)}  ${name.padEnd(8)}  ${paintOutcome(one.outcome)}  ${answerOf(one)}  ${paint('dim', timingsOf(one))}`,
  ]
  if (one.why && !one.error) lines.push(`${' '.repeat(26)}${safe(one.why)}`)
  return lines.join('\n')
}

type ReplayOptions = ClientOptions & { endpoint?: string; since?: string; until?: string }

function addReplay(deliveries: Command): void {
  const command = deliveries
    .command('replay')
    .argument('[delivery-id]', 'one delivery; or use --endpoint and --since')
    .description('send a delivery again, or everything that failed at an endpoint')
    .option('--endpoint <id>', 'everything that failed at this endpoint')
    .option('--since <time>', 'made since: 2h (ago), or a time', toTime)
    .option('--until <time>', 'made before (default: now)', toTime)
  addClientOptions(command).addHelpText('after', REPLAY_EXAMPLES).action(replay)
}

const REPLAY_EXAMPLES = `
Examples:
  $ statuspulse deliveries replay ${ID_EXAMPLE}
  $ statuspulse deliveries replay --endpoint ep_01jz8m4x5c00k3v9q2w7d1a0b3 --since 2h`

async function replay(id: string | undefined, options: ReplayOptions): Promise<void> {
  const { endpoint, since, until } = options
  if (id !== undefined) {
    if (endpoint ?? since ?? until)
      throw new UsageError('give either a delivery or --endpoint and --since, not both')
    const made = await new Client(options).api.POST('/v1/deliveries/{id}/replay', at(id))
    return present(made, options, () => [
      `${made.replay_of} is sent again, as ${made.delivery_id}.`,
      paint('dim', `What becomes of it: statuspulse deliveries show ${made.delivery_id}`),
    ])
  }
  if (endpoint === undefined || since === undefined)
    throw new UsageError('give a delivery, or --endpoint and --since')
  const job = await replayEndpoint(new Client(options), endpoint, { since, ...(until && { until }) })
  present(job, options, () => [
    `${job.done} of ${job.total} failed deliveries are sent again${job.error ? `: ${job.error}` : '.'}`,
  ])
  if (job.status === 'failed') process.exitCode = EXIT_FAILURE
}

type Job = z.output<typeof replayJob>
type Span = { since: string; until?: string }

/** Begins the job and follows it to its end. */
async function replayEndpoint({ api }: Client, endpointId: string, span: Span): Promise<Job> {
  let job = await api.POST('/v1/endpoints/{id}/replay', { ...at(endpointId), body: span })
  const progress = new Progress()
  while (job.status === 'running') {
    progress.show(`${job.done} of ${job.total} sent again`)
    await wait(POLL_MS)
    job = await api.GET('/v1/replays/{id}', at(job.id))
  }
  progress.end()
  return job
}

function at(id: string) {
  return { params: { path: { id } } }
}
