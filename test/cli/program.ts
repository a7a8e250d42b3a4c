import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const LAUNCHER = fileURLToPath(new URL('../../bin/statuspulse.js', import.meta.url))

/** What a run of the program left behind. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Standard input. */
  readonly input?: string
  /** Left out: an empty folder, where no settings file is. */
  readonly cwd?: string
  /** The Node that runs the launcher; left out: this one. */
  readonly node?: string
}

/** A run of the real program that goes on. */
export class Run {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly ended: Promise<Outcome>

  constructor(args: readonly string[], options: RunOptions = {}) {
    this.child = spawn(options.node ?? process.execPath, [LAUNCHER, ...args], {
      // Nothing of the tester's own settings.
      env: { PATH: process.env.PATH ?? '', HOME: tmpdir(), ...options.env },
      cwd: options.cwd ?? emptyFolder,
    })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
    })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
    })
    this.child.stdin?.end(options.input)
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      return { code, signal, stdout: this.stdout, stderr: this.stderr }
    })
  }

  /** Resolves with the match as soon as the output has it; rejects when the program ends before. */
  async prints(pattern: RegExp, where: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[where])
      if (match) return match
      const stream = this.child[where]
      if (!stream || stream.closed || stream.readableEnded)
        throw new Error(`it never printed ${pattern}:\n${this.stdout}\n${this.stderr}`)
      const waiting = new AbortController()
      await Promise.race([
        once(stream, 'data', { signal: waiting.signal }),
        once(stream, 'close', { signal: waiting.signal }),
      ])
      waiting.abort()
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Outcome> {
    this.child.kill(signal)
    return this.ended
  }
}

const emptyFolder = mkdtempSync(join(tmpdir(), 'statuspulse-cwd-'))
process.once('exit', () => rmSync(emptyFolder, { recursive: true, force: true }))

/** Runs the program to its end. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Run(args, options).ended
}

/** `serve --json`, ready. */
export async function serve(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ server: Run; url: string; adminToken: string | undefined }> {
  const server = new Run(['serve', '--json', '--port', '0', ...args], options)
  const [line] = await server.prints(/^\{.*\}$/m)
  const ready = JSON.parse(line) as { url: string; admin_token?: string }
  return { server, url: ready.url, adminToken: ready.admin_token }
}
