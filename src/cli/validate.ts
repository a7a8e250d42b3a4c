import type { Command } from 'commander'
import { DEFAULT_FILE, readCodeFile } from './code/file.ts'
import { present } from './output.ts'

/** `statuspulse validate` */
export function defineValidate(command: Command): void {
  command
    .argument('[file]', 'YAML; - for standard input', DEFAULT_FILE)
    .option('--json', 'print what it holds as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: { json?: boolean }) => {
      const { label, source } = await readCodeFile(path)
      present({ file: label, ...countsOf(source.document as Document) }, options, describeCounts)
    })
}

const EXAMPLES = `
Asks no server: whether targets are allowed and answer, diff says.

Examples:
  $ statuspulse validate
  $ SLACK_URL=https://hooks.slack.com/x statuspulse validate production.yaml`

type Document = Readonly<Record<string, readonly unknown[] | undefined>>

function countsOf({ monitors, endpoints, silences, maintenance_windows }: Document) {
  return {
    monitors: monitors?.length ?? 0,
    endpoints: endpoints?.length ?? 0,
    silences: silences?.length ?? 0,
    maintenance_windows: maintenance_windows?.length ?? 0,
  }
}

function describeCounts({ file, ...counts }: { file: string } & ReturnType<typeof countsOf>): string[] {
  const list = Object.entries(counts).map(([name, count]) => `${count} ${name.replace('_', ' ')}`)
  return [`${file} is valid: ${list.join(', ')}.`]
}
