import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import type { App } from '../app.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../ground/log.ts'
import { FollowedFile } from './code/follow.ts'
import { Demo } from './demo/demo.ts'
import { EXIT_FAILURE, EXIT_OK } from './failure.ts'
import { logOf } from './log.ts'
import { print } from './output.ts'
import { addSettings, configOf } from './settings.ts'
import { StopSignals } from './stop-signals.ts'
import { VERSION } from './version.ts'
import { readyLine, welcome } from './welcome.ts'

/** How long what is in flight may take to finish after the first signal. */
const DRAIN_MS = 30_000

/** `statuspulse serve` */
export function defineServe(command: Command): void {
  command.option('--json', 'print one JSON line when it is ready')
  addSettings(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: Record<string, unknown> & { json?: boolean }) => {
      process.exitCode = await serve(configOf(options), options.json ?? false)
    })
}

const EXAMPLES = `
The first Ctrl-C (or SIGTERM) finishes what is in flight and stops; the second one stops at once.

Examples:
  $ statuspulse serve
  $ statuspulse serve --port 0 --data-dir /var/lib/statuspulse-data
  $ statuspulse serve --code statuspulse.yaml
  $ statuspulse serve --allow-http --allow-network 127.0.0.0/8
  $ DATABASE_URL=postgres://user:password@db:5432/statuspulse statuspulse serve --host 0.0.0.0`

async function serve(config: Config, json: boolean): Promise<number> {
  const log = logOf(config)
  // A server that follows a file reads it again when it is hung up on, as daemons do.
  const signals = new StopSignals(
    exitCode => process.exit(exitCode),
    config.code === null ? undefined : ['SIGINT', 'SIGTERM'],
  )
  const atHand = process.stdout.isTTY || process.env.npm_lifecycle_event === 'start'
  let started: App | undefined
  const code = followed(config, () => started as App, log)
  const demo = await Demo.prepare(config, log, atHand)
  try {
    // Only this command needs all the parts: the others start without them.
    const { startApp } = await import('../app.ts')
    const starting = startApp({ config, log, version: VERSION, ownServers: demo?.servers ?? [] })
    const early = await Promise.race([starting.then(() => null), signals.first])
    if (early) log.info(`${early}: stopping as soon as the start is through`)
    const app = await starting
    started = app
    if (!early) await code?.begin()
    const shows = !early && ((await demo?.begin(app)) ?? false)
    if (!demo) await Demo.retire(config, log, app.url)
    if (!early) print(...(json ? [JSON.stringify(readyLine(app))] : welcome(app, VERSION, shows)))
    log.info(`${await signals.first}: stopping, finishing what is in flight`)
    await code?.end()
    const finished = await finishesInTime(app.stop())
    if (finished) log.info('stopped')
    else log.error(leftOver(app.unfinished()))
    return finished ? EXIT_OK : EXIT_FAILURE
  } finally {
    demo?.close()
    code?.release()
    signals.release()
  }
}

/** The file that the server is kept by, once there is one; null: there is none. */
function followed(config: Config, app: () => App, log: Logger): FollowedFile | null {
  if (config.code === null) return null
  const apply = (document: unknown) => app().applyCode(document, { prune: config.codePrune, dryRun: false })
  return new FollowedFile({ file: config.code, apply, log })
}

async function finishesInTime(stopping: Promise<void>): Promise<boolean> {
  const timer = new AbortController()
  const late = wait(DRAIN_MS, false, { signal: timer.signal }).catch(() => false)
  const finished = await Promise.race([stopping.then(() => true), late])
  timer.abort()
  return finished
}

function leftOver({ inFlight, unwritten }: ReturnType<App['unfinished']>): string {
  return (
    `not everything finished within ${DRAIN_MS / 1000} s: ${inFlight} attempts are under way, ${unwritten} results ` +
    'are not written. Their deliveries are in the database, and the next start sends them again.'
  )
}
