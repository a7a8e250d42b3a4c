import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** A server in another process, listening on a port of this machine. */
export interface ServerProcess extends AsyncDisposable {
  readonly port: number
  /** What it has printed until now. */
  output(): string
}

const STARTS_WITHIN_MS = 30_000

/**
 * Starts a server and waits until it listens.
 * @param commandFor the command line, given the port to listen on
 * @throws when it ends, or does not listen within 30 s; with what it printed
 */
export async function startServer(
  commandFor: (port: number) => string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<ServerProcess> {
  const port = await freePort()
  const [command, ...args] = commandFor(port)
  const child = spawn(command!, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (printed += chunk))
  child.on('error', error => (printed += error.message))
  const stop = () => end(child)
  const deadline = Date.now() + STARTS_WITHIN_MS
  while (!(await listens(port))) {
    if (child.exitCode !== null || child.pid === undefined || Date.now() > deadline) {
      await stop()
      throw new Error(`${command} does not listen:\n${printed}`)
    }
  }
  return { port, output: () => printed, [Symbol.asyncDispose]: stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

/** One try, and a moment's rest after one that fails. */
function listens(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => setTimeout(resolve, 50, false))
  })
}
