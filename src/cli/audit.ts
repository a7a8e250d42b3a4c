import type { Command } from 'commander'
import type { z } from 'zod'
import type { auditEntry, auditPage } from '../api/schemas/audit.ts'
import { addClientOptions, Client, type ClientOptions, given } from './client.ts'
import { present, table, when } from './output.ts'
import { addPaging, moreOf, type Paging } from './paging.ts'
import { toTime } from './time.ts'

type Entry = z.output<typeof auditEntry>
type Page = z.output<typeof auditPage>

/** `statuspulse audit …` */
export function defineAudit(audit: Command): void {
  addList(audit)
}

type ListOptions = ClientOptions &
  Paging & { actor?: string; operation?: string; target?: string; since?: string; until?: string }

function addList(audit: Command): void {
  const command = audit
    .command('list')
    .description('list changes, the latest first: who, what, when')
    .option('--actor <who>', 'done by: the id or name of a key or a user')
    .option('--operation <id>', 'done by this operation of the API, such as updateEndpoint')
    .option('--target <what>', 'done to: id or name')
    .option('--since <time>', 'done since: 2h (ago), or a time', toTime)
    .option('--until <time>', 'done before: 2h (ago), or a time', toTime)
  addPaging(addClientOptions(command))
    .addHelpText('after', '\nExample:\n  $ statuspulse audit list --since 7d --operation updateEndpoint')
    .action(async (options: ListOptions) => {
      const { actor, operation, target, since, until, limit, cursor } = options
      const query = { actor, operation, target, since, until, limit, cursor }
      present(
        await new Client(options).api.GET('/v1/audit', { params: { query: given(query) } }),
        options,
        describe,
      )
    })
}

function describe(page: Page): string[] {
  const rows = page.data.map(one => [when(one.at), one.actor.name, one.summary, changesOf(one)])
  return [table(['WHEN', 'WHO', 'WHAT', 'CHANGED'], rows), ...moreOf(page)]
}

function changesOf({ changes }: Entry): string {
  return changes
    .map(({ field, before, after }) => {
      if (before === undefined && after === undefined) return field
      return `${field}: ${before === undefined ? '' : `${short(before)} → `}${short(after)}`
    })
    .join(', ')
}

const MOST = 60

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text
}
