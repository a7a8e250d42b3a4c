import { type Command, Option } from 'commander'
import type { operations } from '../../sdk/client/src/index.ts'
import { ENDPOINT_KINDS, type EndpointKind, EVENT_TYPES, ORDERS, SEVERITIES } from '../ground/vocabulary.ts'
import { describeAttempt } from './attempt.ts'
import { addClientOptions, Client, type ClientOptions, given } from './client.ts'
import { collect } from './collect.ts'
import {
  describeEndpoint,
  describeEndpoints,
  describeNewEndpoint,
  describeRotation,
} from './endpoint-text.ts'
import { EXIT_FAILURE } from './failure.ts'
import { addFilterOptions, type FilterOptions, filterOf } from './filter.ts'
import { optionsOf } from './kind-options.ts'
import { present } from './output.ts'
import { addPaging, type Paging } from './paging.ts'
import { UsageError } from './usage-error.ts'

const ID_EXAMPLE = 'ep_01jz8m4x5c00k3v9q2w7d1a0b3'

/** `statuspulse endpoints …` */
export function defineEndpoints(endpoints: Command): void {
  addAdd(endpoints)
  addList(endpoints)
  addShow(endpoints)
  addTest(endpoints)
  addRotate(endpoints)
  addSwitch(endpoints, 'enable', true)
  addSwitch(endpoints, 'disable', false)
  addRemove(endpoints)
}

type AddOptions = ClientOptions &
  FilterOptions & {
    kind?: EndpointKind
    name?: string
    header?: string[]
    option?: string[]
    order?: string
    timeout?: string
    rate?: string
    concurrency?: string
  }

function addAdd(endpoints: Command): void {
  const command = endpoints
    .command('add')
    .argument('[target-url]', "the receiver's https: URL; PagerDuty's follows from its region")
    .description('register an endpoint; prints its secret this once, and what its TLS showed')
    .addOption(new Option('--kind <kind>', 'default: webhook').choices(ENDPOINT_KINDS))
    .option('--name <name>', 'what to call it')
    .option('--header <name=value>', 'sent with every attempt; repeatable', collect)
    .option(
      '--option <name=value>',
      "a setting of its kind, such as PagerDuty's routing_key; repeatable",
      collect,
    )
    .addOption(new Option('--order <order>', 'per monitor; left out: as the kind has it').choices(ORDERS))
    .option('--timeout <ms>', 'over a whole attempt, 100 to 30000 (default 5000)')
    .option('--rate <number>', 'attempts a second; left out: as the kind has it')
    .option('--concurrency <number>', 'attempts under way at once (default 16)')
  addClientOptions(addFilterOptions(command))
    .addHelpText('after', ADD_EXAMPLES)
    .action(async (url: string | undefined, options: AddOptions) => {
      const body = { ...(url && { url }), ...bodyOf(options) }
      const made = await new Client(options).api.POST('/v1/endpoints', { body })
      present(made, options, describeNewEndpoint)
    })
}

type EndpointInput = operations['createEndpoint']['requestBody']['content']['application/json']

const ADD_EXAMPLES = `
Severities: ${SEVERITIES.join(', ')}
Event types: ${EVENT_TYPES.join(', ')}

Examples:
  $ statuspulse endpoints add https://example.com/hook
  $ statuspulse endpoints add https://example.com/hook --monitors 'api-*,checkout' --severities critical
  $ statuspulse endpoints add https://hooks.slack.com/services/T0/B0/x --kind slack
  $ statuspulse endpoints add --kind pagerduty --option routing_key=… --option region=eu`

