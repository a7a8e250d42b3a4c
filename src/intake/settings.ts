import { LRUCache } from 'lru-cache'
import type { Clock } from '../ground/clock.ts'
import type { Database } from '../store/database.ts'
import { loadIntakeSettings } from '../store/intake-settings.ts'
import type { Sealer } from '../store/seal.ts'
import { compileMapping, type Mapping } from './mapping.ts'
import { type MappingRules, mappingRules, NO_RULES } from './rules.ts'

/** How a workspace reads what comes in, ready to be used. */
export interface IntakeSettings {
  readonly rules: MappingRules
  readonly mapping: Mapping
  /** What Grafana signs its webhooks with; null: it need not sign them. */
  readonly grafanaSecret: string | null
}

/** A change on another node is seen after this. */
const MAX_AGE_MS = 1_000
const MAX_WORKSPACES = 10_000

/** The settings of workspaces, kept for a second so that not every request asks for them. */
export class IntakeBook {
  readonly #database: Database
  readonly #sealer: Sealer
  readonly #clock: Clock
  readonly #known = new LRUCache<string, { readAt: number; settings: Promise<IntakeSettings> }>({
    max: MAX_WORKSPACES,
  })

  constructor(options: { database: Database; sealer: Sealer; clock: Clock }) {
    this.#database = options.database
    this.#sealer = options.sealer
    this.#clock = options.clock
  }

  /** @throws the driver's error */
  of(workspaceId: string): Promise<IntakeSettings> {
    const now = this.#clock.now()
    const known = this.#known.get(workspaceId)
    if (known && now - known.readAt < MAX_AGE_MS && now >= known.readAt) return known.settings
    const settings = this.#load(workspaceId)
    const entry = { readAt: now, settings }
    this.#known.set(workspaceId, entry)
    settings.catch(() => {
      if (this.#known.get(workspaceId) === entry) this.#known.delete(workspaceId)
    })
    return settings
  }

  /** The next {@link of} reads them anew. */
  forget(workspaceId: string): void {
    this.#known.delete(workspaceId)
  }

  async #load(workspaceId: string): Promise<IntakeSettings> {
    const { rules, grafanaSecret } = await loadIntakeSettings(this.#database, this.#sealer, workspaceId)
    const read = rules === null ? NO_RULES : mappingRules.parse(rules)
    return { rules: read, mapping: compileMapping(read), grafanaSecret }
  }
}
