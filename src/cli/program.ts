import { Command } from 'commander'
import { reportFailure } from './failure.ts'
import { VERSION } from './version.ts'

interface Entry {
  readonly name: string
  readonly about: string
  /** Adds what the command takes. Loaded only when it is asked for: most need few of the program's parts. */
  readonly define: () => Promise<(command: Command) => void>
}

const SERVER: readonly Entry[] = [
  {
    name: 'serve',
    about: 'run the server: API, console, checks and deliveries',
    define: async () => (await import('./serve.ts')).defineServe,
  },
  {
    name: 'migrate',
    about: "bring the database's tables to what this version needs (serve does so too)",
    define: async () => (await import('./migrate.ts')).defineMigrate,
  },
  {
    name: 'doctor',
    about: 'check this machine and the settings: what would keep the server from working, and what to do',
    define: async () => (await import('./doctor.ts')).defineDoctor,
  },
]

const CLIENT: readonly Entry[] = [
  {
    name: 'keys',
    about: 'API keys: make, list and revoke them',
    define: async () => (await import('./keys.ts')).defineKeys,
  },
  {
    name: 'users',
    about: 'users: invite and list them, and let them set another password',
    define: async () => (await import('./users.ts')).defineUsers,
  },
  {
    name: 'operators',
    about: 'operators of the whole installation: make, list and remove them',
    define: async () => (await import('./operators.ts')).defineOperators,
  },
  {
    name: 'endpoints',
    about: 'endpoints, where events go: add, list and test them',
    define: async () => (await import('./endpoints.ts')).defineEndpoints,
  },
  {
    name: 'events',
    about: 'events: send, list and show them',
    define: async () => (await import('./events.ts')).defineEvents,
  },
  {
    name: 'deliveries',
    about: 'deliveries, what became of events: list, show and replay them',
    define: async () => (await import('./deliveries.ts')).defineDeliveries,
  },
  {
    name: 'audit',
    about: 'the audit log: who changed what, and when',
    define: async () => (await import('./audit.ts')).defineAudit,
  },
  {
    name: 'apply',
    about: 'bring monitors, endpoints, silences and maintenance windows to what a file says',
    define: async () => (await import('./apply.ts')).defineApply,
  },
  {
    name: 'diff',
    about: 'show what apply would change, and change nothing',
    define: async () => (await import('./diff.ts')).defineDiff,
  },
  {
    name: 'export',
    about: 'write the file that asks for what is there',
    define: async () => (await import('./export.ts')).defineExport,
  },
  {
    name: 'listen',
    about: 'bring events to this machine as they happen: print them, and POST them to a local receiver',
    define: async () => (await import('./listen.ts')).defineListen,
  },
]

const FILES: readonly Entry[] = [
  {
    name: 'validate',
    about: 'check a file that apply is to take, without a server',
    define: async () => (await import('./validate.ts')).defineValidate,
  },
  {
    name: 'import',
    about: 'make such a file of the configuration of Uptime Kuma or Gatus, without a server',
    define: async () => (await import('./import.ts')).defineImport,
  },
]

const EXAMPLES = `
Exit codes: 0 done, 1 failed, 2 called in a way it cannot be.

Examples:
  $ statuspulse serve
  $ statuspulse endpoints add https://example.com/hook --severities critical
  $ statuspulse events send --monitor checkout-service-redis --status degraded
  $ statuspulse listen --forward http://localhost:3000/hook`

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
    .configureHelp({ helpWidth: Math.min(process.stdout.columns ?? 100, 110) })
    .addHelpText('after', EXAMPLES)
  try {
    await addCommands(program.commandsGroup('The server:'), SERVER, args)
    await addCommands(program.commandsGroup('A running server:'), CLIENT, args)
    await addCommands(program.commandsGroup('Files:'), FILES, args)
    await program.parseAsync(args, { from: 'user' })
    return typeof process.exitCode === 'number' ? process.exitCode : 0
  } catch (error) {
    return reportFailure(error, args.includes('--json'))
  }
}

async function addCommands(program: Command, entries: readonly Entry[], args: readonly string[]) {
  for (const { name, about, define } of entries) {
    const command = program.command(name).description(about)
    if (args.includes(name)) (await define())(command)
  }
}
