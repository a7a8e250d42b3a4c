import type { Command } from 'commander'
import type { z } from 'zod'
import type { operatorPage } from '../api/schemas/accounts.ts'
import { addClientOptions, Client, type ClientOptions, given } from './client.ts'
import { present, safe, table, when } from './output.ts'
import { addPaging, moreOf, type Paging } from './paging.ts'

/** `statuspulse operators …` */
export function defineOperators(operators: Command): void {
  addAdd(operators)
  addList(operators)
  addRemove(operators)
}

function addAdd(operators: Command): void {
  const command = operators
    .command('add')
    .argument('<email>', 'of somebody who has an account')
    .description('make somebody an operator: they may everything of the whole installation')
  addClientOptions(command)
    .addHelpText('after', ADD_EXAMPLE)
    .action(async (email: string, options: ClientOptions) => {
      const made = await new Client(options).api.POST('/v1/operators', { body: { email } })
      present(made, options, ({ email, user_id }) => [`${safe(email)} (${user_id}) is an operator.`])
    })
}

const ADD_EXAMPLE = `
Needs the operator's key, as the others do.

Example:
  $ statuspulse operators add ben@example.com`

function addList(operators: Command): void {
  const command = operators.command('list').description('list the operators')
  addPaging(addClientOptions(command))
    .addHelpText('after', '\nExample:\n  $ statuspulse operators list')
    .action(async (options: ClientOptions & Paging) => {
      const query = given({ limit: options.limit, cursor: options.cursor })
      const page = await new Client(options).api.GET('/v1/operators', { params: { query } })
      present(page, options, describePage)
    })
}

function describePage(page: z.output<typeof operatorPage>): string[] {
  const rows = page.data.map(one => [one.user_id, one.email, one.name, when(one.created_at)])
  return [table(['ID', 'E-MAIL', 'NAME', 'ACCOUNT SINCE'], rows), ...moreOf(page)]
}

function addRemove(operators: Command): void {
  const command = operators
    .command('remove')
    .argument('<user-id>', 'usr_… as the list shows it')
    .description('make an operator a user like others; the last one stays')
  addClientOptions(command)
    .addHelpText('after', '\nExample:\n  $ statuspulse operators remove usr_01jz8m4x5c00k3v9q2w7d1a0b3')
    .action(async (id: string, options: ClientOptions) => {
      const ended = await new Client(options).api.DELETE('/v1/operators/{id}', { params: { path: { id } } })
      present(ended, options, ({ email }) => [`${safe(email)} is no operator any more.`])
    })
}
