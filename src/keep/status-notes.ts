import { LRUCache } from 'lru-cache'
import { bucketOf } from '../ground/bucket.ts'
import type { Status } from '../ground/vocabulary.ts'
import type { Database } from '../store/database.ts'
import { insertStatusNotes, type StatusNote } from '../store/status-history.ts'

const REMEMBERED = 100_000
/** Other nodes take events of the same monitor: the table is asked again after so long, ms. */
const TRUSTED_MS = 30_000

/**
 * The history of monitors that are watched elsewhere: what events say of them, where it is another status than the last.
 * Nobody waits for it, and an event that changes no status costs a look into memory. A note that cannot be kept now is
 * made again with the monitor's next event.
 */
export class StatusNotes {
  readonly #database: Database
  readonly #last = new LRUCache<string, Status>({ max: REMEMBERED, ttl: TRUSTED_MS })
  /** Of each monitor the latest only: what comes while a write is under way is written with the next. */
  #waiting = new Map<string, StatusNote>()
  #isWriting = false

  constructor(database: Database) {
    this.#database = database
  }

  /** An event was kept; `at`: ms since the epoch. */
  note(workspaceId: string, monitorName: string, status: Status, at: number): void {
    const key = `${workspaceId} ${monitorName}`
    if (this.#last.get(key) === status) return
    this.#last.set(key, status)
    this.#waiting.set(key, {
      bucket: bucketOf(workspaceId, monitorName),
      workspaceId,
      monitorName,
      status,
      at,
    })
    if (!this.#isWriting) void this.#write()
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    while (this.#waiting.size > 0) {
      const waiting = this.#waiting
      this.#waiting = new Map()
      try {
        await insertStatusNotes(this.#database, [...waiting.values()])
      } catch {
        for (const key of waiting.keys()) this.#last.delete(key)
      }
    }
    this.#isWriting = false
  }
}
