import type { Part } from '../../ground/lifecycle.ts'
import { Fifo } from '../fifo.ts'
import { Renderer } from './renderer.ts'
import { type Rendering, TemplateError } from './template.ts'

/** Processes at once; they are started when they are first needed. */
const MOST_RENDERERS = 2

interface Job {
  readonly rendering: Rendering
  readonly resolve: (body: string) => void
  readonly reject: (error: unknown) => void
}

/** Applies payload templates: in processes of their own, bounded in time, memory and what they make (ADR 0009). */
export class Templates implements Part {
  readonly #waiting = new Fifo<Job>()
  readonly #renderers = new Set<Renderer>()
  readonly #idle: Renderer[] = []
  #stopped = false

  async start(): Promise<void> {}

  /** Ends every process; renderings that were still under way fail. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const renderer of this.#renderers) renderer.end()
    this.#next()
  }

  /**
   * The body that the template makes: JSON, at most 256 KiB. The same rendering gives the same bytes always.
   * @throws TemplateError
   */
  render(rendering: Rendering): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rendering, resolve, reject })
      this.#next()
    })
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      if (this.#stopped) {
        this.#waiting.shift()?.reject(new TemplateError('StatusPulse is stopping', { retry: true }))
        continue
      }
      const renderer = this.#free()
      if (!renderer) return
      this.#run(renderer, this.#waiting.shift() as Job)
    }
  }

  /** One that has nothing to do, a new one while there may be more, or none. */
  #free(): Renderer | undefined {
    for (let renderer = this.#idle.pop(); renderer; renderer = this.#idle.pop()) {
      if (!renderer.over) return renderer
      this.#renderers.delete(renderer)
    }
    if (this.#renderers.size >= MOST_RENDERERS) return undefined
    const renderer = new Renderer()
    this.#renderers.add(renderer)
    return renderer
  }

  async #run(renderer: Renderer, { rendering, resolve, reject }: Job): Promise<void> {
    try {
      resolve(await renderer.render(rendering))
    } catch (error) {
      reject(error)
    }
    if (renderer.over) this.#renderers.delete(renderer)
    else this.#idle.push(renderer)
    this.#next()
  }
}
