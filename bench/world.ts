import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { BareOrder } from './bare.ts'
import { makeFolder } from './folder.ts'
import type { LoadOrder, LoadReport } from './load.ts'

const ROOT = join(import.meta.dirname, '..')
/** What measures must not add pauses of its own: young objects are collected in small bites. */
const INSTRUMENT = { execArgv: ['--max-semi-space-size=4'] }

export interface ReceiverReport {
  readonly unique: number
  readonly duplicates: number
  /** ms, by path: `/healthy`, … */
  readonly latencies: Readonly<Record<string, number[]>>
}

/** The receiver, in a process of its own. */
export class BenchReceiver {
  readonly #child: ChildProcess
  readonly origin: string

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.origin = `http://127.0.0.1:${port}`
  }

  static async start(): Promise<BenchReceiver> {
    const child = fork(join(import.meta.dirname, 'receiver.ts'), INSTRUMENT)
    const [{ port }] = await once(child, 'message')
    return new BenchReceiver(child, port)
  }

  /** Forgets what it has seen. */
  reset(): void {
    this.#child.send({ reset: true })
  }

  async report(): Promise<ReceiverReport> {
    this.#child.send({ report: true })
    const [report] = await once(this.#child, 'message')
    return report
  }

  /** Waits until it has seen `count` events, or no new one for five seconds. */
  async seen(count: number): Promise<ReceiverReport> {
    let last = await this.report()
    let since = performance.now()
    while (last.unique < count && performance.now() - since < 5_000) {
      await new Promise(resolve => setTimeout(resolve, 20))
      const next = await this.report()
      if (next.unique > last.unique) since = performance.now()
      last = next
    }
    return last
  }

  stop(): void {
    this.#child.kill()
  }
}

/** A StatusPulse of its own on an embedded Postgres in a new folder. */
export class BenchServer {
  readonly url: string
  readonly token: string
  readonly pid: number
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(child: ChildProcess, folder: string, ready: { url: string; admin_token: string }) {
    this.#child = child
    this.#folder = folder
    this.url = ready.url
    this.token = ready.admin_token
    this.pid = child.pid as number
  }

  /** @param profileDir folder for a CPU profile of the whole run (open it in Chrome's developer tools) */
  static async start(profileDir?: string): Promise<BenchServer> {
    const folder = makeFolder()
    const child = spawn(
      process.execPath,
      [
        // As `npm start` does.
        '--max-semi-space-size=8',
        ...(profileDir ? ['--cpu-prof', '--cpu-prof-dir', profileDir] : []),
        ...[join(ROOT, 'src/main.ts'), 'serve', '--json', '--port', '0', '--data-dir', folder],
        ...[
          '--allow-http',
          '--allow-network',
          '127.0.0.0/8',
          '--rate-limit',
          '1000000',
          '--log-level',
          'warn',
        ],
      ],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, DATABASE_URL: '', STATUSPULSE_DEMO: 'false' },
      },
    )
    const [line] = await once(createInterface(child.stdout), 'line')
    return new BenchServer(child, folder, JSON.parse(line))
  }

  async addEndpoint(url: string, settings: object = {}): Promise<string> {
    const response = await fetch(`${this.url}/v1/endpoints`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ url, ...settings }),
    })
    if (response.status !== 201) throw new Error(await response.text())
    return ((await response.json()) as { id: string }).id
  }

  async removeEndpoint(id: string): Promise<void> {
    await fetch(`${this.url}/v1/endpoints/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${this.token}` },
    })
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Runs a load generator in a process of its own. */
export function load(server: BenchServer, order: Partial<LoadOrder>): Promise<LoadReport> {
  const full = { kind: 'open', rate: 100, seconds: 10, batch: 50, inFlight: 4, ...order }
  return ask('load.ts', { origin: server.url, token: server.token, ...full })
}

/** Runs the bare loop in a process of its own: deliveries a second, and its CPU seconds for each. */
export function bare(order: BareOrder): Promise<number> {
  return ask('bare.ts', order)
}

async function ask<T>(file: string, order: object): Promise<T> {
  const child = fork(join(import.meta.dirname, file), file === 'load.ts' ? INSTRUMENT : {})
  child.send(order)
  const [answer] = await once(child, 'message')
  child.kill()
  return answer as T
}

/** The p-th percentile (0 to 100) of some figures; NaN of none. */
export function percentile(figures: readonly number[], p: number): number {
  const sorted = figures.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN
}
