import { randomBytes } from 'node:crypto'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Database } from '../store/database.ts'
import { Pacer } from './pacer.ts'

const CHANNEL = 'statuspulse_feed'
/** A workspace's readers are woken at most this often: what is committed in between they read together. */
const WAKE_EVERY_MS = 25
/** Other nodes are told at most this often. */
const TELL_EVERY_MS = 50
/** Readers are woken this often in any case: a notification may be lost with its connection. */
const POLL_MS = 5_000
/** A notification holds 8,000 bytes; when more workspaces than this have news, it says "all". */
const MAX_TOLD = 200
const ALL = '*'

/**
 * Tells readers of the feed when there may be something new in their workspace, wherever it was
 * committed. It carries no data: whoever is woken reads the feed on from where it stands, so a call
 * too many does no harm and one that is lost costs {@link POLL_MS} at most. While nobody reads,
 * nothing is done.
 */
export class Hub implements Part {
  readonly #database: Database
  readonly #log: Logger
  /** Marks our own notifications, which come back to us. */
  readonly #self = randomBytes(6).toString('hex')
  readonly #readers = new Map<string, Set<() => void>>()
  readonly #waking = new Pacer(WAKE_EVERY_MS, workspaceIds => this.#wake(workspaceIds))
  readonly #telling = new Pacer(TELL_EVERY_MS, workspaceIds => this.#tell(workspaceIds))
  #peers = 0
  #poll: NodeJS.Timeout | null = null
  #stopped = false

  constructor(options: { database: Database; log: Logger }) {
    this.#database = options.database
    this.#log = options.log
  }

  /** Resolves when other nodes are heard, or will be as soon as the database answers. */
  async start(): Promise<void> {
    await this.#database.listen(CHANNEL, payload => this.#hear(payload))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#waking.stop()
    this.#telling.stop()
    this.#readers.clear()
    this.#pollWhileRead()
  }

  /** How many other nodes live; none: nobody else has to be told. */
  setPeers(count: number): void {
    this.#peers = count
  }

  /** There is something new to read in these workspaces. Cheap: to be called after every commit. */
  committed(workspaceIds: Iterable<string>): void {
    for (const workspaceId of workspaceIds) {
      if (this.#readers.has(workspaceId)) this.#waking.add(workspaceId)
      if (this.#peers > 0) this.#telling.add(workspaceId)
    }
  }

  /**
   * Calls `wake` whenever there may be something new in the workspace.
   * @param wake must be quick, and must not throw
   * @returns ends it
   */
  subscribe(workspaceId: string, wake: () => void): () => void {
    if (this.#stopped) return () => {}
    const readers = this.#readers.get(workspaceId) ?? new Set()
    this.#readers.set(workspaceId, readers)
    // An object of its own, so that the same function may subscribe twice.
    const reader = () => wake()
    readers.add(reader)
    this.#pollWhileRead()
    return () => {
      readers.delete(reader)
      if (readers.size === 0 && this.#readers.get(workspaceId) === readers) this.#readers.delete(workspaceId)
      this.#pollWhileRead()
    }
  }

  #wake(workspaceIds: Iterable<string>): void {
    for (const workspaceId of workspaceIds) {
      for (const wake of [...(this.#readers.get(workspaceId) ?? [])]) wake()
    }
  }

  #pollWhileRead(): void {
    if (this.#readers.size === 0) {
      if (this.#poll) clearInterval(this.#poll)
      this.#poll = null
    } else {
      this.#poll ??= setInterval(() => this.#wake(this.#readers.keys()), POLL_MS)
    }
  }

  async #tell(workspaceIds: ReadonlySet<string>): Promise<void> {
    const names = workspaceIds.size > MAX_TOLD ? ALL : [...workspaceIds].join(' ')
    try {
      await this.#database.query('select pg_notify($1, $2)', [CHANNEL, `${this.#self} ${names}`])
    } catch (error) {
      this.#log.debug(
        `other nodes were not told of something new, and will look by themselves: ${messageOf(error)}`,
      )
    }
  }

  /** @param payload '': some may have been missed */
  #hear(payload: string): void {
    const [node, ...workspaceIds] = payload.split(' ')
    if (this.#stopped || node === this.#self) return
    const isAll = workspaceIds.length === 0 || workspaceIds[0] === ALL
    for (const workspaceId of isAll ? [...this.#readers.keys()] : workspaceIds) {
      if (this.#readers.has(workspaceId)) this.#waking.add(workspaceId)
    }
  }
}
