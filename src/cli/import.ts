import { readFile, writeFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import type { Command } from 'commander'
import { messageOf } from '../ground/errors.ts'
import { writeSource } from './code/write.ts'
import type { Imported } from './import/draft.ts'
import { note, paint, print, safe } from './output.ts'
import { UsageError } from './usage-error.ts'

interface ImportOptions {
  readonly out?: string
  readonly json?: boolean
}

/** `statuspulse import …` */
export function defineImport(command: Command): void {
  command.addHelpText('after', EXAMPLES)
  addSource(
    command,
    'uptime-kuma',
    'backup.json',
    'a backup of Uptime Kuma 1.x: Settings, Backup, Export',
    async () => {
      const { fromUptimeKuma } = await import('./import/uptime-kuma.ts')
      return fromUptimeKuma
    },
  )
  addSource(command, 'gatus', 'config.yaml', 'the configuration of Gatus', async () => {
    const { fromGatus } = await import('./import/gatus.ts')
    return fromGatus
  })
}

const EXAMPLES = `
Writes the file that "statuspulse apply" takes, and on standard error what has no counterpart or another one,
and which variables to set: secrets are never written, \${NAME} stands in their place. Asks no server.

Examples:
  $ statuspulse import uptime-kuma backup.json --out statuspulse.yaml
  $ statuspulse import gatus config.yaml --json`

function addSource(
  command: Command,
  name: string,
  file: string,
  about: string,
  load: () => Promise<(text: string) => Imported>,
): void {
  command
    .command(name)
    .description(about)
    .argument(`<${file}>`, '- for standard input')
    .option('--out <file>', 'where to write it; left out: standard output')
    .option('--json', 'print what was made of it, and what was not, as JSON')
    .action(async (path: string, options: ImportOptions) => {
      const read = await load()
      const imported = read(await contentOf(path))
      await put(imported, writeSource(imported.document, remarksOn(name, imported)), options)
    })
}

async function contentOf(path: string): Promise<string> {
  const content = await (path === '-' ? textOf(process.stdin) : readFile(path, 'utf8')).catch(error => {
    throw new UsageError(`${path} cannot be read: ${messageOf(error)}`)
  })
  // As some editors write it.
  return content.replace(/^\uFEFF/, '')
}

async function put(imported: Imported, text: string, { out, json }: ImportOptions): Promise<void> {
  if (out !== undefined) await writeFile(out, text)
  if (json) print(JSON.stringify(asJson(imported, text, out ?? null), null, 2))
  else {
    if (out === undefined) print(text.trimEnd())
    note(...describe(imported, out))
  }
}

function asJson({ document, notMapped, variables }: Imported, text: string, out: string | null): object {
  return { ...countsOf(document), not_mapped: notMapped, variables, out, yaml: out === null ? text : null }
}

function countsOf({ monitors, endpoints, maintenance_windows }: Imported['document']) {
  return {
    monitors: monitors?.length ?? 0,
    endpoints: endpoints?.length ?? 0,
    maintenance_windows: maintenance_windows?.length ?? 0,
  }
}

function remarksOn(name: string, { variables }: Imported): string[] {
  return [
    `Made by "statuspulse import ${name}".`,
    ...(variables.length > 0 ? ['Set before it is applied:'] : []),
    ...variables.map(variable => `  ${variable.name}: ${oneLine(variable.about)}`),
  ]
}

function describe({ document, notMapped, variables }: Imported, out: string | undefined): string[] {
  const counts = Object.entries(countsOf(document)).map(
    ([name, count]) => `${count} ${name.replace('_', ' ')}`,
  )
  const head = (text: string) => paint('bold', text, process.stderr)
  return [
    `${out === undefined ? 'Made' : `Wrote ${out}`}: ${counts.join(', ')}.`,
    ...(notMapped.length > 0 ? ['', head('What has no counterpart, or another one:')] : []),
    ...notMapped.map(
      ({ thing, field, reason }) =>
        `  ${oneLine(thing)}${field === null ? ' ' : `, ${oneLine(field)}: `}${oneLine(reason)}`,
    ),
    ...(variables.length > 0 ? ['', head('Variables to set before it is applied:')] : []),
    ...variables.map(({ name, about }) => `  ${name}  ${oneLine(about)}`),
  ]
}

function oneLine(text: string): string {
  return safe(text).replace(/\s+/g, ' ')
}
