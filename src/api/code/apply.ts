import type { TlsReport } from '../../deliver/egress/index.ts'
import { unavailable } from '../../ground/errors.ts'
import { cancelWaiting } from '../../store/cancel-deliveries.ts'
import type { Queryable } from '../../store/database.ts'
import type { EndpointSettings, StoredEndpoint } from '../../store/endpoints.ts'
import { loadManaged, lockCode, markManaged, unmarkManaged } from '../../store/managed-things.ts'
import { examine, needsExamining } from '../endpoint-settings.ts'
import type { Services } from '../services.ts'
import type { Difference } from './differences.ts'
import { type Code, readCode, SECTIONS } from './document.ts'
import { endpointSection, targetKey } from './endpoints.ts'
import { Faults } from './faults.ts'
import { type Inventory, type Plan, planOf, type Step } from './plan.ts'
import type { Kept, Made, Section, Shelf, Thing } from './section.ts'

type Needs = Pick<Services, 'database' | 'sealer' | 'catalog' | 'watchlist' | 'policy' | 'hub' | 'clock'>

/** What was changed, or would be. */
export interface Applied {
  readonly changes: readonly Change[]
  readonly unchanged: number
  readonly orphans: readonly { readonly thing: Thing; readonly name: string; readonly id: string }[]
}

export interface Change extends Omit<Made, 'id'> {
  readonly action: Exclude<Step['action'], 'keep'>
  readonly thing: Thing
  readonly name: string
  readonly id: string | null
  readonly fields: readonly Difference[]
}

/** Handshakes at once. */
const EXAMINERS = 8
/** Somebody may change an endpoint while its target is looked at; not again and again. */
const TRIES = 3

/**
 * Brings a workspace to what a document says: all of it in one transaction, or nothing.
 * @param options.dryRun does everything, and takes it back
 * @throws Problem 422 that names every field at fault, 409 when a slug is taken, 503 when others change the same all the time
 */
export async function applyCode(
  services: Needs,
  workspaceId: string,
  document: unknown,
  options: { readonly prune: boolean; readonly dryRun: boolean },
): Promise<Applied> {
  const code = readCode(document)
  const examined = new Map<string, TlsReport | null>()
  await examineNew(services, await planNow(services, services.database, workspaceId, code, options), examined)
  for (let tries = 0; tries < TRIES; tries++) {
    const outcome = await inOneGo(services, workspaceId, code, options, examined)
    if ('applied' in outcome) {
      if (!options.dryRun) await tellOthers(services, workspaceId, outcome.plan)
      return outcome.applied
    }
    await examineNew(services, outcome.plan, examined)
  }
  throw unavailable('Endpoints were changed by others all the while: try again.')
}

/** Everything of a workspace that a document can speak of. */
export async function takeInventory(
  { sealer, clock }: Pick<Needs, 'sealer' | 'clock'>,
  tx: Queryable,
  workspaceId: string,
): Promise<Inventory> {
  const things = new Map<Section, readonly Kept[]>()
  for (const section of SECTIONS)
    things.set(section, await section.load({ tx, sealer, workspaceId, now: clock.now() }))
  return { things, managed: await loadManaged(tx, workspaceId) }
}

async function planNow(
  services: Needs,
  tx: Queryable,
  workspaceId: string,
  code: Code,
  { prune }: { readonly prune: boolean },
): Promise<Plan> {
  const inventory = await takeInventory(services, tx, workspaceId)
  const judging = { policy: services.policy, now: services.clock.now(), standIn: null }
  return planOf(code, inventory, judging, prune)
}

/** Carries the plan out as things are at this moment, or says that more targets have to be looked at first. */
async function inOneGo(
  services: Needs,
  workspaceId: string,
  code: Code,
  options: { readonly prune: boolean; readonly dryRun: boolean },
  examined: ReadonlyMap<string, TlsReport | null>,
): Promise<{ plan: Plan; applied: Applied } | { plan: Plan }> {
  const { database, sealer, clock } = services
  let outcome: { plan: Plan; applied: Applied } | { plan: Plan } | undefined
  try {
    await database.transaction(async tx => {
      await lockCode(tx, workspaceId)
      const plan = await planNow(services, tx, workspaceId, code, options)
      outcome = { plan }
      if (targetsOf(plan).some(({ settings }) => !examined.has(targetKey(settings)))) return
      const shelf = { tx, sealer, workspaceId, now: clock.now(), examined }
      outcome = { plan, applied: await carryOut(shelf, plan, code.name, options.dryRun) }
      if (options.dryRun) throw TAKEN_BACK
    })
  } catch (error) {
    if (error !== TAKEN_BACK) throw error
  }
  return outcome!
}

