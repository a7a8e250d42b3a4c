import { messageOf, Problem } from '../../ground/errors.ts'

/** What keeps the program from starting: `detail` names the folder or file, and what to do about it. */
export function startProblem(code: string, title: string, detail: string, cause?: unknown): Problem {
  return new Problem(500, code, title, detail, { cause })
}

const DISK_FULL = /ENOSPC|EDQUOT|no space left on device|disk quota exceeded/i
const NOT_ALLOWED = /EACCES|EPERM|permission denied|operation not permitted|wrong ownership/i
const READ_ONLY = /EROFS|read-only file system/i
const UNKNOWN_USER = /could not look up effective user ID (\d+)/

/**
 * The reason behind a failed file operation or a failed run of Postgres, as a {@link Problem}.
 * @param doing what was tried, as in "create the data folder"
 * @param folder where
 * @param failure the error, or what the program printed
 */
export function explainFailure(doing: string, folder: string, failure: unknown): Problem {
  if (failure instanceof Problem) return failure
  const said = typeof failure === 'string' ? failure.trim() : messageOf(failure)
  const what = `Cannot ${doing} in ${folder}`
  const explain = (code: string, title: string, remedy: string) =>
    startProblem(code, title, `${what}: ${remedy}\n${said}`, failure instanceof Error ? failure : undefined)

  const unknownUser = UNKNOWN_USER.exec(said)
  if (unknownUser) {
    return explain(
      'unknown-user',
      'User unknown to the system',
      `the user with id ${unknownUser[1]} has no entry in /etc/passwd, and Postgres insists on one. ` +
        'Add it, run as another user, or set DATABASE_URL to a Postgres of your own.',
    )
  }
  if (DISK_FULL.test(said)) {
    return explain('disk-full', 'Disk full', 'the disk is full. Free some space there, then start again.')
  }
  if (READ_ONLY.test(said)) {
    return explain(
      'read-only',
      'Read-only file system',
      'the file system is read-only. Choose a writable folder with --data-dir.',
    )
  }
  if (NOT_ALLOWED.test(said)) {
    return explain(
      'not-allowed',
      'Permission denied',
      `permission denied to ${userText()}. Give that user the folder (chown), or choose another with --data-dir.`,
    )
  }
  return explain('postgres-failed', 'Postgres did not start', 'Postgres says:')
}

function userText(): string {
  const uid = process.getuid?.()
  return uid === undefined ? 'this user' : `user id ${uid}`
}
