import type { Command } from 'commander'
import { addClientOptions, type ClientOptions } from './client.ts'
import { type CodeResult, describeChanges } from './code/changes.ts'
import { DEFAULT_FILE, readCodeFile } from './code/file.ts'
import { putCode } from './code/put.ts'
import { paint, present } from './output.ts'

/** `statuspulse apply` */
export function defineApply(command: Command): void {
  command
    .argument('[file]', 'YAML; - for standard input', DEFAULT_FILE)
    .option('--prune', 'delete what was applied before and is not in the file any more')
  addClientOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: ClientOptions & { prune?: boolean }) => {
      const file = await readCodeFile(path)
      const result = await putCode(options, file, {
        dryRun: false,
        prune: options.prune ?? false,
      })
      present(result, options, describeApplied)
    })
}

const EXAMPLES = `
Everything is checked first, and all of it changes, or nothing. What was made by hand is never deleted.

Examples:
  $ statuspulse apply
  $ statuspulse apply production.yaml --prune`

function describeApplied(result: CodeResult): string[] {
  return [...describeChanges(result), ...describeNew(result)]
}

/** What is told this once. */
function describeNew({ changes }: CodeResult): string[] {
  const lines = changes.flatMap(({ name, secret, ping_path }) => [
    ...(secret === null ? [] : [`Secret of ${JSON.stringify(name)}: ${paint('bold', secret)}`]),
    ...(ping_path === null ? [] : [`Ping ${JSON.stringify(name)} at ${paint('bold', ping_path)}`]),
  ])
  const hasSecrets = changes.some(({ secret }) => secret !== null)
  if (lines.length === 0) return []
  return ['', ...lines, ...(hasSecrets ? ['Secrets are shown this once: keep them now.'] : [])]
}
