import type { Courier } from '../deliver/courier.ts'
import { bucketOf } from '../ground/bucket.ts'
import type { Clock } from '../ground/clock.ts'
import { newId } from '../ground/ids.ts'
import type { Attempt, Endpoint, Event } from '../ground/vocabulary.ts'
import type { Database } from '../store/database.ts'
import { insertDryRun } from '../store/dry-run.ts'
import type { EventInput } from './keeper.ts'
import { buildPayload } from './payload.ts'
import { newDelivery } from './route-event.ts'

/** A test send: one attempt, at once, past every queue and filter, on record and marked as a dry run. */
export class DryRun {
  readonly #courier: Courier
  readonly #database: Database
  readonly #clock: Clock
  readonly #committed: (workspaceIds: Iterable<string>) => void

  /** @param options.committed told when there is something new to read in a workspace */
  constructor(options: {
    courier: Courier
    database: Database
    clock: Clock
    committed: (workspaceIds: Iterable<string>) => void
  }) {
    this.#courier = options.courier
    this.#database = options.database
    this.#clock = options.clock
    this.#committed = options.committed
  }

  /**
   * Sends one event to one endpoint, whatever its filter says and even when it is disabled.
   * @param body the exact bytes to send instead of the payload built from `input`
   * @returns the attempt, once it is on record
   */
  async send(endpoint: Endpoint, input: EventInput, body?: string): Promise<Attempt> {
    const now = this.#clock.now()
    const bucket = bucketOf(endpoint.workspaceId, input.monitorName)
    const eventId = input.eventId ?? newId('evt', now, bucket)
    const built = buildPayload(input, eventId, now)
    const event: Event = {
      workspaceId: endpoint.workspaceId,
      eventId,
      bucket,
      monitorName: input.monitorName,
      status: input.status,
      ...built,
      ...(body === undefined ? {} : { payload: body }),
      acceptedAt: now,
      dryRun: true,
    }
    const delivery = newDelivery(event, endpoint.id, now)
    const parcel = { delivery, event, epoch: 0, readyAt: now, superseded: 0, unwrittenAt: null }
    const { attempt } = await this.#courier.attempt(parcel, endpoint)
    await insertDryRun(this.#database, event, attempt)
    this.#committed([endpoint.workspaceId])
    return attempt
  }
}
