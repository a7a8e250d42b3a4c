import { type Command, InvalidArgumentError } from 'commander'
import type { z } from 'zod'
import type { key, keyCreated, keyPage } from '../api/schemas/account.ts'
import { SCOPES, type Scope } from '../ground/vocabulary.ts'
import { addClientOptions, Client, type ClientOptions, given } from './client.ts'
import { collect } from './collect.ts'
import { fields, paint, present, table, when } from './output.ts'
import { addPaging, moreOf, type Paging } from './paging.ts'
import { addSettings, configOf } from './settings.ts'
import { UsageError } from './usage-error.ts'

type Key = z.output<typeof key>
type KeyCreated = z.output<typeof keyCreated>

/** `statuspulse keys …` */
export function defineKeys(keys: Command): void {
  addCreate(keys)
  addList(keys)
  addRevoke(keys)
}

type CreateOptions = ClientOptions & { name?: string; scope?: string[]; operator?: boolean }

function addCreate(keys: Command): void {
  const command = keys
    .command('create')
    .description('make an API key; it is printed this once')
    .option('--name <name>', 'who or what uses it')
    .option('--scope <scope>', `what it may: ${SCOPES.join(', ')}; repeatable (default: read)`, collectScopes)
    .option('--operator', 'an admin key that may do everything, made in the database itself: needs no token')
  addClientOptions(command)
  addSettings(command, ['databaseUrl', 'dataDir'])
    .addHelpText('after', CREATE_EXAMPLES)
    .action(async (options: CreateOptions) => present(await create(options), options, describe))
}

const CREATE_EXAMPLES = `
--operator is the way back in when the admin token is lost. It asks no server but opens the database
(DATABASE_URL, or the one in --data-dir: stop the server that runs on it first).

Examples:
  $ statuspulse keys create --name "billing service" --scope ingest
  $ statuspulse keys create --name dashboard --scope read --scope ingest --json
  $ statuspulse keys create --operator`

function collectScopes(value: string, before: readonly string[] = []): string[] {
  const scopes = collect(value, before)
  const wrong = scopes.find(scope => !(SCOPES as readonly string[]).includes(scope))
  if (wrong !== undefined) throw new InvalidArgumentError(`must be one of ${SCOPES.join(', ')}.`)
  return scopes
}

async function create(options: CreateOptions): Promise<KeyCreated> {
  if (options.operator) {
    if (options.scope) throw new UsageError('--scope: an operator key may everything; leave it out')
    // Only this one needs a database.
    const { makeOperatorKey } = await import('./operator-key.ts')
    return makeOperatorKey(configOf({ ...options }), options.name ?? 'operator')
  }
  const { name, scope = ['read'] } = options
  if (name === undefined) throw new UsageError('--name: say who or what uses the key')
  return new Client(options).api.POST('/v1/keys', { body: { name, scopes: scope as Scope[] } })
}

function describe(made: KeyCreated): string[] {
  return [
    fields([
      ['Key', paint('bold', made.key)],
      ['Id', made.id],
      ['Name', made.name],
      ['Scopes', scopesOf(made)],
    ]),
    paint('yellow', 'The key is shown this once: put it in a safe place now.'),
  ]
}

function addList(keys: Command): void {
  const command = keys.command('list').description('list the keys, revoked ones included')
  addPaging(addClientOptions(command))
    .addHelpText('after', '\nExample:\n  $ statuspulse keys list')
    .action(async (options: ClientOptions & Paging) => {
      const query = given({ limit: options.limit, cursor: options.cursor })
      const page = await new Client(options).api.GET('/v1/keys', { params: { query } })
      present(page, options, describePage)
    })
}

function describePage(page: z.output<typeof keyPage>): string[] {
  const rows = page.data.map(one => [
    one.id,
    one.name,
    scopesOf(one),
    `${one.hint}…`,
    when(one.created_at),
    one.last_used_at && when(one.last_used_at),
    one.revoked_at ? `revoked ${when(one.revoked_at)}` : 'valid',
  ])
  return [table(['ID', 'NAME', 'SCOPES', 'KEY', 'MADE', 'USED', 'STATE'], rows), ...moreOf(page)]
}

function addRevoke(keys: Command): void {
  const command = keys
    .command('revoke')
    .argument('<key-id>', 'key_… as the list shows it')
    .description('end a key, for good')
  addClientOptions(command)
    .addHelpText('after', '\nExample:\n  $ statuspulse keys revoke key_01jz8m4x5c00k3v9q2w7d1a0b3')
    .action(async (id: string, options: ClientOptions) => {
      await new Client(options).api.DELETE('/v1/keys/{id}', { params: { path: { id } } })
      present({ id, revoked: true }, options, () => [`${id} is revoked.`])
    })
}

function scopesOf(one: Key): string {
  return one.operator ? `${one.scopes.join(', ')} (operator)` : one.scopes.join(', ')
}
