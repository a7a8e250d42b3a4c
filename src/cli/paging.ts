import { type Command, InvalidArgumentError } from 'commander'
import { paint } from './output.ts'

const MAX_LIMIT = 200

/** What every list takes. */
export interface Paging {
  readonly limit?: number
  readonly cursor?: string
}

/** Adds `--limit` and `--cursor`. */
export function addPaging(command: Command): Command {
  return command
    .option('--limit <number>', 'entries in a page, 1 to 200 (default 50)', toLimit)
    .option('--cursor <cursor>', 'where the page begins: what the last one ended with')
}

/** The line that says that there is another page, if there is. */
export function moreOf(page: { readonly next_cursor: string | null }): string[] {
  return page.next_cursor === null ? [] : ['', paint('dim', `There is more: --cursor ${page.next_cursor}`)]
}

function toLimit(text: string): number {
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new InvalidArgumentError(`must be a whole number from 1 to ${MAX_LIMIT}.`)
}
