import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** A program of somebody else's that runs for a test. */
export interface Program {
  readonly url: string
  stop(): Promise<void>
}

/** The first of these commands that is on this machine. */
export function commandOf(...names: string[]): string | null {
  const folders = (process.env.PATH ?? '').split(':')
  const paths = names.flatMap(name => folders.map(folder => join(folder, name)))
  return paths.find(path => existsSync(path)) ?? null
}

/** Prometheus with a configuration, that looks at everything every second. */
export function startPrometheus(command: string, config: object, rules: object): Promise<Program> {
  return start(folder => {
    writeFileSync(join(folder, 'rules.yml'), stringify(rules))
    const everySecond = { scrape_interval: '1s', evaluation_interval: '1s' }
    const all = { global: everySecond, rule_files: [join(folder, 'rules.yml')], ...config }
    writeFileSync(join(folder, 'prometheus.yml'), stringify(all))
    return port => [
      command,
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--rules.alert.resend-delay=1s',
    ]
  })
}

/** Alertmanager alone, without a cluster. */
export function startAlertmanager(command: string, config: object): Promise<Program> {
  return start(folder => {
    writeFileSync(join(folder, 'alertmanager.yml'), stringify(config))
    return port => [
      command,
      `--config.file=${join(folder, 'alertmanager.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ]
  })
}

/** Something to be scraped: a service that is broken, or not. */
export async function startTarget(
  metrics: () => string,
): Promise<{ address: string; stop(): Promise<void> }> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(metrics())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    address: `127.0.0.1:${port}`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function start(prepare: (folder: string) => (port: number) => string[]): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'statuspulse-intake-'))
  const port = await freePort()
  const [command, ...args] = prepare(folder)(port) as [string, ...string[]]
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
  })
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await untilReady(url, child)
    return { url, stop }
  } catch (error) {
    await stop()
    throw new Error(`${command} did not start:\n${log}`, { cause: error })
  }
}

/** Neither says on which port it listens but by answering there. */
async function untilReady(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/-/ready`).catch(() => null)
    if (answer?.ok) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`it ended with ${child.exitCode}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
