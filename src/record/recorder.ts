import { type Clock, sleep } from '../ground/clock.ts'
import { messageOf } from '../ground/errors.ts'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import { type Database, isFaultOfData, type Queryable } from '../store/database.ts'
import { GroupCommit } from '../store/group-commit.ts'
import { insertResults, type Result } from '../store/results.ts'
import type { Metrics } from './metrics.ts'

const MAX_GROUP = 500
const RETRY_MS = 250
/** Nobody waits for a record: few, full commits. */
const PACE_MS = 15
const UNKEEPABLE = 'what was said cannot be kept'

/**
 * Writes down what became of deliveries, in groups, and keeps at it while the database is away: a
 * result is only forgotten when the process ends, and then the delivery is sent once more.
 */
export class Recorder implements Part {
  readonly #lane: Queryable
  readonly #clock: Clock
  readonly #log: Logger
  readonly #metrics: Metrics
  readonly #committed: (workspaceIds: Iterable<string>) => void
  readonly #groups: GroupCommit<Result, undefined>
  #stopped = false
  #unwritten = 0

  /** @param options.committed told after each commit, with the workspaces that have something new to read */
  constructor(options: {
    database: Database
    clock: Clock
    log: Logger
    metrics: Metrics
    committed: (workspaceIds: Iterable<string>) => void
  }) {
    this.#lane = options.database.lane('record')
    this.#clock = options.clock
    this.#log = options.log
    this.#metrics = options.metrics
    this.#committed = options.committed
    this.#groups = new GroupCommit({
      commit: results => this.#commit(results),
      weigh: () => 1,
      maxWeight: MAX_GROUP,
      maxCommits: 1,
      paceMs: PACE_MS,
    })
  }

  async start(): Promise<void> {}

  /** Resolves when everything is written, or given up because the database does not answer. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#groups.settled()
  }

  /** Results that are not committed yet. */
  get unwritten(): number {
    return this.#unwritten
  }

  /** Resolves once the result is committed; rejects only when it never will be, because we are stopping. */
  async record(result: Result): Promise<void> {
    this.#unwritten++
    if (result.attempt) this.#metrics.attempted(result.attempt)
    try {
      await this.#groups.add(result)
    } finally {
      this.#unwritten--
    }
  }

  /** Resolves when nothing is left to write. */
  async settled(): Promise<void> {
    await this.#groups.settled()
  }

  async #commit(results: readonly Result[]): Promise<undefined[]> {
    await this.#insist(results)
    this.#committed(new Set(results.map(result => result.delivery.workspaceId)))
    return results.map(() => undefined)
  }

  async #insist(results: readonly Result[]): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await insertResults(this.#lane, results)
      } catch (error) {
        if (isFaultOfData(error) && results.length > 1) {
          // One of them is to blame, and must not keep the others from being written.
          for (const result of results) await this.#insist([result])
          return
        }
        if (isFaultOfData(error) && tries === 0) {
          const [{ delivery }] = results as [Result]
          this.#log.error(
            `a result of delivery ${delivery.id} is kept without its texts: ${messageOf(error)}`,
          )
          results = results.map(withoutTexts)
          continue
        }
        if (this.#stopped) throw error
        if (tries === 0) this.#log.error(`${results.length} results wait to be written: ${messageOf(error)}`)
        await sleep(this.#clock, RETRY_MS)
      }
    }
  }
}

/** What follows from an attempt is kept even if what the other side said cannot be. */
function withoutTexts(result: Result): Result {
  const { attempt } = result
  if (!attempt) return result
  const error = attempt.error && { class: attempt.error.class, message: UNKEEPABLE }
  const why = attempt.why && UNKEEPABLE
  const nothing = {
    responseHeaders: {},
    responseBody: '',
    remoteAddress: null,
    tlsVersion: null,
    httpVersion: null,
  }
  return { ...result, reason: result.reason && UNKEEPABLE, attempt: { ...attempt, ...nothing, error, why } }
}
