import { type CodeAnswer, showApplied } from './api/code/answer.ts'
import { applyCode } from './api/code/apply.ts'
import { changesOfApplied, namesOfApplied, wordsOfApplied } from './api/code/audit.ts'
import { assemble } from './assemble.ts'
import type { Config } from './config.ts'
import { type Clock, systemClock } from './ground/clock.ts'
import { Parts } from './ground/lifecycle.ts'
import type { Logger } from './ground/log.ts'
import { ensureOperator, firstWorkspace } from './store/first-start.ts'
import { openDatabase, openSealer } from './store/open.ts'

/** A running copy of StatusPulse. */
export interface App {
  /** Where the API listens: `http://127.0.0.1:8080`. */
  readonly url: string
  /** The operator's key, if this start made it: to be shown once. */
  readonly adminToken: string | null
  /** `Postgres 18.4 (embedded, in /srv/statuspulse/data)` */
  readonly databaseDescription: string
  /** Brings the first workspace to what a document says, as `PUT /v1/code` does. @throws Problem as it answers */
  applyCode(document: unknown, options: { prune: boolean; dryRun: boolean }): Promise<CodeAnswer>
  /** What is still under way, for whoever waits for the end. */
  readonly unfinished: () => { inFlight: number; unwritten: number }
  /** Takes nothing new, ends what is in flight, writes it down, gives its buckets back, stops its Postgres. */
  stop(): Promise<void>
}

/**
 * Puts the parts together and starts them in order; {@link App.stop} goes the other way.
 * @param options.clock and `random` are for tests
 * @throws Problem (or an Error) in words for whoever started it; whatever had started is stopped by then
 */
export async function startApp(options: {
  config: Config
  log: Logger
  version: string
  clock?: Clock
  random?: () => number
  /** Servers of this process that may be targets although they are on this machine, as `host:port`. */
  ownServers?: readonly string[]
}): Promise<App> {
  const { config, log, version, clock = systemClock, random = Math.random, ownServers = [] } = options
  const parts = new Parts()
  try {
    const { database, databaseDescription } = await openDatabase(config, log, parts)
    const adminToken = await ensureOperator(database, config.adminToken, clock.now())
    const sealer = await openSealer(config, database)
    const node = assemble({ config, log, version, clock, random, ownServers, database, sealer })
    for (const part of node.parts) await parts.start(part)
    const { dispatcher, recorder, api, services } = node
    return {
      url: api.url,
      adminToken,
      databaseDescription,
      applyCode: async (document, options) => {
        const workspaceId = await firstWorkspace(database)
        const answer = showApplied(await applyCode(services, workspaceId, document, options), options.dryRun)
        if (!options.dryRun && answer.changes.length > 0)
          await services.audit.record({
            workspaceId,
            actor: { kind: 'system', id: 'code', name: 'The file of --code' },
            operation: 'applyCode',
            summary: wordsOfApplied(answer),
            targetId: null,
            targetName: null,
            also: namesOfApplied(answer),
            changes: changesOfApplied(answer),
          })
        return answer
      },
      unfinished: () => ({ inFlight: dispatcher.inFlight, unwritten: recorder.unwritten }),
      stop: () => parts.stop(),
    }
  } catch (error) {
    await parts.stop()
    throw error
  }
}
