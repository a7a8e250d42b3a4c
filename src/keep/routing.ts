import type { Endpoint, EventFacts } from '../ground/vocabulary.ts'
import { RoutingTable } from '../route/routing-table.ts'
import type { Catalog } from '../store/catalog.ts'

/** The routing table of each workspace, built at its first use after a change of the catalog. */
export class Routing {
  readonly #catalog: Catalog
  readonly #tables = new Map<string, { endpoints: readonly Endpoint[]; table: RoutingTable }>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
  }

  /** The enabled endpoints of the workspace that want the event. */
  match(workspaceId: string, facts: EventFacts): readonly Endpoint[] {
    const endpoints = this.#catalog.endpointsOf(workspaceId)
    const known = this.#tables.get(workspaceId)
    // The catalog makes a new list with every change, and only then.
    if (known?.endpoints === endpoints) return known.table.match(facts)
    const table = new RoutingTable(endpoints)
    this.#tables.set(workspaceId, { endpoints, table })
    return table.match(facts)
  }
}
