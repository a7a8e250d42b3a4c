import type { Clock } from '../ground/clock.ts'
import { notFound } from '../ground/errors.ts'
import type { Database } from '../store/database.ts'
import { findReplayable, type Replayable } from '../store/replays.ts'
import type { Committer } from './committer.ts'
import { newDelivery } from './route-event.ts'

/**
 * Sends kept events again. A replay is a delivery of its own (a new `dlv_`, with a new six hours) of
 * the same event: the same bytes, the same `webhook-id`; the first delivery's record stays as it was.
 */
export class Replayer {
  readonly #database: Database
  readonly #committer: Committer
  readonly #clock: Clock

  constructor(options: { database: Database; committer: Committer; clock: Clock }) {
    this.#database = options.database
    this.#committer = options.committer
    this.#clock = options.clock
  }

  /**
   * Replays one delivery of the workspace.
   * @returns the new delivery's id, once it is committed and on its way
   * @throws Problem 404 when there is no such delivery, or its event is past retention
   */
  async replay(workspaceId: string, deliveryId: string): Promise<string> {
    const replayable = await findReplayable(this.#database, workspaceId, deliveryId)
    if (!replayable) throw notFound('delivery', deliveryId)
    const [id] = await this.replayAll([replayable])
    return id as string
  }

  /** Replays several in one commit; answers with the new deliveries' ids, in order. */
  async replayAll(replayables: readonly Replayable[]): Promise<string[]> {
    const now = this.#clock.now()
    const replays = replayables.map(({ event, endpointId, eventDay, deliveryId }) => ({
      delivery: newDelivery(event, endpointId, now),
      event,
      eventDay,
      replayOf: deliveryId,
    }))
    await this.#committer.commit({ routed: [], replays, keys: [], monitors: [] })
    return replays.map(({ delivery }) => delivery.id)
  }
}
