import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The path of a program, Debian's for servers included, or null: it is not on this machine. */
export function findProgram(name: string): string | null {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${name}`], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    }).trim()
  } catch {
    return null
  }
}

/** A folder that is nobody else's. */
export function makeFolder(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `statuspulse-${name}-`))
}

/** Removes a folder that a killed program may still have been writing to. */
export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

/** Ports that nothing listened on a moment ago: a server that is killed comes back on the same one. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map(server => once(server, 'listening')))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))))
  return ports
}

/** A program of a test, and whatever it starts, in a process group of its own. */
export class TestProcess {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  #output = ''

  constructor(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.#ended = new Promise(resolve => this.#child.once('close', resolve))
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', data => {
        this.#output = (this.#output + data).slice(-4_000)
      })
    }
  }

  /** Resolves when `isReady` does not reject any more; rejects with the last output when the program ends before. */
  async ready(isReady: () => Promise<unknown>): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`it ended: ${this.#output}`)
      try {
        await isReady()
        return
      } catch {
        // A program tells nobody when it is ready.
        await new Promise(resolve => setTimeout(resolve, 50))
      }
    }
  }

  /** SIGKILL to all of it; resolves when it is gone. */
  async kill(): Promise<void> {
    try {
      process.kill(-(this.#child.pid as number), 'SIGKILL')
    } catch {
      // It was gone already.
    }
    await this.#ended
  }
}
