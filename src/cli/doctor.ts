import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { describeSchedule } from '../deliver/schedule.ts'
import { checkDatabase } from './doctor/database.ts'
import type { Finding } from './doctor/finding.ts'
import { checkDataFolder, checkDisk, checkNode, checkPort, checkPostgres } from './doctor/machine.ts'
import { checkTarget } from './doctor/network.ts'
import { EXIT_FAILURE } from './failure.ts'
import { duration, paint, present, table } from './output.ts'
import { addSettings, configOf } from './settings.ts'

/** `statuspulse doctor` */
export function defineDoctor(command: Command): void {
  command
    .option('--url <url>', 'also check that this endpoint URL can be reached from here, and its TLS')
    .option('--retries', 'print the retry schedule instead')
    .option('--json', 'print JSON')
  addSettings(command, [
    'host',
    'port',
    'dataDir',
    'databaseUrl',
    'allowHttp',
    'allowNetworks',
    'extraCa',
    'secretsKey',
  ])
    .addHelpText('after', EXAMPLES)
    .action(run)
}

const EXAMPLES = `
Examples:
  $ statuspulse doctor
  $ statuspulse doctor --url https://example.com/hook
  $ DATABASE_URL=postgres://user:password@db:5432/statuspulse statuspulse doctor
  $ statuspulse doctor --retries`

type DoctorOptions = Record<string, unknown> & { url?: string; retries?: boolean; json?: boolean }

async function run(options: DoctorOptions): Promise<void> {
  if (options.retries) return present(describeSchedule(), options, describeRetries)
  const findings = await examine(configOf(options), options.url)
  present({ ok: findings.every(finding => finding.ok), checks: findings }, options, ({ checks }) =>
    checks.flatMap(describe),
  )
  if (findings.some(finding => !finding.ok)) process.exitCode = EXIT_FAILURE
}

async function examine(config: Config, url: string | undefined): Promise<Finding[]> {
  const machine = [checkNode(), await checkDataFolder(config), await checkDisk(config)]
  const database =
    config.databaseUrl === null ? [await checkPostgres()] : await checkDatabase(config.databaseUrl)
  const target = url === undefined ? [] : [await checkTarget(url, config)]
  return [...machine, ...database, await checkPort(config), ...target]
}

function describe({ ok, name, found, remedy }: Finding): string[] {
  const mark = ok ? paint('green', '✓') : paint('red', '✗')
  const lines = [`${mark} ${name.padEnd(16)} ${found}`]
  if (remedy) lines.push(`${' '.repeat(19)}${paint('yellow', remedy)}`)
  return lines
}

function describeRetries(schedule: ReturnType<typeof describeSchedule>): string[] {
  const rows = schedule.map(({ retry, delaySeconds, afterSeconds }) => [
    retry,
    duration(delaySeconds * 1_000),
    duration(afterSeconds * 1_000),
  ])
  return [
    table(['RETRY', 'DELAY', 'AFTER THE FIRST ATTEMPT'], rows),
    '',
    'Each time varies by up to 10 % of its delay. A receiver that asks for patience (Retry-After) gets it, up to six hours.',
  ]
}
