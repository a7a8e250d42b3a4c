import type { Command } from 'commander'
import { addClientOptions, type ClientOptions } from './client.ts'
import { describeChanges } from './code/changes.ts'
import { DEFAULT_FILE, readCodeFile } from './code/file.ts'
import { putCode } from './code/put.ts'
import { EXIT_FAILURE, EXIT_USAGE, reportFailure } from './failure.ts'
import { present } from './output.ts'

/** `statuspulse diff`: as diff(1), 0 means the same, 1 different, 2 trouble. */
export function defineDiff(command: Command): void {
  command
    .argument('[file]', 'YAML; - for standard input', DEFAULT_FILE)
    .option('--prune', 'count what was applied before and is not in the file any more as to be deleted')
  addClientOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: ClientOptions & { prune?: boolean }) => {
      try {
        const file = await readCodeFile(path)
        const result = await putCode(options, file, {
          dryRun: true,
          prune: options.prune ?? false,
        })
        present(result, options, describeChanges)
        if (result.changes.length > 0) process.exitCode = EXIT_FAILURE
      } catch (error) {
        reportFailure(error, options.json ?? false)
        process.exitCode = EXIT_USAGE
      }
    })
}

const EXAMPLES = `
Does everything that apply does, the handshakes with new endpoints too, and takes it back.
Exit codes: 0 nothing would change, 1 something would, 2 it cannot be said.

Examples:
  $ statuspulse diff
  $ statuspulse diff production.yaml --prune`
