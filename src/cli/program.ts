import { Command } from 'commander'
import { addDeliveries } from './deliveries.ts'
import { addDoctor } from './doctor.ts'
import { addEndpoints } from './endpoints.ts'
import { addEvents } from './events.ts'
import { reportFailure } from './failure.ts'
import { addKeys } from './keys.ts'
import { addListen } from './listen.ts'
import { addMigrate } from './migrate.ts'
import { addServe } from './serve.ts'
import { VERSION } from './version.ts'

/**
 * Runs the command line.
 * @param args without Node and script
 * @returns the exit code: 0 done, 1 failed, 2 called in a way it cannot be
 */
export async function run(args: readonly string[]): Promise<number> {
  const program = new Command('statuspulse')
    .description('Sends every incident, status change and metric threshold as a signed webhook.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false, helpWidth: Math.min(process.stdout.columns ?? 100, 110) })
  program.commandsGroup('The server:')
  addServe(program)
  addMigrate(program)
  addDoctor(program)
  program.commandsGroup('A running server:')
  addKeys(program)
  addEndpoints(program)
  addEvents(program)
  addDeliveries(program)
  addListen(program)
  program.addHelpText('after', EXAMPLES)
  try {
    await program.parseAsync(args, { from: 'user' })
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    return reportFailure(error, args.includes('--json'))
  }
}

const EXAMPLES = `
Exit codes: 0 done, 1 failed, 2 called in a way it cannot be.

Examples:
  $ statuspulse serve
  $ statuspulse endpoints add https://example.com/hook --severities critical
  $ statuspulse events send --monitor checkout-service-redis --status degraded
  $ statuspulse listen --forward http://localhost:3000/hook`
