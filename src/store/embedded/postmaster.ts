import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import { messageOf } from '../../ground/errors.ts'
import type { Logger } from '../../ground/log.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { POSTGRES_ENVIRONMENT } from './cluster.ts'

const POLL_MS = 10
const SAY_WAITING_MS = 5_000
const KEPT_LINES = 20

/** Patience of {@link Postmaster.stop} after each signal, ms: fast shutdown, immediate shutdown; then it is killed. */
const FAST_SHUTDOWN_MS = 8_000
const IMMEDIATE_SHUTDOWN_MS = 3_000

/** The server takes no connections yet, or has none to spare: asking again will help. */
const NOT_YET = new Set(['57P03', '53300'])

/** One run of the Postgres server: a child process in a session of its own, where no Ctrl-C reaches it. */
export class Postmaster {
  /** Resolves when it has ended, with how. Never rejects. */
  readonly exited: Promise<string>
  readonly #child: ChildProcess
  readonly #log: Logger
  readonly #lines: string[] = []
  #running = true

  constructor(options: {
    binaries: Binaries
    cluster: string
    socketDir: string
    account: Account | null
    log: Logger
  }) {
    this.#log = options.log
    const { cluster, socketDir } = options
    this.#child = spawn(
      options.binaries.postgres,
      // On the command line, where no configuration file can undo them: a local socket, and no TCP.
      [
        ...['-D', cluster, '-p', '5432', '-k', socketDir],
        ...['-c', 'listen_addresses=', '-c', 'unix_socket_permissions=0700'],
      ],
      {
        ...options.account,
        cwd: '/',
        env: POSTGRES_ENVIRONMENT,
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      },
    )
    this.exited = this.#watch()
  }

  get running(): boolean {
    return this.#running
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** The last lines that the server said. */
  get lastWords(): string {
    return this.#lines.join('\n')
  }

  /**
   * Resolves with a connection as soon as the server accepts one, however long its recovery takes.
   * @throws Error with the server's last words when it ends first; the signal's reason; what a connection is refused for
   */
  async connect(connection: ClientConfig, signal: AbortSignal): Promise<Client> {
    const start = performance.now()
    let said = start
    for (;;) {
      signal.throwIfAborted()
      if (!this.#running) throw new Error(this.lastWords || (await this.exited))
      const client = new Client({ ...connection, connectionTimeoutMillis: 2_000 })
      client.on('error', () => {})
      try {
        await client.connect()
        return client
      } catch (error) {
        await client.end().catch(() => {})
        const { code } = error as { code?: string }
        if (/^[0-9A-Z]{5}$/.test(code ?? '') && !code?.startsWith('E') && !NOT_YET.has(code ?? ''))
          throw error
        if (performance.now() - said > SAY_WAITING_MS) {
          said = performance.now()
          this.#log.info(
            `waiting for Postgres since ${Math.round((said - start) / 1000)} s: ${messageOf(error)}`,
          )
        }
      }
      await Promise.race([wait(POLL_MS), this.exited])
    }
  }

  /** Sends a signal, if it still runs. */
  signal(signal: NodeJS.Signals): void {
    if (this.#running) this.#child.kill(signal)
  }

  /** Fast shutdown, and harder ones for a server that does not heed it. Resolves when it has ended. */
  async stop(): Promise<void> {
    for (const [signal, patienceMs] of [
      ['SIGINT', FAST_SHUTDOWN_MS],
      ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
    ] as const) {
      this.signal(signal)
      const timer = new AbortController()
      await Promise.race([this.exited, wait(patienceMs, undefined, { signal: timer.signal }).catch(() => {})])
      timer.abort()
      if (!this.#running) return
      this.#log.warn(`Postgres (process ${this.pid}) did not stop within ${patienceMs} ms of ${signal}`)
    }
    this.signal('SIGKILL')
    await this.exited
  }

  #watch(): Promise<string> {
    const { stderr } = this.#child
    if (stderr) createInterface(stderr).on('line', line => this.#hear(line))
    // Whatever makes us exit without stopping it (a second Ctrl-C): it then shuts down in order, by itself.
    const onOurExit = () => this.signal('SIGINT')
    process.once('exit', onOurExit)
    return new Promise(resolve => {
      const end = (how: string) => {
        process.off('exit', onOurExit)
        this.#running = false
        resolve(how)
      }
      // Could not be started at all: there will be no exit.
      this.#child.once('error', error => {
        if (this.#child.pid !== undefined) return
        this.#lines.push(messageOf(error))
        end(messageOf(error))
      })
      this.#child.once('exit', (code, signal) => end(signal ? `signal ${signal}` : `exit code ${code}`))
    })
  }

  #hear(line: string): void {
    const [, backend, text] = /^([^|]*)\|(.*)$/.exec(line) ?? [null, '', line]
    this.#lines.push(text)
    if (this.#lines.length > KEPT_LINES) this.#lines.shift()
    this.#log[levelOf(backend, text)](`Postgres: ${text}`)
  }
}

/** What one client did wrong is its own to report; what the server itself has to say may matter. */
function levelOf(backend: string, text: string): 'debug' | 'warn' | 'error' {
  if (text.startsWith('PANIC')) return 'error'
  if (backend === 'client backend') return 'debug'
  if (text.startsWith('FATAL')) return 'error'
  return text.startsWith('ERROR') || text.startsWith('WARNING') ? 'warn' : 'debug'
}
