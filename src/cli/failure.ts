import { CommanderError } from 'commander'
import { messageOf, Problem } from '../ground/errors.ts'
import { problemIn } from './client.ts'
import { note, paint, safe } from './output.ts'
import { UsageError } from './usage-error.ts'

export const EXIT_OK = 0
export const EXIT_FAILURE = 1
export const EXIT_USAGE = 2

/**
 * Says on stderr what went wrong, without a stack: a problem with its fields, or (`json`) as RFC 9457 JSON.
 * @returns the exit code
 */
export function reportFailure(failure: unknown, json: boolean): number {
  const error = problemIn(failure)
  // The parser has said it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_OK : EXIT_USAGE
  if (json) note(JSON.stringify(asJson(error)))
  else note(...asLines(error))
  const isUsage =
    error instanceof UsageError || (error instanceof Problem && error.code === 'invalid-configuration')
  return isUsage ? EXIT_USAGE : EXIT_FAILURE
}

function asLines(error: unknown): string[] {
  const red = (text: string) => paint('red', text, process.stderr)
  if (!(error instanceof Problem)) return [`${red('error:')} ${safe(messageOf(error))}`]
  const lines = [`${red(`${error.title}:`)} ${safe(error.message)}`]
  for (const { path, message } of error.errors) {
    // A detail often says what is wrong with the only field already.
    if (!error.message.includes(message)) lines.push(`  ${safe(`${path}: ${message}`)}`)
  }
  return lines
}

function asJson(error: unknown): object {
  if (!(error instanceof Problem)) return { title: 'Error', detail: messageOf(error) }
  return {
    type: `urn:statuspulse:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
  }
}
