import { readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import { checkCode } from '../../api/code/document.ts'
import { messageOf, Problem } from '../../ground/errors.ts'
import { UsageError } from '../usage-error.ts'
import { invalidFile, located } from './faults.ts'
import { readSource, type Source } from './source.ts'

export const DEFAULT_FILE = 'statuspulse.yaml'

/** A file that is valid as far as that shows without a server. */
export interface CodeFile {
  /** As errors name it. */
  readonly label: string
  readonly source: Source
}

/**
 * Reads a file, and checks it as far as that goes without a server.
 * @param path `-`: standard input
 * @throws Problem `invalid-file` with every fault and its line; UsageError when it cannot be read
 */
export async function readCodeFile(path: string, env: NodeJS.ProcessEnv = process.env): Promise<CodeFile> {
  const label = path === '-' ? 'standard input' : path
  const text = await (path === '-' ? textOf(process.stdin) : readFile(path, 'utf8')).catch(error => {
    throw new UsageError(`${label} cannot be read: ${messageOf(error)}`)
  })
  return checkedFile(label, text, env)
}

/** @throws Problem `invalid-file` with every fault and its line */
export function checkedFile(label: string, text: string, env: NodeJS.ProcessEnv): CodeFile {
  const source = readSource(text, env)
  if (source.faults.length > 0) throw invalidFile(label, source.faults)
  const file = { label, source }
  try {
    checkCode(source.document, Date.now())
  } catch (error) {
    throw inFile(error, file)
  }
  return file
}

/** A problem of the document as one of the file, with lines; any other error as it is. */
export function inFile(error: unknown, { label, source }: CodeFile): unknown {
  const isOfFields = error instanceof Problem && error.errors.length > 0 && error.status < 500
  return isOfFields ? invalidFile(label, located(error.errors, source)) : error
}
