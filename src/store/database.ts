import { type ClientConfig, Pool, type PoolClient, type QueryResultRow } from 'pg'
import type { Part } from '../ground/lifecycle.ts'
import type { Logger } from '../ground/log.ts'
import { Lane } from './lane.ts'
import { Listener } from './listener.ts'

/**
 * What can be asked: SQL text, with $1… for values. A statement with a name is prepared once per
 * connection under it; the hot path's are.
 */
export type Statement = string | { readonly name: string; readonly text: string }

export interface Queryable {
  /** Runs one statement. Rejects with the driver's error; its `code` is the SQLSTATE. */
  query<R extends QueryResultRow = QueryResultRow>(
    statement: Statement,
    values?: readonly unknown[],
  ): Promise<{ rows: R[]; rowCount: number }>
}

/**
 * Postgres as the rest of the program sees it.
 *
 * - {@link query} and {@link transaction} use a pool: lists, look-ups, settings.
 * - {@link lane} gives a connection of one's own whose statements are pipelined: the hot path's
 *   writers have one each, so that no list query ever stands in front of them.
 * - {@link listen} hears notifications on one more connection.
 *
 * Every one of them reconnects by itself; what was under way when a connection broke rejects.
 */
export class Database implements Part, Queryable {
  readonly #connection: ClientConfig
  readonly #pool: Pool
  readonly #lanes = new Map<string, Lane>()
  readonly #listener: Listener

  constructor(options: { connection: ClientConfig; log: Logger; connections?: number }) {
    this.#connection = { keepAlive: true, connectionTimeoutMillis: 5_000, ...options.connection }
    this.#pool = new Pool({ ...this.#connection, max: options.connections ?? 8, query_timeout: 60_000 })
    this.#pool.on('error', error => options.log.debug({ err: error }, 'an idle database connection broke'))
    this.#listener = new Listener(this.#connection, options.log)
  }

  /** Resolves once the database answers; rejects with the driver's error if it does not. */
  async start(): Promise<void> {
    await this.#pool.query('select 1')
    await this.#listener.start()
  }

  async stop(): Promise<void> {
    await this.#listener.stop()
    await Promise.all([...this.#lanes.values()].map(lane => lane.stop()))
    if (!this.#pool.ending) await this.#pool.end()
  }

  async query<R extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []) {
    return run<R>(this.#pool, statement, values)
  }

  /** Runs `work` in one transaction on a connection of its own: commits what it did, or rolls back and rethrows. */
  async transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect()
    let broken: Error | undefined
    try {
      await client.query('begin')
      const result = await work({ query: (statement, values = []) => run(client, statement, values) })
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback').catch(rollbackError => {
        broken = rollbackError as Error
      })
      throw error
    } finally {
      client.release(broken)
    }
  }

  /** The pipelined connection of that name; made at first use. Its statements run in the order asked. */
  lane(name: string): Queryable {
    let lane = this.#lanes.get(name)
    if (!lane) {
      lane = new Lane({ ...this.#connection, application_name: `statuspulse ${name}` })
      this.#lanes.set(name, lane)
    }
    return lane
  }

  /**
   * Calls `handler` for every notification on `channel`, and with '' whenever some may have been
   * missed (after a reconnect). Resolves when the channel is heard, or will be with the next connection.
   */
  listen(channel: string, handler: (payload: string) => void): Promise<void> {
    return this.#listener.listen(channel, handler)
  }
}

async function run<R extends QueryResultRow>(
  client: Pool | PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<{ rows: R[]; rowCount: number }> {
  const config = typeof statement === 'string' ? { text: statement } : { ...statement }
  const result = await client.query<R>({ ...config, values: values as unknown[] })
  return { rows: result.rows, rowCount: result.rowCount ?? 0 }
}

/** SQLSTATE: a row of that key is there already. */
export const UNIQUE_VIOLATION = '23505'

/** SQLSTATE of a driver error, null for anything else (a broken connection, a timeout). */
export function sqlState(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

/** Whether the same rows will always fail: SQLSTATE classes 22 (data exception) and 23 (integrity constraint). */
export function isFaultOfData(error: unknown): boolean {
  return /^2[23]/.test(sqlState(error) ?? '')
}
