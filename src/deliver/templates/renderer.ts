import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Rendered } from './child.ts'
import { type Rendering, TemplateError } from './template.ts'

/** A template that is not done after this is stopped; ms. */
const MOST_MS = 200
const MOST_MEGABYTES = 64

/**
 * A process that applies templates, one at a time. Not a thread: a template that eats memory would take the
 * whole process of its thread with it.
 */
export class Renderer {
  readonly #child: ChildProcess
  readonly #ready: Promise<boolean>
  #over = false

  constructor() {
    this.#child = fork(new URL('child.ts', import.meta.url), {
      env: {},
      execArgv: [
        // It may read its own code, and neither write nor start anything.
        '--permission',
        '--allow-fs-read=*',
        `--max-old-space-size=${MOST_MEGABYTES}`,
      ],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#child.on('error', () => this.end())
    const ended = once(this.#child, 'exit').then(() => {
      this.#over = true
      return false
    })
    this.#ready = Promise.race([once(this.#child, 'message').then(() => true), ended])
  }

  /** Whether the process has ended, or is about to. */
  get over(): boolean {
    return this.#over
  }

  end(): void {
    this.#over = true
    this.#child.kill('SIGKILL')
  }

  /**
   * What the template makes of the payload: JSON text. One call at a time.
   * @throws TemplateError
   */
  async render(rendering: Rendering): Promise<string> {
    const isReady = await this.#ready
    if (!isReady || this.#over) throw ended(null)
    const rendered = await this.#ask(rendering)
    if ('body' in rendered) return rendered.body
    throw new TemplateError(rendered.fault.message, rendered.fault)
  }

  #ask(rendering: Rendering): Promise<Rendered> {
    const child = this.#child
    return new Promise((resolve, reject) => {
      const answered = (rendered: unknown) => {
        settle()
        resolve(rendered as Rendered)
      }
      const exited = (_code: number | null, signal: string | null) => fail(ended(signal))
      const late = () => {
        this.end()
        fail(new TemplateError(`the template was not done after ${MOST_MS} ms`, { retry: true }))
      }
      const fail = (error: TemplateError) => {
        settle()
        reject(error)
      }
      const settle = () => {
        clearTimeout(timer)
        clearImmediate(grace)
        child.off('message', answered)
        child.off('exit', exited)
      }
      // When it was this process that had no time, the answer is there already, to be read before `late`.
      let grace: NodeJS.Immediate | undefined
      const timer = setTimeout(() => {
        grace = setImmediate(late)
      }, MOST_MS)
      child.on('message', answered)
      child.on('exit', exited)
      child.send(rendering)
    })
  }
}

/** V8 aborts a process that is out of memory. */
function ended(signal: string | null): TemplateError {
  return signal === 'SIGABRT'
    ? new TemplateError(`the template takes more than ${MOST_MEGABYTES} MB of memory`)
    : new TemplateError('the process that applies templates ended', { retry: true })
}
