import { type Clock, sleep } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import { type Database, isFaultOfData } from '../store/database.ts'
import { findStateVersion } from '../store/monitor-states.ts'
import type { Ruling } from '../store/ruling.ts'
import { type Committer, KeyTaken, NotOwner } from './committer.ts'
import type { EventInput } from './keeper.ts'
import { routeEvent } from './route-event.ts'
import type { Routing } from './routing.ts'

const RETRY_MS = 250
/** So often rows may turn out to be there although they were not: by then a try whose answer was lost is over. */
const MOST_TAKEN = 5

/** The way in for what the owner of a monitor decides: its events, and everything that must be true with them. */
export class Rulings {
  readonly #routing: Routing
  readonly #committer: Committer
  readonly #quiet: Committer
  readonly #database: Database
  readonly #clock: Clock
  readonly #log: Logger

  /** @param options.quiet commits what nobody waits for, on a connection of its own */
  constructor(options: {
    routing: Routing
    committer: Committer
    quiet: Committer
    database: Database
    clock: Clock
    log: Logger
  }) {
    this.#routing = options.routing
    this.#committer = options.committer
    this.#quiet = options.quiet
    this.#database = options.database
    this.#clock = options.clock
    this.#log = options.log
  }

  /**
   * Keeps a ruling with its events: resolves once they are committed, and the events are on their way by then.
   * While the database cannot be had it tries again, and where it is unclear whether it was kept it looks.
   * @param at when it was decided; ms since the epoch
   * @param isWanted asked before every try; false: the bucket is no longer ours
   * @returns false: it does not count, and nothing of it is kept
   * @throws the driver's error when the database will never take it
   */
  async keep(
    ruling: Ruling,
    inputs: readonly EventInput[],
    at: number,
    isWanted: () => boolean,
  ): Promise<boolean> {
    const { workspaceId } = ruling
    const routed = inputs.map(input => routeEvent(this.#routing, workspaceId, input, at))
    const committer = inputs.length > 0 ? this.#committer : this.#quiet
    let taken = 0
    for (let isFirst = true; isWanted(); isFirst = false) {
      try {
        if (!isFirst && (await this.#isKept(ruling))) return true
        await committer.commit({ routed, replays: [], keys: [], monitors: [], ruling })
        return true
      } catch (error) {
        if (error instanceof NotOwner) return false
        if (isFaultOfData(error)) throw error
        // A try whose answer was lost may have written the same rows: the next look tells.
        if (error instanceof KeyTaken && ++taken > MOST_TAKEN) throw error
        this.#log.warn(`what was decided of ${ruling.monitorName} is not kept yet: ${messageOf(error)}`)
        await sleep(this.#clock, RETRY_MS)
      }
    }
    return false
  }

  /** Resolves when no commit is under way. */
  async settled(): Promise<void> {
    await Promise.all([this.#committer.settled(), this.#quiet.settled()])
  }

  async #isKept({ bucket, monitorId, state }: Ruling): Promise<boolean> {
    const version = await findStateVersion(this.#database, bucket, monitorId)
    return state === null ? version === null : version === state.version
  }
}
