import type { Clock } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import type { Catalog } from '../store/catalog.ts'
import type { Database } from '../store/database.ts'
import { advanceReplayJob, finishReplayJob, lockReplayJob } from '../store/replay-jobs.ts'
import { failedDeliveries } from '../store/replays.ts'
import type { Replayer } from './replayer.ts'

/** Deliveries replayed in one commit; the job's progress moves in such steps. */
const STEP = 200
/** Also looks by itself this often: for jobs that a node which died has left. */
const LOOK_EVERY_MS = 10_000

/**
 * Runs the jobs of `replay_jobs`, step by step. Every step locks its job, so any node may make the
 * next one; a node that dies between a step's commit and its note repeats that one step.
 */
export class ReplayJobs implements Part {
  readonly #database: Database
  readonly #catalog: Catalog
  readonly #replayer: Replayer
  readonly #clock: Clock
  readonly #log: Logger
  #cancel: (() => void) | null = null
  #running: Promise<void> = Promise.resolve()
  #isRunning = false
  #woken = false
  #stopped = false

  constructor(options: {
    database: Database
    catalog: Catalog
    replayer: Replayer
    clock: Clock
    log: Logger
  }) {
    this.#database = options.database
    this.#catalog = options.catalog
    this.#replayer = options.replayer
    this.#clock = options.clock
    this.#log = options.log
  }

  async start(): Promise<void> {
    this.wake()
  }

  /** Resolves when the step under way has ended; what is left goes on elsewhere, or at the next start. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancel?.()
    await this.#running
  }

  /** There is a new job. */
  wake(): void {
    this.#woken = true
    if (this.#isRunning || this.#stopped) return
    this.#cancel?.()
    this.#isRunning = true
    this.#running = this.#run().finally(() => {
      this.#isRunning = false
      if (!this.#stopped) this.#cancel = this.#clock.after(LOOK_EVERY_MS, () => this.wake())
    })
  }

  async #run(): Promise<void> {
    try {
      while (this.#woken && !this.#stopped) {
        this.#woken = false
        while (!this.#stopped && (await this.#step()));
      }
    } catch (error) {
      this.#log.warn(`a replay was interrupted, going on soon: ${messageOf(error)}`)
    }
  }

  /** @returns whether there was something to do */
  #step(): Promise<boolean> {
    return this.#database.transaction(async tx => {
      const job = await lockReplayJob(tx)
      if (!job) return false
      if (!this.#catalog.endpoint(job.endpointId)) {
        await finishReplayJob(tx, job.id, 'the endpoint was deleted')
        return true
      }
      const { endpointId, since, until, cursor: afterId } = job
      const failed = await failedDeliveries(tx, { endpointId, since, until, afterId, limit: STEP })
      const last = failed.at(-1)
      if (last) {
        await this.#replayer.replayAll(failed)
        await advanceReplayJob(tx, job.id, last.deliveryId, failed.length)
      }
      if (failed.length < STEP) await finishReplayJob(tx, job.id, null)
      return true
    })
  }
}
