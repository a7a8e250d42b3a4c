import type { Command } from 'commander'
import { type Client as Api, ApiProblem, createClient } from '../../sdk/client/src/index.ts'
import { Problem } from '../ground/errors.ts'
import { UsageError } from './usage-error.ts'
import { VERSION } from './version.ts'

const DEFAULT_URL = 'http://127.0.0.1:8080'
const TIMEOUT_MS = 30_000
/** Of calls that may be repeated. Somebody waits: few. */
const RETRIES = 2

/** What every command that talks to a running StatusPulse takes. */
export interface ClientOptions {
  readonly url?: string
  readonly token?: string
  readonly json?: boolean
}

/** Adds `--url`, `--token` and `--json`. */
export function addClientOptions(command: Command): Command {
  return command
    .optionsGroup('Connection:')
    .option('--url <url>', `where StatusPulse is (STATUSPULSE_URL, default ${DEFAULT_URL})`)
    .option('--token <token>', 'API key (STATUSPULSE_TOKEN)')
    .optionsGroup('Options:')
    .option('--json', "print the API's own JSON")
}

/** A running StatusPulse, and the key to it. */
export class Client {
  readonly url: string
  /** Its API, typed by its document. Its failures are `ApiProblem`s, which {@link problemIn} reads. */
  readonly api: Api

  /**
   * @param timeoutMs how long one call may take
   * @throws UsageError when there is no token, or the URL is none
   */
  constructor(options: ClientOptions, env: NodeJS.ProcessEnv = process.env, timeoutMs = TIMEOUT_MS) {
    this.url = (options.url ?? (env.STATUSPULSE_URL || DEFAULT_URL)).replace(/\/+$/, '')
    if (!/^https?:\/\//.test(this.url) || !URL.canParse(this.url)) {
      const name = options.url === undefined ? 'STATUSPULSE_URL' : '--url'
      throw new UsageError(`${name}: must be a URL such as ${DEFAULT_URL}, not ${JSON.stringify(this.url)}`)
    }
    const token = options.token ?? (env.STATUSPULSE_TOKEN || env.STATUSPULSE_ADMIN_TOKEN)
    if (!token) throw new UsageError(NO_TOKEN)
    if (!/^[\x21-\x7e]+$/.test(token)) {
      throw new UsageError('the token holds characters that no token has: copy it again, without spaces')
    }
    const headers = { 'user-agent': `statuspulse-cli/${VERSION}` }
    this.api = createClient({ url: this.url, token, headers, timeoutMs, retries: RETRIES })
  }
}

const NO_TOKEN = `no token. Give one with --token or STATUSPULSE_TOKEN:
  - the first start of "statuspulse serve" printed an admin token, once;
  - "statuspulse keys create --name <name> --scope read" makes one for a purpose (with an admin token);
  - if the admin token is lost: stop the server and run "statuspulse keys create --operator" in its place.`

type Given<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Only what was given of a command's options. */
export function given<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>
}

/** What the API said to a call, with what to do about it here; anything else as it is. */
export function problemIn(error: unknown): unknown {
  if (!(error instanceof ApiProblem)) return error
  const { status, title, errors, message } = error
  if (status === 0) return unreachable(error)
  const code = error.code ?? 'unexpected-answer'
  const hint = status === 401 ? ' (from --token or STATUSPULSE_TOKEN)' : ''
  return new Problem(status, code, title, message + hint, { errors, cause: error })
}

function unreachable(error: ApiProblem): Problem {
  return new Problem(
    503,
    'unreachable',
    error.title,
    `${error.message} Start it with "statuspulse serve", or say where it is with --url or STATUSPULSE_URL.`,
    { cause: error },
  )
}
