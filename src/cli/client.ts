import type { Command } from 'commander'
import { messageOf, Problem } from '../ground/errors.ts'
import { UsageError } from './usage-error.ts'
import { VERSION } from './version.ts'

const DEFAULT_URL = 'http://127.0.0.1:8080'
const TIMEOUT_MS = 30_000
/** A whole document, whose targets are looked at one after the other. */
const PUT_TIMEOUT_MS = 300_000

/** What every command that talks to a running StatusPulse takes. */
export interface ClientOptions {
  readonly url?: string
  readonly token?: string
  readonly json?: boolean
}

export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

/** Adds `--url`, `--token` and `--json`. */
export function addClientOptions(command: Command): Command {
  return command
    .optionsGroup('Connection:')
    .option('--url <url>', `where StatusPulse is (STATUSPULSE_URL, default ${DEFAULT_URL})`)
    .option('--token <token>', 'API key (STATUSPULSE_TOKEN)')
    .optionsGroup('Options:')
    .option('--json', "print the API's own JSON")
}

/** The HTTP API of a running StatusPulse. */
export class Client {
  readonly url: string
  readonly #token: string

  /** @throws UsageError when there is no token, or the URL is none */
  constructor(options: ClientOptions, env: NodeJS.ProcessEnv = process.env) {
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
    this.#token = token
  }

  get<T>(path: string, query: Query = {}): Promise<T> {
    return this.#call('GET', path + toQuery(query))
  }

  post<T>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.#call('POST', path, body, headers)
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.#call('PATCH', path, body)
  }

  put<T>(path: string, body: unknown, query: Query): Promise<T> {
    return this.#call('PUT', path + toQuery(query), body, {}, PUT_TIMEOUT_MS)
  }

  delete(path: string): Promise<void> {
    return this.#call('DELETE', path)
  }

  /**
   * Opens a stream: resolves with the answer as soon as its head is there.
   * @throws Problem as the API said it, or `unreachable`
   */
  async open(path: string, query: Query, headers: Record<string, string>, signal: AbortSignal) {
    return this.#fetch(path + toQuery(query), { headers, signal })
  }

  async #call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    timeoutMs = TIMEOUT_MS,
  ): Promise<T> {
    const init: RequestInit = { method, headers, signal: AbortSignal.timeout(timeoutMs) }
    if (body !== undefined) {
      init.body = JSON.stringify(body)
      init.headers = { 'content-type': 'application/json', ...headers }
    }
    const response = await this.#fetch(path, init)
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    let response: Response
    try {
      response = await fetch(this.url + path, {
        ...init,
        redirect: 'error',
        headers: {
          authorization: `Bearer ${this.#token}`,
          'user-agent': `statuspulse-cli/${VERSION}`,
          ...init.headers,
        },
      })
    } catch (error) {
      throw unreachable(this.url, error)
    }
    if (!response.ok) throw await problemOf(response)
    return response
  }
}

const NO_TOKEN = `no token. Give one with --token or STATUSPULSE_TOKEN:
  - the first start of "statuspulse serve" printed an admin token, once;
  - "statuspulse keys create --name <name> --scope read" makes one for a purpose (with an admin token);
  - if the admin token is lost: stop the server and run "statuspulse keys create --operator" in its place.`

function toQuery(query: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

function unreachable(url: string, error: unknown): Problem {
  const cause = error instanceof Error && error.cause ? error.cause : error
  const reason = (cause as Error)?.name === 'TimeoutError' ? 'no answer in time' : messageOf(cause)
  return new Problem(
    503,
    'unreachable',
    'Not reachable',
    `there is no StatusPulse at ${url} (${reason}). Start it with "statuspulse serve", or say where it is with --url or STATUSPULSE_URL.`,
    { cause: error },
  )
}

interface ProblemBody {
  readonly type?: string
  readonly title?: string
  readonly detail?: string
  readonly errors?: readonly { path: string; message: string }[]
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '')
  let body: ProblemBody = {}
  try {
    body = JSON.parse(text) as ProblemBody
  } catch {
    // Somebody else's answer: a proxy's, or another program's on that port.
  }
  const code = body.type?.split(':').at(-1) ?? 'unexpected-answer'
  const hint = response.status === 401 ? ' (from --token or STATUSPULSE_TOKEN)' : ''
  return new Problem(
    response.status,
    code,
    body.title ?? `Unexpected answer ${response.status}`,
    `${body.detail ?? text.slice(0, 200)}${hint}`,
    { errors: body.errors ?? [] },
  )
}
