import { Client, type ClientOptions, problemIn } from '../client.ts'
import { type CodeResult, withoutVariables } from './changes.ts'
import { type CodeFile, inFile } from './file.ts'

/** A whole document, whose targets are looked at one after the other. */
const TIMEOUT_MS = 300_000

/**
 * Sends a file to the server; with `dryRun` nothing is changed there.
 * @throws Problem `invalid-file` with lines for what the server refuses
 */
export async function putCode(
  connection: ClientOptions,
  file: CodeFile,
  options: { readonly dryRun: boolean; readonly prune: boolean },
): Promise<CodeResult> {
  const query = { dry_run: options.dryRun, prune: options.prune }
  try {
    const { api } = new Client(connection, process.env, TIMEOUT_MS)
    // What is in the file is for the server to judge.
    const body = file.source.document as never
    return withoutVariables(await api.PUT('/v1/code', { params: { query }, body }), file)
  } catch (error) {
    throw inFile(problemIn(error), file)
  }
}
