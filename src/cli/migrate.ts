import type { Command } from 'commander'
import { migrate, pendingMigrations } from '../store/migrate.ts'
import { withDatabase } from './database.ts'
import { logOf } from './log.ts'
import { present } from './output.ts'
import { addSettings, configOf } from './settings.ts'

/** `statuspulse migrate` */
export function defineMigrate(command: Command): void {
  command.option('--status', 'only list what is pending').option('--json', 'print JSON')
  addSettings(command, ['databaseUrl', 'dataDir', 'logLevel', 'logFormat'])
    .addHelpText('after', EXAMPLES)
    .action(run)
}

const EXAMPLES = `
The embedded database is started for this and stopped afterwards, so no server may run on it.

Examples:
  $ statuspulse migrate --status
  $ DATABASE_URL=postgres://user:password@db:5432/statuspulse statuspulse migrate`

async function run(options: Record<string, unknown> & { status?: boolean; json?: boolean }): Promise<void> {
  const config = configOf(options)
  // What is logged on the way is printed as the result.
  const log = logOf({ ...config, logLevel: config.logLevel === 'info' ? 'warn' : config.logLevel })
  const names = await withDatabase(config, log, database =>
    options.status ? pendingMigrations(database) : migrate(database, log),
  )
  const word = options.status ? 'pending' : 'applied'
  present({ [word]: names }, options, () =>
    names.length > 0 ? names.map(name => `${word}  ${name}`) : ['The database is up to date.'],
  )
}
