import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Block, ROOT } from './pages.ts'

/** What a reader of a page has at hand. */
export interface Setting {
  /** Variables of the reader's shell. */
  readonly env?: Readonly<Record<string, string>>
  /** What stands for something of the reader's own, by what stands there on the page: `https://receiver.example.com`. */
  readonly places?: Readonly<Record<string, string>>
}

/** Ports of the pages; each has one of its own in a session. */
const PORTS = ['3000', '8080', '8081']

/** What runs in the background has printed what it is to print by then. */
const PATIENCE_MS = 15_000

const LAUNCHER = join(ROOT, 'bin', 'statuspulse.js')

/** Commands as readers have them: none of them goes to the network or writes into the checkout. */
const COMMANDS: Readonly<Record<string, string>> = {
  node: `exec "${process.execPath}" "$@"`,
  statuspulse: `exec "${process.execPath}" "${LAUNCHER}" "$@"`,
  npx: `[ "$1" = statuspulse ] || exit 1; shift; exec "${process.execPath}" "${LAUNCHER}" "$@"`,
  npm: `case "$1" in ci) ;; start) shift; [ "$1" != -- ] || shift; exec "${process.execPath}" "${LAUNCHER}" serve "$@" ;; install) [ "$2" = @statuspulse/client ] && { ${installClient()}; } ;; *) exit 1 ;; esac`,
  // An answer that says no is no success.
  curl: `exec ${commandOf('curl')} --fail-with-body --silent --show-error "$@"`,
}

/** As npm would, but built from the checkout, beside its dependencies. */
function installClient(): string {
  const [client, modules] = [join(ROOT, 'sdk', 'client'), join(ROOT, 'node_modules')]
  return [
    'mkdir -p node_modules/@statuspulse/client',
    `cp "${client}/package.json" node_modules/@statuspulse/client/`,
    `"${process.execPath}" "${modules}/@typescript/native/bin/tsc" -p "${client}" --outDir node_modules/@statuspulse/client/dist`,
    `ln -sfn "${modules}/openapi-fetch" "${modules}/eventsource-parser" node_modules/`,
  ].join(' && ')
}

/**
 * A reader who works through a page: runs its blocks one after another, in one folder, and fills in what
 * the page leaves to be filled in: `ep_…` is the last endpoint's id that was printed, and so on.
 */
export class Session {
  readonly folder = mkdtempSync(join(tmpdir(), 'statuspulse-docs-'))
  readonly #bin = mkdtempSync(join(tmpdir(), 'statuspulse-docs-bin-'))
  readonly #state = join(this.#bin, 'state.sh')
  readonly #env: Readonly<Record<string, string>>
  readonly #places: Readonly<Record<string, string>>
  readonly #background: { block: Block; child: ChildProcess; output: string }[] = []
  #seen = ''

