import { LRUCache } from 'lru-cache'
import type { Endpoint, EventFacts } from '../ground/vocabulary.ts'
import { NameIndex } from './name-index.ts'

/** Kept answers, counted by the endpoints in them. */
const REMEMBERED = 200_000
/** 7 types, 3 severities, and the regions that filters name. */
const CELLS = 2_000

const NO_REGION_NAMED = '\u0000'

/**
 * The filter index of one workspace: from an event to the endpoints that want it.
 *
 * An event's type, severity and region choose a cell; a cell holds the endpoints that want those, by
 * monitor name. Cells are made at first use. What a name gave is remembered: monitors repeat.
 * Built once from a list of endpoints, which must not change; another list needs another table.
 */
export class RoutingTable {
  readonly #byRegion = new Map<string, Endpoint[]>()
  readonly #anyRegion: Endpoint[] = []
  readonly #cells = new LRUCache<string, NameIndex>({ max: CELLS })
  readonly #answers = new LRUCache<string, readonly Endpoint[]>({
    maxSize: REMEMBERED,
    sizeCalculation: endpoints => endpoints.length + 1,
  })

  /** @param endpoints disabled ones are never matched */
  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) {
      if (!endpoint.enabled) continue
      const { regions } = endpoint.filter
      if (regions.length === 0) this.#anyRegion.push(endpoint)
      for (const region of new Set(regions)) {
        const list = this.#byRegion.get(region)
        if (list) list.push(endpoint)
        else this.#byRegion.set(region, [endpoint])
      }
    }
  }

  /** The enabled endpoints whose filter takes the event. */
  match(facts: EventFacts): readonly Endpoint[] {
    // Regions that no filter names are all the same to filters.
    const region = facts.region !== null && this.#byRegion.has(facts.region) ? facts.region : NO_REGION_NAMED
    const cell = `${facts.eventType} ${facts.severity} ${region}`
    const question = `${cell}\u0000${facts.monitorName}`
    let answer = this.#answers.get(question)
    if (!answer) {
      answer = this.#cell(cell, facts, region).find(facts.monitorName)
      this.#answers.set(question, answer)
    }
    return answer
  }

  #cell(key: string, facts: EventFacts, region: string): NameIndex {
    let index = this.#cells.get(key)
    if (!index) {
      const candidates = [...this.#anyRegion, ...(this.#byRegion.get(region) ?? [])]
      index = new NameIndex(candidates.filter(({ filter }) => wants(filter, facts)))
      this.#cells.set(key, index)
    }
    return index
  }
}

function wants({ severities, eventTypes }: Endpoint['filter'], facts: EventFacts): boolean {
  return (
    (severities.length === 0 || severities.includes(facts.severity)) &&
    (eventTypes.length === 0 || eventTypes.includes(facts.eventType))
  )
}