const TAKEN_BACK = new Error('a dry run')

async function carryOut(shelf: Shelf, plan: Plan, managedBy: string, dryRun: boolean): Promise<Applied> {
  const changes: Change[] = []
  const ours: string[] = []
  const gone: string[] = []
  const faults = new Faults()
  // What is taken away first makes room: for a name, or a slug.
  const inOrder = [...plan.steps].sort(
    (a, b) => Number(b.action === 'delete') - Number(a.action === 'delete'),
  )
  for (const step of inOrder) {
    const made = await carryOutOne(shelf, step).catch(error => {
      if (step.path === null) throw error
      faults.take(step.path, error)
      // The transaction is at its end.
      faults.throwAny()
    })
    const { action, section, name, kept, fields } = step
    const id = made?.id ?? (action === 'replace' ? null : (kept?.id ?? null))
    if (id !== null && action !== 'delete') ours.push(id)
    if (kept && (action === 'delete' || action === 'replace')) gone.push(kept.id)
    if (action === 'keep') continue
    const isTold = made && !dryRun
    changes.push({
      action,
      thing: section.thing,
      name,
      id: action === 'delete' || (dryRun && made) ? null : id,
      fields,
      secret: isTold ? made.secret : null,
      pingPath: isTold ? made.pingPath : null,
    })
  }
  await markManaged(shelf.tx, shelf.workspaceId, ours, managedBy)
  await unmarkManaged(shelf.tx, shelf.workspaceId, gone)
  return {
    changes,
    unchanged: plan.steps.filter(({ action }) => action === 'keep').length,
    orphans: plan.orphans.map(({ section, kept }) => ({
      thing: section.thing,
      name: kept.name,
      id: kept.id,
    })),
  }
}

async function carryOutOne(shelf: Shelf, { section, action, kept, wanted }: Step): Promise<Made | null> {
  if (action === 'update') await section.update(shelf, kept!, wanted!)
  if (action === 'delete' || action === 'replace') await section.remove(shelf, kept!)
  return action === 'create' || action === 'replace' ? section.insert(shelf, wanted!) : null
}

/** Endpoints whose targets have to be looked at: new ones, and those that move. */
function targetsOf({ steps }: Plan): { path: string; settings: EndpointSettings }[] {
  return steps.flatMap(({ section, action, path, kept, wanted }) => {
    if (section !== (endpointSection as Section) || path === null || !wanted) return []
    const settings = wanted.input as EndpointSettings
    const isMoved =
      action === 'create' ||
      action === 'replace' ||
      (action === 'update' && needsExamining((kept!.stored as StoredEndpoint).endpoint, settings))
    return isMoved ? [{ path, settings }] : []
  })
}

/** @throws Problem 422 that names every endpoint whose target is refused */
async function examineNew(
  { policy }: Needs,
  plan: Plan,
  examined: Map<string, TlsReport | null>,
): Promise<void> {
  const faults = new Faults()
  const waiting = targetsOf(plan).filter(({ settings }) => !examined.has(targetKey(settings)))
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { path, settings } = next
      try {
        examined.set(targetKey(settings), await examine(settings, policy))
      } catch (error) {
        faults.take(path, error)
      }
    }
  }
  await Promise.all(Array.from({ length: EXAMINERS }, work))
  faults.throwAny()
}

/** What the rest of the program has in memory follows. */
async function tellOthers(services: Needs, workspaceId: string, { steps }: Plan): Promise<void> {
  const { database, catalog, watchlist, hub } = services
  if (steps.every(({ action }) => action === 'keep')) return
  await catalog.reload()
  await watchlist.reload()
  for (const { section, action, kept } of steps) {
    if (section !== (endpointSection as Section) || !kept) continue
    if (action !== 'delete' && action !== 'replace') continue
    await cancelWaiting(database, workspaceId, kept.id, 'the endpoint was deleted')
    hub.committed([workspaceId])
  }
}
