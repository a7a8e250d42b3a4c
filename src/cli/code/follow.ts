import { type StatWatcher, unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { messageOf, Problem } from '../../ground/errors.ts'
import type { Logger } from '../../ground/log.ts'
import { type CodeResult, changeInWords, withoutVariables } from './changes.ts'
import { checkedFile, inFile } from './file.ts'

/** How often it is looked whether the file has changed. Works on every file system, unlike being told. */
const LOOK_MS = 1_000

/**
 * Keeps the server as a file says: at the start, on SIGHUP, and when the file changes. A file that cannot be
 * applied changes nothing, and is told of in the log.
 */
export class FollowedFile {
  readonly #file: string
  readonly #apply: (document: unknown) => Promise<CodeResult>
  readonly #log: Logger
  readonly #env: NodeJS.ProcessEnv
  readonly #onHangup = () => {
    // Before the beginning it is remembered by itself: the file is read then. After the end there is nothing to do.
    if (this.#phase === 'following') void this.#run('SIGHUP')
  }
  #phase: 'early' | 'following' | 'over' = 'early'
  #watcher: StatWatcher | null = null
  #running: Promise<void> = Promise.resolve()
  /** The text that was last looked at: what only touched the file is no change. */
  #text: string | null = null

  /**
   * From now on until {@link release} a SIGHUP does not end the process.
   * @param options.apply brings the server to what a document says, or throws and changes nothing
   */
  constructor(options: {
    file: string
    apply: (document: unknown) => Promise<CodeResult>
    log: Logger
    env?: NodeJS.ProcessEnv
  }) {
    this.#file = options.file
    this.#apply = options.apply
    this.#log = options.log
    this.#env = options.env ?? process.env
    process.on('SIGHUP', this.#onHangup)
  }

  /** Applies the file, and goes on following it. Never rejects. */
  async begin(): Promise<void> {
    this.#phase = 'following'
    this.#watcher = watchFile(this.#file, { interval: LOOK_MS }, () => void this.#run('change'))
    this.#watcher.unref()
    await this.#run('start')
  }

  /** Resolves when nothing is applied any more. */
  async end(): Promise<void> {
    this.#phase = 'over'
    if (this.#watcher) unwatchFile(this.#file)
    await this.#running
  }

  /** SIGHUP does what it does by default again. */
  release(): void {
    process.off('SIGHUP', this.#onHangup)
  }

  #run(why: 'start' | 'change' | 'SIGHUP'): Promise<void> {
    this.#running = this.#running.then(() => this.#follow(why))
    return this.#running
  }

  async #follow(why: 'start' | 'change' | 'SIGHUP'): Promise<void> {
    try {
      const text = await readFile(this.#file, 'utf8')
      if (why === 'change' && text === this.#text) return
      this.#text = text
      this.#tell(await this.#applied(text))
    } catch (error) {
      this.#log.error(`${this.#file} was not applied, and nothing was changed: ${inWords(error)}`)
    }
  }

  async #applied(text: string): Promise<CodeResult> {
    const file = checkedFile(this.#file, text, this.#env)
    try {
      return withoutVariables(await this.#apply(file.source.document), file)
    } catch (error) {
      throw inFile(error, file)
    }
  }

  #tell({ changes, unchanged, orphans }: CodeResult): void {
    for (const change of changes) {
      this.#log.info(`${this.#file}: ${changeInWords(change)}`)
      if (change.secret !== null)
        this.#log.info(
          `${this.#file}: "statuspulse endpoints rotate-secret ${change.id}" shows the secret of ${change.name}`,
        )
    }
    for (const { thing, name } of orphans)
      this.#log.warn(`${this.#file}: ${thing} "${name}" is not in it any more, and stays`)
    this.#log.info(`${this.#file}: ${changes.length} changed, ${unchanged} as it says`)
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Problem) || error.errors.length === 0) return messageOf(error)
  return error.errors.map(({ path, message }) => `${path} ${message}`).join('; ')
}
