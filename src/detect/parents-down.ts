import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Database } from '../store/database.ts'
import { loadHolding } from '../store/monitor-states.ts'

const CHANNEL = 'statuspulse_parents'

/**
 * The monitors that are down, whoever owns them: those that depend on them are held back. Our own are noted as
 * soon as they are decided, the others' when the table tells.
 */
export class ParentsDown implements Part {
  readonly #database: Database
  readonly #log: Logger
  #down = new Set<string>()
  #onChange: (keys: Iterable<string>) => void = () => {}
  #running: Promise<void> | null = null
  #again = false

  constructor(options: { database: Database; log: Logger }) {
    this.#database = options.database
    this.#log = options.log
  }

  async start(): Promise<void> {
    await this.#database.listen(CHANNEL, () => this.#reloadSoon())
    await this.#reload()
  }

  async stop(): Promise<void> {
    await this.#running
  }

  /** Who is told which monitors went down or came back, as {@link parentKey}s; set once. */
  connect(onChange: (keys: Iterable<string>) => void): void {
    this.#onChange = onChange
  }

  has(workspaceId: string, monitorName: string): boolean {
    return this.#down.has(parentKey(workspaceId, monitorName))
  }

  /** A monitor of ours went down, or came back. */
  note(workspaceId: string, monitorName: string, isDown: boolean): void {
    const key = parentKey(workspaceId, monitorName)
    if (this.#down.has(key) === isDown) return
    if (isDown) this.#down.add(key)
    else this.#down.delete(key)
    this.#onChange([key])
  }

  #reloadSoon(): void {
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = this.#reload()
      .catch(error => this.#log.warn(`which monitors are down was not read: ${messageOf(error)}`))
      .finally(() => {
        this.#running = null
        if (!this.#again) return
        this.#again = false
        this.#reloadSoon()
      })
  }

  async #reload(): Promise<void> {
    const rows = await loadHolding(this.#database)
    const down = new Set(rows.map(({ workspaceId, monitorName }) => parentKey(workspaceId, monitorName)))
    const before = this.#down
    this.#down = down
    const changed = [...before, ...down].filter(key => before.has(key) !== down.has(key))
    if (changed.length > 0) this.#onChange(changed)
  }
}

/** A monitor by workspace and name. */
export function parentKey(workspaceId: string, monitorName: string): string {
  return `${workspaceId} ${monitorName}`
}
