import type { Client } from '../client.ts'
import { type CodeResult, withoutVariables } from './changes.ts'
import { type CodeFile, inFile } from './file.ts'

/**
 * Sends a file to the server; with `dryRun` nothing is changed there.
 * @throws Problem `invalid-file` with lines for what the server refuses
 */
export async function putCode(
  client: Client,
  file: CodeFile,
  options: { readonly dryRun: boolean; readonly prune: boolean },
): Promise<CodeResult> {
  const query = { dry_run: options.dryRun, prune: options.prune }
  try {
    return withoutVariables(await client.put<CodeResult>('/v1/code', file.source.document, query), file)
  } catch (error) {
    throw inFile(error, file)
  }
}
