import type { Clock } from '../ground/clock.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import { type AuditEntry, auditEntry, insertAudit } from '../store/audit-log.ts'
import type { Queryable } from '../store/database.ts'

const RETRY_MS = 1_000
/** Beyond it, entries are in the log only. */
const MOST_WAITING = 10_000

/**
 * Writes down who changed what. An entry that cannot be written now is in the log at once, whole, and is
 * tried again until it is written, at the stop once more: none is lost without a trace.
 */
export class Audit implements Part {
  readonly #database: Queryable
  readonly #clock: Clock
  readonly #log: Logger
  #waiting: AuditEntry[] = []
  #cancel: (() => void) | null = null
  #writing: Promise<void> = Promise.resolve()

  constructor(options: { database: Queryable; clock: Clock; log: Logger }) {
    this.#database = options.database
    this.#clock = options.clock
    this.#log = options.log
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = null
    await this.#writing
    await this.#again()
    if (this.#waiting.length > 0)
      this.#log.error(`${this.#waiting.length} entries of the audit log are in this log only`)
  }

  /** Resolves when the change is written down, or waits to be. Never rejects. */
  async record(change: Omit<AuditEntry, 'id' | 'at'>): Promise<void> {
    const entry = auditEntry(change, this.#clock.now())
    try {
      await insertAudit(this.#database, entry)
    } catch (error) {
      this.#log.error({ err: error, entry }, 'an entry of the audit log was not written')
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push(entry)
      this.#schedule()
    }
  }

  #schedule(): void {
    this.#cancel ??= this.#clock.after(RETRY_MS, () => {
      this.#cancel = null
      this.#writing = this.#again().then(() => {
        if (this.#waiting.length > 0) this.#schedule()
      })
    })
  }

  async #again(): Promise<void> {
    const entries = this.#waiting
    this.#waiting = []
    for (const [index, entry] of entries.entries()) {
      try {
        await insertAudit(this.#database, entry)
      } catch {
        this.#waiting.unshift(...entries.slice(index))
        return
      }
    }
  }
}
