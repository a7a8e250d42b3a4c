import { shownSpec } from '../../detect/spec-secrets.ts'
import { describedAs } from '../../detect/watched-monitor.ts'
import {
  deleteMonitor,
  insertMonitor,
  listAllMonitors,
  type Monitor,
  updateMonitor,
} from '../../store/monitors.ts'
import { type DescribedMonitor, newMonitor, refuseTaken, slugOf } from '../monitor-input.ts'
import { reveal } from './hidden.ts'
import type { Entry, Facts, Kept, Section } from './section.ts'

/** Monitors, known by their names. */
export const monitorSection: Section<Monitor, DescribedMonitor> = {
  field: 'monitors',
  thing: 'monitor',

  async load({ tx, sealer, workspaceId }) {
    const monitors = await listAllMonitors(tx, sealer, workspaceId)
    return monitors.map(stored => ({
      ...factsOf(stored),
      id: stored.id,
      name: stored.name,
      stored,
    }))
  },

  want(entry, kept, { policy, standIn }) {
    const spec = reveal(entry.spec, kept?.stored.secrets.spec, standIn, 'spec')
    const input = newMonitor({ ...entry, ...(spec === undefined ? {} : { spec }) }, policy)
    return { ...factsOf(input), name: input.name, input }
  },

  async insert({ tx, sealer, workspaceId, now }, { input }) {
    const made = await insertMonitor(tx, sealer, { ...input, workspaceId }, now).catch(error =>
      refuseTaken(error, input),
    )
    const { ping_token } = made.secrets
    return { id: made.id, secret: null, pingPath: ping_token === undefined ? null : `/ping/${ping_token}` }
  },

  async update({ tx, sealer, workspaceId }, { id, stored }, { input }) {
    const { ping_token } = stored.secrets
    const secrets = { ...input.secrets, ...(ping_token === undefined ? {} : { ping_token }) }
    await updateMonitor(tx, sealer, workspaceId, id, { ...input, secrets }).catch(error =>
      refuseTaken(error, input),
    )
  },

  async remove({ tx, workspaceId }, { id }) {
    await deleteMonitor(tx, workspaceId, id)
  },

  entryOf({ stored }: Kept<Monitor>): Entry {
    const { name, kind, slug, settings, secrets } = stored
    const { slug: _, ...rest } = settings
    const spec = shownSpec(secrets.spec)
    return {
      name,
      kind,
      ...(spec && Object.keys(spec).length > 0 ? { spec } : {}),
      ...(slug !== null && slug !== slugOf(name) ? { slug } : {}),
      ...rest,
    }
  },
}

function factsOf(monitor: Pick<Monitor, 'name' | 'kind' | 'slug' | 'settings' | 'secrets'>): Facts {
  const { name: _, kind, slug: __, spec, ...settings } = describedAs(monitor)
  const rest = { ...settings, ...(monitor.slug === null ? {} : { slug: monitor.slug }) }
  const hasSpec = spec !== undefined
  return {
    kind,
    full: { ...rest, ...(hasSpec ? { spec } : {}) },
    shown: { ...rest, ...(hasSpec ? { spec: shownSpec(spec) } : {}) },
  }
}
