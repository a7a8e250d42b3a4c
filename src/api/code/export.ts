import type { Services } from '../services.ts'
import { takeInventory } from './apply.ts'
import type { Entry, Field, Section, Thing } from './section.ts'

/** What no document can ask for, and why. */
interface LeftOut {
  readonly thing: Thing
  readonly id: string
  readonly reason: string
}

/** The document that asks for what is there: applied, it changes nothing. Secrets are hidden in it. */
export async function exportCode(
  services: Pick<Services, 'database' | 'sealer' | 'clock'>,
  workspaceId: string,
): Promise<{ document: Partial<Record<Field, Entry[]>>; leftOut: LeftOut[] }> {
  const { things } = await takeInventory(services, services.database, workspaceId)
  const document: Partial<Record<Field, Entry[]>> = {}
  const leftOut: LeftOut[] = []
  for (const [section, all] of things) {
    const entries = entriesOf(section, all, leftOut)
    if (entries.length > 0) document[section.field] = entries
  }
  return { document, leftOut }
}

function entriesOf(section: Section, all: readonly Parameters<Section['entryOf']>[0][], leftOut: LeftOut[]) {
  const { thing } = section
  const named = Map.groupBy(all, ({ name }) => name)
  return all.flatMap(kept => {
    const isTwin = kept.name !== '' && (named.get(kept.name)?.length ?? 0) > 1
    const entry = isTwin ? `there are others called "${kept.name}"` : section.entryOf(kept)
    if (typeof entry !== 'string') return [entry]
    leftOut.push({ thing, id: kept.id, reason: entry })
    return []
  })
}
