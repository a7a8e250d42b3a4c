import { type Difference, differences } from './differences.ts'
import type { Code } from './document.ts'
import { SECTIONS } from './document.ts'
import { Faults } from './faults.ts'
import { asShown } from './hidden.ts'
import type { Entry, Judging, Kept, Section, Wanted } from './section.ts'

/** One thing that is to be made, changed, taken away, or left as it is. */
export interface Step {
  readonly section: Section
  /** Of the entry in the document: `monitors[3]`; null: there is none. */
  readonly path: string | null
  readonly name: string
  readonly action: 'create' | 'update' | 'replace' | 'delete' | 'keep'
  /** What is there; null: nothing. */
  readonly kept: Kept | null
  /** What is to be there; null: nothing, or what is there. */
  readonly wanted: Wanted | null
  readonly fields: readonly Difference[]
}

export interface Plan {
  readonly steps: readonly Step[]
  /** Managed under the document's name, not in it, and to be kept. */
  readonly orphans: readonly { readonly section: Section; readonly kept: Kept }[]
}

/** What is there. */
export interface Inventory {
  readonly things: ReadonlyMap<Section, readonly Kept[]>
  /** By id: the name of the document that manages it. */
  readonly managed: ReadonlyMap<string, string>
}

/**
 * What is to be done so that there is what the document says. Things are known by their names; those that
 * no document manages are taken over, and never deleted.
 * @param prune whether managed things that are not in the document are deleted
 * @throws Problem 422 that names every field at fault
 */
export function planOf(code: Code, inventory: Inventory, judging: Judging, prune: boolean): Plan {
  const faults = new Faults()
  const steps: Step[] = []
  const orphans: { section: Section; kept: Kept }[] = []
  for (const section of SECTIONS) {
    const things = inventory.things.get(section) ?? []
    const isOurs = (kept: Kept) => inventory.managed.get(kept.id) === code.name
    const byName = Map.groupBy(things, kept => kept.name)
    const met = new Set<Kept>()
    for (const [index, entry] of code[section.field].entries()) {
      const path = `${section.field}[${index}]`
      const named = byName.get(entry.name) ?? []
      const candidates = named.some(isOurs) ? named.filter(isOurs) : named
      if (candidates.length > 1) {
        faults.add(
          `${path}.name`,
          `there are ${candidates.length} of this name: rename or delete all but one`,
        )
        continue
      }
      const kept = candidates[0] ?? null
      if (kept) met.add(kept)
      const step = faults.gather(path, () => stepOf(section, path, entry, kept, judging))
      if (step?.action === 'replace' && kept && !inventory.managed.has(kept.id))
        faults.add(`${path}.kind`, `is ${kept.kind} and does not change: delete the ${section.thing} first`)
      else if (step) steps.push(step)
    }
    for (const kept of things) {
      if (met.has(kept) || !isOurs(kept)) continue
      const { name } = kept
      if (!prune) orphans.push({ section, kept })
      else steps.push({ section, path: null, name, action: 'delete', kept, wanted: null, fields: [] })
    }
  }
  faults.throwAny()
  return { steps, orphans }
}

function stepOf(
  section: Section,
  path: string,
  entry: Entry,
  kept: Kept | null,
  judging: Judging,
): Step | null {
  const wanted = section.want(entry, kept, judging)
  const about = { section, path, name: entry.name, kept, wanted }
  if (!wanted) return null
  if (!kept) return { ...about, action: 'create', fields: given(entry, wanted) }
  if (kept.kind !== wanted.kind) {
    const kinds = { path: 'kind', before: kept.kind, after: wanted.kind }
    return { ...about, action: 'replace', fields: [kinds, ...given(entry, wanted)] }
  }
  const fields = differences(kept, wanted)
  return { ...about, action: fields.length > 0 ? 'update' : 'keep', fields }
}

/** What an entry says of a new thing, without defaults. */
function given({ name: _, kind: __, ...entry }: Entry, { shown }: Wanted): Difference[] {
  const after = asShown(withLowerHeaders(entry), shown) as Record<string, unknown>
  return differences({ full: {}, shown: {} }, { full: after, shown: after })
}

/** Names of an endpoint's headers are kept in lower case. */
function withLowerHeaders(entry: Record<string, unknown>): Record<string, unknown> {
  const { headers } = entry
  if (typeof headers !== 'object' || headers === null) return entry
  return {
    ...entry,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
  }
}
