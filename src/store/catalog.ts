import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Endpoint } from '../ground/vocabulary.ts'
import { type ApiKey, loadApiKeys } from './api-keys.ts'
import type { Database } from './database.ts'
import { endpointMarks, loadEndpoints } from './endpoints.ts'
import type { Sealer } from './seal.ts'
import { loadWorkspaces, type Workspace } from './workspaces.ts'

/** A trigger on every table held here sends to it. */
const CHANNEL = 'statuspulse_catalog'
/** After a reload that failed. */
const RETRY_MS = 500

const NO_ENDPOINTS: readonly Endpoint[] = Object.freeze([])

/**
 * The small tables in memory: workspaces, API keys, endpoints with their secrets opened. Every node
 * has all of them, so that authentication and matching ask nobody. Kept right by notifications, and
 * by the version that the heartbeat reads each second, should one be lost.
 */
export class Catalog implements Part {
  readonly #database: Database
  readonly #sealer: Sealer
  readonly #log: Logger
  readonly #clock: Clock
  readonly #listeners: (() => void)[] = []
  #version = -1
  #workspaces: ReadonlyMap<string, Workspace> = new Map()
  #keys: ReadonlyMap<string, ApiKey> = new Map()
  #marks: ReadonlyMap<string, string> = new Map()
  #endpoints: ReadonlyMap<string, Endpoint> = new Map()
  #ofWorkspace: ReadonlyMap<string, readonly Endpoint[]> = new Map()
  #running: Promise<void> | null = null
  #queued: Promise<void> | null = null
  #cancelRetry: (() => void) | null = null
  #stopped = false

  constructor(options: { database: Database; sealer: Sealer; log: Logger; clock: Clock }) {
    this.#database = options.database
    this.#sealer = options.sealer
    this.#log = options.log
    this.#clock = options.clock
  }

  /** Resolves when everything is loaded; rejects when it cannot be. */
  async start(): Promise<void> {
    await this.#database.listen(CHANNEL, () => this.#reloadSoon())
    await this.reload()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelRetry?.()
    await this.#queued?.catch(() => {})
    await this.#running?.catch(() => {})
  }

  /** Which state of the tables is held: the database's counter. */
  get version(): number {
    return this.#version
  }

  workspace(id: string): Workspace | undefined {
    return this.#workspaces.get(id)
  }

  /** The valid key with this SHA-256. */
  keyByHash(hash: Buffer): ApiKey | undefined {
    const key = this.#keys.get(hash.toString('hex'))
    return key && key.hash.length === hash.length && timingSafeEqual(key.hash, hash) ? key : undefined
  }

  /** The endpoint, unless it is deleted. */
  endpoint(id: string): Endpoint | undefined {
    return this.#endpoints.get(id)
  }

  /** Every workspace's endpoints. */
  endpoints(): Endpoint[] {
    return [...this.#endpoints.values()]
  }

  /** The workspace's endpoints by id; the same list until one of them changes. */
  endpointsOf(workspaceId: string): readonly Endpoint[] {
    return this.#ofWorkspace.get(workspaceId) ?? NO_ENDPOINTS
  }

  /** Calls `listener` after every reload that found a change. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener)
  }

  /** The database's counter, as the heartbeat saw it: reloads if ours is older. */
  checkVersion(version: number): void {
    if (version > this.#version) this.#reloadSoon()
  }

  /**
   * Resolves when everything that was committed before the call is held. At most one reload runs and
   * one waits, however many ask.
   * @throws the driver's error; what was held stays
   */
  reload(): Promise<void> {
    if (!this.#running) return this.#run()
    // The one that runs may have read before the caller's change: the next one has not begun.
    this.#queued ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#queued = null
        return this.#run()
      })
    return this.#queued
  }

  #run(): Promise<void> {
    this.#running = this.#load().finally(() => {
      this.#running = null
    })
    return this.#running
  }

  #reloadSoon(): void {
    if (this.#stopped) return
    this.reload().catch(error => {
      if (this.#stopped || this.#cancelRetry) return
      this.#log.warn(`the catalog was not reloaded, trying again: ${messageOf(error)}`)
      this.#cancelRetry = this.#clock.after(RETRY_MS, () => {
        this.#cancelRetry = null
        this.#reloadSoon()
      })
    })
  }

  async #load(): Promise<void> {
    // The version first: a change that comes after it makes the next reload, even if we saw it already.
    const { rows } = await this.#database.query<{ version: string }>('select version from catalog_version')
    const version = Number(rows[0]?.version ?? 0)
    if (version === this.#version) return
    const [workspaces, keys, marks] = await Promise.all([
      loadWorkspaces(this.#database),
      loadApiKeys(this.#database),
      endpointMarks(this.#database),
    ])
    const changed = [...marks].flatMap(([id, mark]) => (this.#marks.get(id) === mark ? [] : id))
    const fresh = changed.length === 0 ? [] : await loadEndpoints(this.#database, this.#sealer, changed)
    this.#workspaces = new Map(workspaces.map(workspace => [workspace.id, workspace]))
    this.#keys = new Map(keys.map(key => [key.hash.toString('hex'), key]))
    this.#replaceEndpoints(marks, fresh)
    this.#version = version
    for (const listener of this.#listeners) listener()
  }

  #replaceEndpoints(marks: ReadonlyMap<string, string>, fresh: readonly Endpoint[]): void {
    const changedWorkspaces = new Set(fresh.map(endpoint => endpoint.workspaceId))
    const endpoints = new Map<string, Endpoint>()
    for (const [id, endpoint] of this.#endpoints) {
      if (marks.has(id)) endpoints.set(id, endpoint)
      else changedWorkspaces.add(endpoint.workspaceId)
    }
    for (const endpoint of fresh) endpoints.set(endpoint.id, endpoint)
    const lists = new Map([...this.#ofWorkspace].filter(([id]) => !changedWorkspaces.has(id)))
    for (const endpoint of endpoints.values()) {
      if (changedWorkspaces.has(endpoint.workspaceId)) {
        const list = lists.get(endpoint.workspaceId) as Endpoint[] | undefined
        if (list) list.push(endpoint)
        else lists.set(endpoint.workspaceId, [endpoint])
      }
    }
    for (const id of changedWorkspaces) {
      const list = lists.get(id) as Endpoint[] | undefined
      list?.sort((left, right) => (left.id < right.id ? -1 : 1))
    }
    this.#marks = marks
    this.#endpoints = endpoints
    this.#ofWorkspace = lists
  }
}
