import { type Command, Option } from 'commander'
import type { z } from 'zod'
import type { invitationCreated, memberPage, resetCreated } from '../api/schemas/accounts.ts'
import { ROLES, type Role } from '../ground/vocabulary.ts'
import { addClientOptions, Client, type ClientOptions, given } from './client.ts'
import { fields, paint, present, safe, table, when } from './output.ts'
import { addPaging, moreOf, type Paging } from './paging.ts'

type Invited = z.output<typeof invitationCreated>
type Reset = z.output<typeof resetCreated>
type Page = z.output<typeof memberPage>

/** `statuspulse users …` */
export function defineUsers(users: Command): void {
  addAdd(users)
  addList(users)
  addReset(users)
}

function addAdd(users: Command): void {
  const command = users
    .command('add')
    .argument('<email>', 'whom to invite')
    .description("make a link by which somebody joins the key's workspace; it is printed this once")
    .addOption(new Option('--role <role>', 'what they may').choices(ROLES).default('responder'))
  addClientOptions(command)
    .addHelpText('after', ADD_EXAMPLES)
    .action(async (email: string, options: ClientOptions & { role: Role }) => {
      const invited = await new Client(options).api.POST('/v1/invitations', {
        body: { email, role: options.role },
      })
      present(invited, options, describeInvited)
    })
}

const ADD_EXAMPLES = `
They choose their password by the link, which works once and for seven days.

Examples:
  $ statuspulse users add ana@example.com --role admin
  $ statuspulse users add ben@example.com --json`

function describeInvited(invited: Invited): string[] {
  return [
    fields([
      ['Link', paint('bold', invited.link)],
      ['For', safe(invited.email)],
      ['Role', invited.role],
      ['Until', when(invited.expires_at)],
    ]),
    paint('yellow', 'The link is shown this once: give it to them now.'),
  ]
}

function addList(users: Command): void {
  const command = users.command('list').description("list the members of the key's workspace")
  addPaging(addClientOptions(command))
    .addHelpText('after', '\nExample:\n  $ statuspulse users list')
    .action(async (options: ClientOptions & Paging) => {
      const query = given({ limit: options.limit, cursor: options.cursor })
      present(await new Client(options).api.GET('/v1/members', { params: { query } }), options, describePage)
    })
}

function describePage(page: Page): string[] {
  const rows = page.data.map(one => [
    one.user_id,
    one.email,
    one.name,
    one.operator ? `${one.role} (operator)` : one.role,
    when(one.created_at),
    one.seen_at && when(one.seen_at),
  ])
  return [table(['ID', 'E-MAIL', 'NAME', 'ROLE', 'SINCE', 'LAST HERE'], rows), ...moreOf(page)]
}

function addReset(users: Command): void {
  const command = users
    .command('reset-password')
    .argument('<email>', 'whose password')
    .description('make a link by which somebody sets another password; it is printed this once')
  addClientOptions(command)
    .addHelpText('after', RESET_EXAMPLES)
    .action(async (email: string, options: ClientOptions) => {
      present(
        await new Client(options).api.POST('/v1/password-resets', { body: { email } }),
        options,
        describeReset,
      )
    })
}

const RESET_EXAMPLES = `
The link works once, and for a day. Their password stays as it is until they use it. With the operator's key
this works for everybody, with another admin key for members of its workspace alone.

Example:
  $ statuspulse users reset-password ana@example.com`

function describeReset(reset: Reset): string[] {
  return [
    fields([
      ['Link', paint('bold', reset.link)],
      ['For', safe(reset.email)],
      ['Until', when(reset.expires_at)],
    ]),
    paint('yellow', 'The link is shown this once: give it to them now. Whoever has it can sign in as them.'),
  ]
}
