import type { Writable } from 'node:stream'
import type { Clock } from '../../ground/clock.ts'
import { messageOf } from '../../ground/errors.ts'
import type { Part } from '../../ground/lifecycle.ts'
import type { Logger } from '../../ground/log.ts'
import type { Database } from '../../store/database.ts'
import { stillOpen } from '../../store/sessions.ts'

/** A trigger sends to it when a session ends or moves, on whichever node. */
const CHANNEL = 'statuspulse_sessions'
/** For what nobody announces: a session's time is up. */
const SWEEP_MS = 60_000

interface Watched {
  readonly id: string
  readonly workspaceId: string
  isOpen: boolean
}

/** Tells what stays open for long, such as a stream, that the session which opened it is over. */
export class SessionWatch implements Part {
  readonly #database: Database
  readonly #clock: Clock
  readonly #log: Logger
  readonly #changed: () => void
  readonly #watched = new Set<Watched>()
  #cancelSweep: (() => void) | null = null
  #isStopped = false

  /** @param options.changed called when a watched session is found to be over */
  constructor(options: { database: Database; clock: Clock; log: Logger; changed: () => void }) {
    this.#database = options.database
    this.#clock = options.clock
    this.#log = options.log
    this.#changed = options.changed
  }

  async start(): Promise<void> {
    await this.#database.listen(CHANNEL, () => void this.#look())
    this.#sweepLater()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#cancelSweep?.()
  }

  /**
   * Watches a session until `output` closes.
   * @returns whether it still is what it was: open, and in that workspace
   */
  watch(id: string, workspaceId: string, output: Writable): () => boolean {
    const watched = { id, workspaceId, isOpen: true }
    this.#watched.add(watched)
    output.once('close', () => this.#watched.delete(watched))
    // It may have ended after the request was let in.
    void this.#look()
    return () => watched.isOpen
  }

  async #look(): Promise<void> {
    const asked = [...this.#watched]
    if (asked.length === 0 || this.#isStopped) return
    try {
      const open = await stillOpen(this.#database, asked, this.#clock.now())
      for (const watched of asked) watched.isOpen = open.has(watched.id)
      if (asked.some(watched => !watched.isOpen)) this.#changed()
    } catch (error) {
      // The next sweep asks again.
      if (!this.#isStopped) this.#log.warn(`open sessions were not looked at: ${messageOf(error)}`)
    }
  }

  #sweepLater(): void {
    if (this.#isStopped) return
    this.#cancelSweep = this.#clock.after(SWEEP_MS, () => {
      void this.#look()
      this.#sweepLater()
    })
  }
}