  private constructor(setting: Setting, ports: ReadonlyMap<string, string>) {
    this.#places = { ...setting.places, ...Object.fromEntries(ports) }
    for (const [name, script] of Object.entries(COMMANDS)) {
      writeFileSync(join(this.#bin, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(this.#bin, name), 0o755)
    }
    this.#env = {
      PATH: `${this.#bin}:/usr/local/bin:/usr/bin:/bin`,
      HOME: this.folder,
      // Where it is for readers without saying so: at 8080.
      STATUSPULSE_PORT: ports.get('8080') as string,
      STATUSPULSE_URL: `http://127.0.0.1:${ports.get('8080')}`,
      ...setting.env,
    }
  }

  static async start(setting: Setting = {}): Promise<Session> {
    const ports = await Promise.all(PORTS.map(async port => [port, String(await freePort())] as const))
    return new Session(setting, new Map(ports))
  }

  /** Remembers what was printed elsewhere. */
  read(text: string): void {
    this.#seen += `\n${text}`
  }

  /** Runs a block, or writes the file that it is. @throws Error with what it printed, when it fails */
  async run(block: Block): Promise<void> {
    const { attributes } = block
    if (attributes.stop !== undefined) await this.#stopBackground()
    if (attributes.file !== undefined)
      writeFileSync(join(this.folder, attributes.file), `${this.fill(block.text)}\n`)
    else if (attributes.background !== undefined) await this.#runInBackground(block)
    else await this.#runToItsEnd(block)
  }

  /** Waits until everything in the background has printed what it is to print, stops it, and cleans up. */
  async end(): Promise<void> {
    try {
      for (const running of this.#background) {
        if (running.block.attributes.prints !== undefined)
          await this.#prints(running, running.block.attributes.prints)
      }
    } finally {
      await this.#stopBackground()
      for (const folder of [this.folder, this.#bin]) rmSync(folder, { recursive: true, force: true })
    }
  }

  /** The text with everything filled in. */
  fill(text: string): string {
    let filled = text
    for (const [place, value] of Object.entries(this.#places)) {
      filled = /^\d+$/.test(place)
        ? filled.replace(new RegExp(`\\b${place}\\b`, 'g'), value)
        : filled.replaceAll(place, value)
    }
    return filled.replace(/\b([a-z]{2,6}_)…/g, (_, prefix: string) => {
      const known = [...this.#seen.matchAll(new RegExp(`\\b${prefix}[A-Za-z0-9+/=_-]{8,}`, 'g'))].at(-1)
      if (!known) throw new Error(`nothing that was printed so far says what ${prefix}… is`)
      return known[0]
    })
  }

  async #runToItsEnd(block: Block): Promise<void> {
    const script = [
      `cd "${this.folder}"`,
      existsSync(this.#state) ? readFileSync(this.#state, 'utf8') : '',
      'set -euo pipefail',
      this.fill(block.text),
      `{ export -p; echo "cd '$PWD'"; } > "${this.#state}"`,
    ].join('\n')
    const child = spawn('bash', ['-c', script], { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    const [code] = await once(child, 'close')
    this.read(output)
    const mayFail = block.attributes.fails !== undefined
    if ((code === 0) === mayFail) throw new Error(`${where(block)} ended with ${code}:\n${output}`)
    const { prints } = block.attributes
    if (prints !== undefined && !output.includes(prints))
      throw new Error(`${where(block)} did not print ${JSON.stringify(prints)}:\n${output}`)
  }

  async #runInBackground(block: Block): Promise<void> {
    const state = existsSync(this.#state) ? readFileSync(this.#state, 'utf8') : ''
    const script = [`cd "${this.folder}"`, state, 'set -euo pipefail', this.fill(block.text)].join('\n')
    const child = spawn('bash', ['-c', script], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const running = { block, child, output: '' }
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        running.output += text
        this.#seen += text
        child.emit('output')
      })
    }
    this.#background.push(running)
    if (block.attributes.ready !== undefined) await this.#prints(running, block.attributes.ready)
  }

  async #stopBackground(): Promise<void> {
    for (const { child } of this.#background.splice(0).toReversed()) await stop(child)
  }

  async #prints(running: { block: Block; child: ChildProcess; output: string }, text: string): Promise<void> {
    const { block, child } = running
    const why = (what: string) =>
      new Error(`${where(block)} ${what} without printing ${JSON.stringify(text)}:\n${running.output}`)
    const late = AbortSignal.timeout(PATIENCE_MS)
    while (!running.output.includes(text)) {
      if (child.exitCode !== null) throw why('ended')
      const over = new AbortController()
      const options = { signal: AbortSignal.any([late, over.signal]) }
      try {
        await Promise.race([once(child, 'output', options), once(child, 'close', options)])
      } catch (error) {
        if (late.aborted) throw why(`went on for ${PATIENCE_MS / 1000} s`)
        throw error
      } finally {
        over.abort()
      }
    }
  }
}

/** As Ctrl-C in its terminal. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  process.kill(-(child.pid as number), 'SIGINT')
  await closed
}

function where({ page, line }: Block): string {
  return `${page}:${line}`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

function commandOf(name: string): string {
  const folder = (process.env.PATH ?? '').split(':').find(path => existsSync(join(path, name)))
  if (!folder) throw new Error(`the pages use ${name}, which is not installed`)
  return join(folder, name)
}
