import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { Client, ClientConfig } from 'pg'
import { messageOf } from '../../ground/errors.ts'
import type { Part } from '../../ground/lifecycle.ts'
import type { Logger } from '../../ground/log.ts'
import { type Binaries, prepareBinaries } from './binaries.ts'
import { configure, DATABASE_NAME, DATABASE_USER, ensureCluster } from './cluster.ts'
import { clearLeftovers } from './leftovers.ts'
import { type Placement, placeCluster, rememberPlacement } from './placement.ts'
import { Postmaster } from './postmaster.ts'
import { explainFailure } from './problems.ts'
import { type PostgresSettings, SETTINGS } from './settings.ts'
import { makeSocketDir } from './socket-dir.ts'

export { acquireDataDir, LOCK_FILE } from './data-dir.ts'

/** Pause before the server is started again after it died, ms. Short: until then no event can be taken. */
const RESTART_PAUSES_MS = [0, 100, 250, 500, 1_000]
/** A server that ran this long before it died was well. */
const STEADY_MS = 60_000

/** A server of an earlier run, or what is left of it, has the cluster: it was killed a moment ago, or was just starting. */
const LEFT_BEHIND = /lock file "postmaster\.pid" already exists|shared memory block .* is still in use/
const LEFT_BEHIND_TRIES = 50
const LEFT_BEHIND_PAUSE_MS = 100

/**
 * A real Postgres out of npm, in the data folder, of which the caller holds the lock. Started and
 * stopped with us, started again when it dies; reached by a local socket only, never by TCP.
 */
export class EmbeddedPostgres implements Part {
  readonly #dataDir: string
  readonly #log: Logger
  readonly #settings: PostgresSettings
  readonly #stopping = new AbortController()
  #running: Promise<void> | null = null
  #postmaster: Postmaster | null = null
  #socketDir = ''

  /** @param options.settings server settings beside, or in place of, our own */
  constructor(options: { dataDir: string; log: Logger; settings?: PostgresSettings }) {
    this.#dataDir = options.dataDir
    this.#log = options.log
    this.#settings = { ...SETTINGS, ...options.settings }
  }

  /**
   * Resolves when the database takes connections, after its recovery if the last end was unclean.
   * @throws Problem that names the folder and the remedy
   */
  async start(): Promise<void> {
    const placement = await placeCluster(this.#dataDir, this.#log)
    const binaries = await prepareBinaries(placement.account, placement.shared, this.#log)
    await clearLeftovers(placement.cluster, this.#log)
    await ensureCluster(placement.cluster, binaries, placement.account, this.#stopping.signal)
    await rememberPlacement(this.#dataDir, placement)
    await configure(placement.cluster, placement.account, this.#settings)
    try {
      await this.#launchAfterOthers(placement, binaries)
    } catch (error) {
      this.#stopping.signal.throwIfAborted()
      throw explainFailure('start the database', placement.cluster, error)
    }
    this.#running = this.#keepRunning(placement, binaries)
  }

  /** Shuts the server down in order (fast: open transactions are rolled back). */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('Postgres is being stopped'))
    await this.#postmaster?.stop()
    await this.#running
    if (this.#socketDir) await rm(this.#socketDir, { recursive: true, force: true })
  }

  /** How to reach it. */
  get connection(): ClientConfig {
    return { host: this.#socketDir, port: 5432, user: DATABASE_USER, database: DATABASE_NAME }
  }

  /** Process id of the running server; undefined while there is none. */
  get pid(): number | undefined {
    return this.#postmaster?.running ? this.#postmaster.pid : undefined
  }

  /** Starts the server; one of an earlier run that shows itself only now is stopped first. */
  async #launchAfterOthers(placement: Placement, binaries: Binaries): Promise<void> {
    for (let tries = 1; ; tries++) {
      this.#socketDir = await makeSocketDir(placement.cluster, placement.account)
      try {
        return await this.#launch(placement, binaries)
      } catch (error) {
        await this.#postmaster?.stop()
        if (tries === LEFT_BEHIND_TRIES || !LEFT_BEHIND.test(messageOf(error))) throw error
        await wait(LEFT_BEHIND_PAUSE_MS, undefined, { signal: this.#stopping.signal })
        await clearLeftovers(placement.cluster, this.#log)
      }
    }
  }

  async #launch({ cluster, account }: Placement, binaries: Binaries): Promise<void> {
    const postmaster = new Postmaster({
      binaries,
      cluster,
      socketDir: this.#socketDir,
      account,
      log: this.#log,
    })
    this.#postmaster = postmaster
    const client = await postmaster.connect(
      { ...this.connection, database: 'postgres' },
      this.#stopping.signal,
    )
    try {
      await ensureDatabase(client)
    } finally {
      await client.end()
    }
  }

  /** Starts the server again whenever it ends without being asked to. */
  async #keepRunning(placement: Placement, binaries: Binaries): Promise<void> {
    for (let deaths = 0; ; ) {
      const startedAt = performance.now()
      const how = await this.#postmaster?.exited
      if (this.#stopping.signal.aborted) return
      if (performance.now() - startedAt > STEADY_MS) deaths = 0
      this.#log.error(`Postgres ended by itself (${how}); starting it again\n${this.#postmaster?.lastWords}`)
      const pause = RESTART_PAUSES_MS[Math.min(deaths++, RESTART_PAUSES_MS.length - 1)]
      try {
        await wait(pause, undefined, { signal: this.#stopping.signal })
        // Its children may still hold the shared memory for a moment: the new one then says so and ends.
        await clearLeftovers(placement.cluster, this.#log)
        await this.#launch(placement, binaries)
        this.#log.info('Postgres runs again')
      } catch (error) {
        if (this.#stopping.signal.aborted) return
        this.#log.error(`Postgres could not be started again: ${messageOf(error)}`)
        await this.#postmaster?.stop()
      }
    }
  }
}

async function ensureDatabase(client: Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE_NAME])
  if (rowCount === 0) await client.query(`create database ${DATABASE_NAME}`)
}
