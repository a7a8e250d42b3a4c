import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import { noteKeyUses } from '../store/api-keys.ts'
import type { Queryable } from '../store/database.ts'

const WRITE_EVERY_MS = 60_000

/** When each API key was last used: noted in memory with every request, written once a minute and at the stop. */
export class KeyUses implements Part {
  readonly #database: Queryable
  readonly #clock: Clock
  readonly #log: Logger
  /** Of this node, since its start. */
  readonly #last = new Map<string, number>()
  #fresh = new Set<string>()
  #cancel: (() => void) | null = null
  #writing: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(options: { database: Queryable; clock: Clock; log: Logger }) {
    this.#database = options.database
    this.#clock = options.clock
    this.#log = options.log
  }

  async start(): Promise<void> {
    this.#schedule()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#writing
    await this.#write()
  }

  /** The key is used now. */
  saw(keyId: string): void {
    this.#last.set(keyId, this.#clock.now())
    this.#fresh.add(keyId)
  }

  /** When this node last saw the key; ms since the epoch, null: not since its start. */
  lastSeen(keyId: string): number | null {
    return this.#last.get(keyId) ?? null
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(WRITE_EVERY_MS, () => {
      this.#writing = this.#write().then(() => {
        if (!this.#stopped) this.#schedule()
      })
    })
  }

  async #write(): Promise<void> {
    const fresh = this.#fresh
    if (fresh.size === 0) return
    this.#fresh = new Set()
    const uses = [...fresh].map(keyId => ({ keyId, at: this.#last.get(keyId) as number }))
    try {
      await noteKeyUses(this.#database, uses)
    } catch (error) {
      for (const keyId of fresh) this.#fresh.add(keyId)
      this.#log.warn(`when keys were used was not written, trying again: ${messageOf(error)}`)
    }
  }
}
