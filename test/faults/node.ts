import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newApiKey } from '../../src/store/api-keys.ts'
import { readPid } from '../../src/store/embedded/leftovers.ts'
import { isAlive } from '../../src/store/embedded/processes.ts'
import { type Outcome, Run } from '../cli/program.ts'
import type { ApiAnswer } from '../helpers/app.ts'
import { until } from './until.ts'

/** Below the ports that systems hand out by themselves, so that nobody takes it while the node is down. */
const PORTS = { from: 20_000, to: 30_000 }

export interface NodeOptions {
  /** Left out: its own embedded Postgres in its data folder. */
  readonly databaseUrl?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Another node whose token and secrets key this one shares. */
  readonly beside?: FaultNode
  /** Left out: a new folder, which {@link FaultNode.remove} deletes. */
  readonly dataDir?: string
}

/** The real program in a process of its own, always on the same port, to be killed and started again. */
export class FaultNode {
  readonly url: string
  readonly dataDir: string
  readonly token: string
  readonly #folder: string
  readonly #port: number
  readonly #options: NodeOptions
  readonly #env: Record<string, string>
  #run: Run | null = null

  private constructor(folder: string, port: number, options: NodeOptions) {
    this.#folder = folder
    this.#port = port
    this.#options = options
    this.dataDir = options.dataDir ?? join(folder, 'data')
    this.url = `http://127.0.0.1:${port}`
    this.token = options.beside?.token ?? newApiKey()
    this.#env = {
      STATUSPULSE_ADMIN_TOKEN: this.token,
      STATUSPULSE_SECRETS_KEY:
        (options.beside ? options.beside.#env.STATUSPULSE_SECRETS_KEY : undefined) ??
        randomBytes(32).toString('hex'),
      STATUSPULSE_RATE_LIMIT: '1000000',
      STATUSPULSE_DEMO: 'false',
      ...(options.databaseUrl ? { DATABASE_URL: options.databaseUrl } : {}),
      ...options.env,
    }
  }

  /** Finds it a folder and a port; nothing runs yet. */
  static async make(options: NodeOptions = {}): Promise<FaultNode> {
    const folder = await mkdtemp(join(tmpdir(), 'statuspulse-faults-'))
    // The user that Postgres runs as under root must get through.
    await chmod(folder, 0o755)
    return new FaultNode(folder, await freePort(), options)
  }

  /** Starts the program; resolves when it is ready. */
  async start(): Promise<void> {
    await this.launch().prints(/^\{.*\}$/m)
  }

  /** Starts the program and waits for nothing. */
  launch(): Run {
    this.#run = new Run(
      [
        ...['serve', '--json', '--port', String(this.#port), '--data-dir', this.dataDir],
        ...['--allow-http', '--allow-network', '127.0.0.0/8', ...(this.#options.args ?? [])],
      ],
      { env: this.#env },
    )
    return this.#run
  }

  /** The run that is under way, or was last. */
  get run(): Run {
    if (!this.#run) throw new Error('the node was never started')
    return this.#run
  }

  get pid(): number {
    return this.run.child.pid as number
  }

  /** Sends a signal, and waits for nothing. */
  signal(signal: NodeJS.Signals): void {
    this.run.child.kill(signal)
  }

  /** Ends it the hard way; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL')
    if (this.run.child.exitCode === null && this.run.child.signalCode === null)
      await once(this.run.child, 'exit')
  }

  /** Stops it in order. */
  stop(): Promise<Outcome> {
    return this.run.stop('SIGTERM')
  }

  /** Process id of its Postgres' postmaster, of this run or one that was killed; null: none runs. */
  get postmaster(): number | null {
    const pid = readPid(join(this.dataDir, 'postgres', 'postmaster.pid'))
    return pid !== null && isAlive(pid) ? pid : null
  }

  /** Ends its Postgres the hard way; resolves when the postmaster is gone. */
  async killPostgres(): Promise<void> {
    const pid = this.postmaster
    if (pid === null) return
    process.kill(pid, 'SIGKILL')
    await until(() => !isAlive(pid))
  }

  async call(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text === '' ? null : JSON.parse(text) }
  }

  /** Registers an endpoint; fails the test if it is refused. */
  async addEndpoint(url: string, settings: object = {}): Promise<string> {
    const { status, body } = await this.call('POST', '/v1/endpoints', { url, ...settings })
    if (status !== 201) throw new Error(`endpoint refused: ${JSON.stringify(body)}`)
    return body.id
  }

  /** Resolves when no delivery waits for anything any more. */
  async settled(): Promise<void> {
    await until(async () => {
      const { body } = await this.call('GET', '/v1/deliveries?status=pending&limit=1')
      return body.data?.length === 0
    })
  }

  /** Ends whatever of it still runs, and deletes its folder. */
  async remove(): Promise<void> {
    if (this.#run) await this.kill()
    await this.killPostgres()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 })
  }
}

async function freePort(): Promise<number> {
  for (;;) {
    const port = Math.floor(PORTS.from + Math.random() * (PORTS.to - PORTS.from))
    const server = createServer()
    const free = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => resolve(true))
    })
    if (!free) continue
    await new Promise(resolve => server.close(resolve))
    return port
  }
}