/** As it was typed: whether it is an endpoint is for the API to say. */
function bodyOf(options: AddOptions): EndpointInput {
  const filter = filterOf(options)
  return {
    ...(options.kind && { kind: options.kind }),
    ...(options.name && { name: options.name }),
    ...(options.order && { order: options.order }),
    ...(options.header && { headers: pairsOf('--header', options.header) }),
    ...(options.option && {
      options: optionsOf(options.kind ?? 'webhook', pairsOf('--option', options.option)),
    }),
    ...(options.timeout && { timeout_ms: numberOf('--timeout', options.timeout) }),
    ...(options.rate && { rate_per_second: numberOf('--rate', options.rate) }),
    ...(options.concurrency && { concurrency: numberOf('--concurrency', options.concurrency) }),
    ...(Object.keys(filter).length > 0 && { filter }),
  } as EndpointInput
}

function pairsOf(flag: string, pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map(pair => {
      const [, name, value] = /^([^=:]+)[=:]\s*(.*)$/s.exec(pair) ?? []
      if (name === undefined || value === undefined) throw new UsageError(`${flag}: must be name=value`)
      return [name, value]
    }),
  )
}

function numberOf(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || Number.isNaN(value))
    throw new UsageError(`${flag}: must be a number, not ${text}`)
  return value
}

function addList(endpoints: Command): void {
  const command = endpoints.command('list').description('list endpoints')
  addPaging(addClientOptions(command))
    .addHelpText('after', '\nExample:\n  $ statuspulse endpoints list')
    .action(async (options: ClientOptions & Paging) => {
      const query = given({ limit: options.limit, cursor: options.cursor })
      const page = await new Client(options).api.GET('/v1/endpoints', { params: { query } })
      present(page, options, describeEndpoints)
    })
}

function addShow(endpoints: Command): void {
  addOne(endpoints, 'show', 'show an endpoint').action(async (id: string, options: ClientOptions) => {
    present(await new Client(options).api.GET('/v1/endpoints/{id}', at(id)), options, describeEndpoint)
  })
}

function addTest(endpoints: Command): void {
  const command = addOne(endpoints, 'test', 'send a test event at once, and show the whole attempt')
  command.action(async (id: string, options: ClientOptions) => {
    const made = await new Client(options).api.POST('/v1/endpoints/{id}/test', at(id))
    present(made, options, describeAttempt)
    if (made.outcome !== 'delivered') process.exitCode = EXIT_FAILURE
  })
}

function addRotate(endpoints: Command): void {
  addOne(endpoints, 'rotate-secret', 'make a new signing secret; the old one stays valid for a while')
    .option('--overlap <hours>', 'how long the old one stays valid (default 24)')
    .action(async (id: string, options: ClientOptions & { overlap?: string }) => {
      const body =
        options.overlap === undefined
          ? {}
          : { overlap_seconds: Math.round(numberOf('--overlap', options.overlap) * 3_600) }
      const { api } = new Client(options)
      const made = await api.POST('/v1/endpoints/{id}/rotate-secret', { ...at(id), body })
      present(made, options, describeRotation)
    })
}

function addSwitch(endpoints: Command, word: 'enable' | 'disable', enabled: boolean): void {
  const about = enabled ? 'have events sent again' : 'have nothing sent any more'
  addOne(endpoints, word, about).action(async (id: string, options: ClientOptions) => {
    const changed = await new Client(options).api.PATCH('/v1/endpoints/{id}', {
      ...at(id),
      body: { enabled },
    })
    present(changed, options, describeEndpoint)
  })
}

function addRemove(endpoints: Command): void {
  addOne(endpoints, 'remove', 'delete an endpoint').action(async (id: string, options: ClientOptions) => {
    await new Client(options).api.DELETE('/v1/endpoints/{id}', at(id))
    present({ id, deleted: true }, options, () => [`${id} is deleted.`])
  })
}

/** A command on one endpoint. */
function addOne(endpoints: Command, word: string, about: string): Command {
  const command = endpoints
    .command(word)
    .argument('<endpoint-id>', 'ep_… as the list shows it')
    .description(about)
  return addClientOptions(command).addHelpText(
    'after',
    `\nExample:\n  $ statuspulse endpoints ${word} ${ID_EXAMPLE}`,
  )
}

function at(id: string) {
  return { params: { path: { id } } }
}
