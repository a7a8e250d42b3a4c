import type { Observation } from '../decide/observation.ts'
import { messageOf } from '../ground/errors.ts'
import type { Logger } from '../ground/log.ts'
import type { Database, Queryable } from '../store/database.ts'
import { deleteObservations, listObservations, type StoredObservation } from '../store/observations.ts'
import type { Watch, WatchedBucket } from './watch.ts'
import { BucketLost, type Watcher } from './watcher.ts'

/** Observations read at once. */
const READ = 500

/** What other nodes saw of our monitors: read from the table, and taken out of it by the rulings that follow. */
export class Inbox {
  readonly #lane: Queryable
  readonly #watcher: Watcher
  readonly #log: Logger
  readonly #watchOf: (bucket: WatchedBucket, workspaceId: string, monitorName: string) => Watch | null
  readonly #reading = new Map<WatchedBucket, { again: boolean }>()

  /** @param options.watchOf the monitor's watch, opened where there is none yet; null: there is no such monitor */
  constructor(options: {
    database: Database
    watcher: Watcher
    log: Logger
    watchOf: (bucket: WatchedBucket, workspaceId: string, monitorName: string) => Watch | null
  }) {
    this.#lane = options.database.lane('inbox')
    this.#watcher = options.watcher
    this.#log = options.log
    this.#watchOf = options.watchOf
  }

  /** Looks for what waits for the owner of the bucket, until there is no more. */
  async read(bucket: WatchedBucket): Promise<void> {
    const reading = this.#reading.get(bucket)
    if (reading) {
      reading.again = true
      return
    }
    const mine = { again: true }
    this.#reading.set(bucket, mine)
    try {
      while (mine.again && bucket.isOpen) {
        mine.again = false
        const found = await listObservations(this.#lane, bucket.bucket, [...bucket.inHand], READ)
        if (found.length === READ) mine.again = true
        if (bucket.isOpen) await this.#take(bucket, found)
      }
    } catch (error) {
      this.#log.warn(`observations of bucket ${bucket.bucket} were not read: ${messageOf(error)}`)
    } finally {
      this.#reading.delete(bucket)
    }
  }

  async #take(bucket: WatchedBucket, found: readonly StoredObservation[]): Promise<void> {
    const orphans: string[] = []
    for (const { id, workspaceId, monitorName, observation } of found) {
      const watch = this.#watchOf(bucket, workspaceId, monitorName)
      if (!watch) {
        orphans.push(id)
        continue
      }
      bucket.inHand.add(id)
      this.#watcher.see(watch, {
        observation: observation as Observation,
        isPromised: true,
        takenId: id,
        onLost: error => {
          bucket.inHand.delete(id)
          if (!(error instanceof BucketLost)) this.#discard(bucket, [id])
        },
      })
    }
    await this.#discard(bucket, orphans)
  }

  /** What nobody can judge would wait for ever. */
  async #discard(bucket: WatchedBucket, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    await deleteObservations(this.#lane, bucket.bucket, ids).catch(error =>
      this.#log.warn(`observations of no monitor were not dropped: ${messageOf(error)}`),
    )
  }
}
